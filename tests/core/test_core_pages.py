"""Settled postings: pages that grow, merge and are looked up, beside dictionaries of lists."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_core_index import SCHEME, asked, made

from textkin_service.index import Index
from textkin_service.index.kernels.candidates import KEY_ROWS, SETTLED, SETTLED_FROM, SETTLED_TO
from textkin_service.index.lsh import entries_of_sketches
from textkin_service.index.pages import (
    FIRST_PAGES,
    DamagedPage,
    Fetched,
    Pages,
    cut,
    families,
    header,
    merged,
    page_of,
    settled_numbers,
)
from textkin_service.sketch.stored import Sketches

NONE_DEAD = np.zeros(1, np.uint8)
# Few of them, so that they meet; spread over all pages, and close together.
KEYS = st.one_of(st.integers(0, 40).map(lambda n: n * 0x9E3779B1 % 2**32), st.integers(2**31, 2**31 + 5))
MOST = 5
RUNS = settings(deadline=None)


class PlainPages:
    """The pages of a table, and what should be in them: lists of numbers by key."""

    def __init__(self):
        self.pages = {}
        self.count = self.there = FIRST_PAGES
        self.upto = 0
        self.numbers = defaultdict(list)

    def settle(self, new, upto, wanted, dead=(), *, until=None):
        """Adds entries, {key: numbers}; `until`: only so many of its parts are written, and it counts for nothing."""
        entries = np.array(sorted(key << 32 | n for key, numbers in new.items() for n in numbers), np.uint64)
        wanted = max(wanted, self.there)
        parts = families(entries, self.count, self.there, wanted, 7, 8)
        self.there = wanted
        for at, (first, last, places) in enumerate(parts):
            if at == until:
                return
            was = {place: self.pages[place] for place in places if place in self.pages}
            old = Pages.of(list(was.values()))
            together = merged(old.entries, entries[first:last], self.upto, bits(dead), MOST)
            written = dict.fromkeys(was, header(wanted, upto)) | cut(together, wanted, upto)
            assert set(written) - set(places) <= set(range(self.count, wanted))
            self.pages |= written
        if until is None:
            self.upto, self.count = upto, wanted
            for key, numbers in new.items():
                self.numbers[key] += numbers

    def lookup(self, keys, upto, dead=()):
        """Returns numbers of each key that were read, and how many it has."""
        asked = np.array(keys, np.uint32)
        places = page_of(asked, self.count)
        pages = Pages.of([self.pages.get(place, b"") for place in places.tolist()])
        fetched = Fetched(pages, np.arange(len(keys)))
        rows = np.zeros((KEY_ROWS, len(keys) + 1), np.int64)
        numbers = settled_numbers(fetched, asked, upto, bits(dead), rows)
        return [
            (
                numbers[rows[SETTLED_FROM, at] : rows[SETTLED_TO, at]].tolist(),
                int(rows[SETTLED, at]),
            )
            for at in range(len(keys))
        ]


def bits(numbers):
    dead = np.zeros(64, np.uint8)
    for number in numbers:
        dead[number >> 3] |= 128 >> (number & 7)
    return dead


def keyed(articles, first, last):
    """Returns the numbers from one to another by the articles' keys, each key's ascending."""
    new = defaultdict(list)
    for number in range(first, last):
        for key in articles[number]:
            new[key].append(number)
    return new


@RUNS
@given(st.lists(st.sets(KEYS, max_size=8), min_size=12, max_size=40), st.data())
def test_what_was_settled_is_found_and_of_frequent_keys_the_newest(articles, data):
    pages, first = PlainPages(), 1
    while first < len(articles):
        last = data.draw(st.integers(first + 1, len(articles)))
        wanted = pages.count + data.draw(st.integers(0, 300))
        if data.draw(st.booleans()):
            # An attempt that ended early, with these articles or more of them, leaves nothing that counts.
            further = data.draw(st.integers(last, len(articles)))
            tried = keyed(articles, first, further)
            if all(len(pages.numbers[key]) + len(tried[key]) <= MOST for key in tried):
                until = data.draw(st.integers(0, 3))
                pages.settle(tried, further - 1, wanted + data.draw(st.integers(0, 50)), until=until)
        pages.settle(keyed(articles, first, last), last - 1, wanted)
        first = last
    keys = sorted({*pages.numbers, 5, 2**32 - 1})
    assert pages.lookup(keys, pages.upto) == [
        (pages.numbers[key][-MOST:], len(pages.numbers[key])) for key in keys
    ]


@RUNS
@given(st.lists(st.sets(KEYS, max_size=8), min_size=20, max_size=20), st.data())
def test_dead_numbers_and_those_settled_later_are_not_found(articles, data):
    pages = PlainPages()
    new = keyed(articles, 1, 20)
    short = {key: numbers[:MOST] for key, numbers in new.items()}
    pages.settle(short, 19, FIRST_PAGES)
    dead = data.draw(st.sets(st.integers(1, 19)))
    upto = data.draw(st.integers(0, 19))
    keys = sorted(short)
    there = [[n for n in short[key] if n <= upto and n not in dead] for key in keys]
    assert pages.lookup(keys, upto, dead) == [(numbers, len(numbers)) for numbers in there]
    # Once it is settled again they are gone from the pages too.
    pages.settle({key: [20] for key in keys}, 20, FIRST_PAGES, dead)
    kept = [[*[n for n in short[key] if n not in dead][-(MOST - 1) :], 20] for key in keys]
    assert [numbers for numbers, _ in pages.lookup(keys, 20)] == kept


@RUNS
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1), st.integers(1, 5_000), st.integers(0, 5_000))
def test_a_table_that_grows_moves_keys_to_added_pages_only(keys, pages, more):
    asked = np.array(keys, np.uint32)
    before, after = page_of(asked, pages), page_of(asked, pages + more)
    assert np.all((after == before) | (after >= pages))
    assert np.all(after < pages + more)
    # With a number of pages for each key, too.
    assert page_of(asked, np.full(len(asked), pages + more)).tolist() == after.tolist()


def test_keys_fill_pages_evenly():
    keys = np.random.default_rng(1).integers(0, 2**32, 100_000, np.uint32)
    counts = np.bincount(page_of(keys, 3_000), minlength=3_000)
    # Of pages that were not divided yet there are keys of twice the range.
    assert counts.min() > 5
    assert counts.max() < 120


def test_pages_tell_how_many_there_were_when_they_were_written():
    page = next(iter(cut(np.array([7 << 32 | 1], np.uint64), 300, 9).values()))
    assert Pages.of([b"", page, header(400, 9)]).written_with.tolist() == [0, 300, 400]


@pytest.mark.parametrize(
    "damaged", [b"x", header(1, 1)[:8], b"\2" + header(1, 1)[1:], header(1, 1) + b"1234"]
)
def test_what_is_no_page_is_told(damaged):
    with pytest.raises(DamagedPage):
        Pages.of([header(1, 1), damaged])


class Older:
    """Settled articles, their tables in pages."""

    def __init__(self, sketches, upto):
        self.upto, self.articles, self.dead = upto, upto, NONE_DEAD
        self.tables = PlainPages(), PlainPages()
        entries = entries_of_sketches(SCHEME, np.arange(1, upto + 1), Sketches.of(sketches))
        for table, some in zip(self.tables, entries, strict=True):
            new = defaultdict(list)
            for entry in np.sort(some).tolist():
                new[entry >> 32].append(entry & 0xFFFF_FFFF)
            table.settle(new, upto, FIRST_PAGES + 50)

    def fetch(self, content, bands):
        pages, places = [], []
        for table, keys in zip(self.tables, (content, bands), strict=True):
            for place in page_of(keys, table.count).tolist():
                places.append(len(pages))
                pages.append(table.pages.get(place, b""))
        return Fetched(Pages.of(pages), np.array(places, np.int64))


SKETCHES = st.lists(
    st.tuples(st.sets(st.integers(0, 12), max_size=6), st.dictionaries(st.integers(0, 3), st.integers(1, 2))),
    min_size=2,
    max_size=MOST,
)


@RUNS
@given(SKETCHES, st.data())
def test_a_table_in_memory_and_pages_answer_as_one_table(drawn, data):
    sketches = [made(keys, bands, own) for own, (keys, bands) in enumerate(drawn, 1)]
    upto = data.draw(st.integers(1, len(sketches) - 1))
    whole, recent = Index(SCHEME), Index(SCHEME)
    for number, sketch in enumerate(sketches, 1):
        whole.add(number, sketch)
        if number > upto:
            recent.add(number, sketch)
    older = Older(sketches[:upto], upto)
    for keys, bands in drawn:
        query = asked(keys | {data.draw(st.integers(0, 12))}, bands, windows={key: key % 2 for key in keys})
        assert recent.candidates(query, 10, older) == whole.candidates(query, 10)

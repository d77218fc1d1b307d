"""Recurrence: what recurs in unlike articles is told from what recurs in copies, within bounded memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillers import FOOTER, chance, edited, paragraphs
from textkin_service.analysis import analyze
from textkin_service.index import Recurrence, recurrence
from textkin_service.index.recurrence import WITNESSES
from textkin_service.index.sightings import Sightings
from textkin_service.sketch.pieces import piece_marks


def text_of(*parts):
    return "\n\n".join(parts)


def marks(*parts):
    return piece_marks(analyze(text_of(*parts), "en"))


def pieces(*parts):
    return set(analyze(text_of(*parts), "en").pieces.hashes.tolist())


def told(texts):
    """Returns the recurring pieces of a collection of these texts."""
    known = Recurrence()
    for number, text in enumerate(texts):
        known.add(number, marks(text))
    return set(known.recurring().tolist())


def footed(count):
    return [text_of(*paragraphs(seed), FOOTER) for seed in range(count)]


def test_a_footer_under_unlike_articles_recurs_and_nothing_else_does():
    assert told(footed(30)) == pieces(FOOTER)


def test_a_footer_recurs_at_the_ninth_article_not_before():
    # The first article only leaves a sighting, the next eight are the witnesses.
    assert told(footed(WITNESSES)) == set()
    assert told(footed(WITNESSES + 1)) == pieces(FOOTER)


def test_a_footer_in_an_article_of_one_line_recurs():
    assert told(" ".join([*paragraphs(seed), FOOTER]) for seed in range(30)) >= pieces(FOOTER)


def test_a_footer_of_several_paragraphs_recurs():
    footers = paragraphs("footer", 4)
    assert told(text_of(*paragraphs(seed, 8), *footers) for seed in range(30)) == pieces(*footers)


def test_short_articles_that_come_first_do_not_keep_a_footer_from_being_told():
    short = [text_of(f"The {seed} o'clock ferry is late", FOOTER) for seed in range(30)]
    assert told(short) == set()
    assert told([*short, *footed(30)]) == pieces(FOOTER)


REPORT = paragraphs("report", 8)


@pytest.mark.parametrize(
    "copy",
    [
        lambda _: text_of(*REPORT),
        lambda seed: edited(text_of(*REPORT), seed),
        lambda seed: text_of(*chance(seed).sample(REPORT, 5)),
        lambda seed: text_of(*REPORT[: 3 + seed % 6], *paragraphs(seed, 1)),
        lambda seed: text_of(*paragraphs(seed, 2), edited(text_of(*REPORT), seed)),
        lambda seed: text_of(*chance(seed).sample(REPORT, 5), *paragraphs(seed, 3)),
    ],
    ids=[
        "exact",
        "edited",
        "reordered and cut",
        "cut and prolonged",
        "edited with a lead of its own",
        "half of it",
    ],
)
def test_fifty_copies_of_one_report_make_nothing_recur(copy):
    assert told(copy(seed) for seed in range(50)) == set()


def test_a_footer_under_copies_of_many_reports_recurs_and_the_reports_do_not():
    reports = {story: paragraphs(f"story {story}") for story in range(20)}
    texts = [edited(text_of(*reports[seed % 20]), seed) + "\n\n" + FOOTER for seed in range(100)]
    assert told(texts) == pieces(FOOTER)


def test_a_statement_quoted_by_independent_reports_of_one_event_does_not_recur():
    statement = paragraphs("statement", 1)
    names = ["brandvik", "okafor", "velmora", "tarnholt", "lindqvist", "nettlecombe", "ruhnu", "sedgewick"]
    words = ["harbour", "council", "repaired", "expected", "heavy", "damage", "bridge", "cost", "workers"]
    assert told(text_of(*paragraphs(seed, 5, names, words), *statement) for seed in range(50)) == set()


def test_an_article_that_was_deleted_bears_no_witness():
    known = Recurrence()
    for number in range(40):
        known.add(number, marks(*paragraphs(number), FOOTER))
        if number:
            known.remove(number)
    assert known.recurring().tolist() == []


def test_versions_of_one_article_are_one_witness():
    known = Recurrence()
    for number in range(50):
        known.add(number, marks(*paragraphs("live"), *paragraphs(f"update {number}", 1)))
        known.remove(number - 1)
    assert known.recurring().tolist() == []


def test_what_recurs_is_sorted_and_never_changes_in_the_callers_hands():
    known = Recurrence()
    before = known.recurring()
    for number, text in enumerate(footed(30)):
        known.add(number, marks(text))
    assert before.tolist() == []
    assert known.recurring().tolist() == sorted(known.recurring().tolist())
    assert known.recurring() is known.recurring()


def test_the_same_articles_in_the_same_order_give_the_same_state():
    texts = [*footed(12), *(edited(text_of(*REPORT), seed) for seed in range(12)), *footed(20)]
    assert told(texts) == told(texts)


@settings(deadline=None)
@given(st.data())
def test_what_was_told_in_bytes_goes_on_as_it_would_have(data):
    texts = st.lists(
        st.sampled_from(footed(3 * WITNESSES) + [paragraphs(n)[0] for n in range(5)]), max_size=40
    )
    known = Recurrence()
    for number, text in enumerate(data.draw(texts)):
        known.add(number, marks(text))
    again = Recurrence.from_bytes(known.to_bytes())
    for number, text in enumerate(data.draw(texts), 100):
        for each in known, again:
            each.add(number, marks(text))
            each.remove(number - 100)
    assert again.recurring().tolist() == known.recurring().tolist()
    assert again.to_bytes() == known.to_bytes()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_bytes_that_are_damaged_are_told_or_make_no_difference(place, value):
    state = Recurrence()
    for number, text in enumerate(footed(WITNESSES + 1)):
        state.add(number, marks(text))
    told = state.to_bytes()
    damaged = bytearray(told)
    damaged[place % len(told)] = value
    try:
        read = Recurrence.from_bytes(bytes(damaged))
    except ValueError:
        return
    assert read.to_bytes() == told


def test_memory_is_bounded_however_much_recurs(monkeypatch):
    for name, most in (("_MOST_SUSPECTS", 100), ("_MOST_WITNESSES", 60), ("_MOST_RECURRING", 15)):
        monkeypatch.setattr(recurrence, name, most)
    monkeypatch.setattr("textkin_service.index.sightings._MOST_SLOTS", 1 << 10)
    draw = np.random.default_rng(5)
    known = Recurrence()
    for number in range(400):
        # 10 pieces that other articles have too, 50 of its own; the stems are all its own.
        hashes = np.concatenate([draw.integers(1, 200, 10), draw.integers(1 << 20, 1 << 32, 50)])
        stems = draw.integers(0, 1 << 32, 60, np.uint64)
        known.add(number, np.unique((hashes.astype(np.uint64) << np.uint64(32)) | stems))
        assert len(known._suspects) <= 100
        assert len(known._witnesses) <= 60
        assert len(known.recurring()) <= 15
    assert (len(known._suspects), len(known._witnesses), len(known.recurring())) == (100, 60, 15)
    assert known._sightings.size_bytes == 4 * 2 << 10


def test_what_recurs_but_is_not_seen_for_long_is_forgotten_first(monkeypatch):
    footers = paragraphs("footers", 3)
    monkeypatch.setattr(recurrence, "_MOST_RECURRING", len(pieces(*footers[1:])))
    known = Recurrence()
    for number in range(45):
        known.add(number, marks(*paragraphs(number), footers[number // 15]))
    assert set(known.recurring().tolist()) == pieces(*footers[1:])


def plain_places(piece, slots):
    """Where the hash of a piece may stand in each of two rows of so many slots, a power of two."""
    return piece % slots, (piece * 0x9E3779B1 % 2**32) * slots >> 32


@settings(max_examples=60, deadline=None)
@given(
    seen=st.lists(st.sets(st.integers(1, 300), max_size=10), max_size=10),
    stretch=st.sampled_from([1, 2**31 + 11]),
)
def test_what_was_seen_is_what_plain_rows_show(seen, stretch):
    """At its first size, which so few hashes do not outgrow."""
    sightings, rows = Sightings(), ({}, {})
    slots = sightings.size_bytes // 8
    for some in seen:
        hashes = sorted({piece * stretch % 2**32 for piece in some})
        known = seen_again(sightings, of_pieces(hashes)).tolist()
        places = [plain_places(piece, slots) for piece in hashes]
        assert known == [
            piece
            for piece, own in zip(hashes, places, strict=True)
            if piece == 0 or any(row.get(place) == piece for row, place in zip(rows, own, strict=True))
        ]
        for piece, own in zip(hashes, places, strict=True):
            for row, place in zip(rows, own, strict=True):
                row[place] = piece


def seen_again(sightings, marks):
    """Returns which pieces of one article's marks were seen before."""
    words = marks.view(np.uint32)
    return sightings.see(words, np.array([0]), np.array([len(words)]))[1]


def of_pieces(hashes):
    """Marks of pieces with these hashes, sorted: two each."""
    return np.repeat(np.array(hashes, np.uint64) << np.uint64(32), 2) + np.tile(
        np.arange(2, dtype=np.uint64), len(hashes)
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(1, 2**32 - 1), max_size=40), max_size=30))
def test_nothing_counts_as_seen_that_was_not(batches):
    sightings, seen = Sightings(), set()
    for batch in batches:
        of_batch = of_pieces(sorted(batch))
        assert set(seen_again(sightings, of_batch).tolist()) <= seen
        seen |= batch
        assert len(seen_again(sightings, of_batch)) >= len(batch) * 0.5


def test_what_comes_often_is_remembered_while_the_table_grows_to_its_bound(monkeypatch):
    monkeypatch.setattr("textkin_service.index.sightings._MOST_SLOTS", 1 << 13)
    draw = np.random.default_rng(3)
    sightings = Sightings()
    often = of_pieces(np.sort(draw.integers(1, 1 << 32, 10, np.uint32)))
    missed = 0
    for _ in range(3_000):
        missed += 10 - len(seen_again(sightings, often))
        seen_again(sightings, of_pieces(np.unique(draw.integers(1, 1 << 32, 20, np.uint32))))
    assert sightings.size_bytes == 4 << 14
    assert missed < 300

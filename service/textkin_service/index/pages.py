"""Settled postings: LSH buckets that stand outside of this process, in pages, each of some dozens of entries.

A page is the bytes of 32-bit words, little-endian::

    header     its format; how many pages its table had when it was written; up to which article number it has what there is; 0
    entries    of two words, a number and a key, ascending by key, then by number. A number with bit 31 set is none: it counts
               the key's older numbers that were left out

Keys are those of the tables in memory (`kernels/entries.py`). Which page a key stands in depends on its upper bits, turned
round, and on how many pages there are: a table grows by single pages, each of which takes keys from one that was there before
(linear hashing, Litwin 1980). So the pages of keys with the same upper bits come of the same pages, and others need not be
looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from textkin_service.index.kernels.buckets import Entries, Words
from textkin_service.index.kernels.candidates import Numbers
from textkin_service.index.kernels.pages import HEADER_WORDS, LEFT_OUT, gather

FORMAT = 1
# Entries of a page, on average.
PAGE_ENTRIES = 64
# Pages of a table at its beginning, a power of two.
FIRST_PAGES = 256

HEADER_BYTES = 4 * HEADER_WORDS
_FORMAT, _PAGES, _UPTO = range(3)
_ENTRY_BYTES = 8
KEY_BITS = 32
_ALL = np.uint64(0xFFFF_FFFF)
# The reversed bits of a byte.
_TURNED = np.array([int(f"{byte:08b}"[::-1], 2) for byte in range(256)], np.uint8)


class DamagedPage(ValueError):
    """What was fetched is no page."""


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """Pages one after another: their words (uint32), and where each begins (int64), and last the end."""

    words: Words
    starts: Numbers

    @classmethod
    def of(cls, pages: Sequence[bytes]) -> "Pages":
        """Joins pages; those that are not there are empty. DamagedPage."""
        sizes = np.fromiter(map(len, pages), np.int64, len(pages))
        if np.any((sizes % _ENTRY_BYTES != 0) | ((sizes > 0) & (sizes < HEADER_BYTES))):
            raise DamagedPage("a page has a size that no page has")
        starts = np.zeros(len(pages) + 1, np.int64)
        np.cumsum(sizes // 4, out=starts[1:])
        # Of a bytearray, which may be written to: for an array that may not, the kernel would be compiled once more.
        words = np.frombuffer(bytearray().join(pages), "<u4")
        if np.any(words[starts[:-1][sizes > 0] + _FORMAT] != FORMAT):
            raise DamagedPage(f"a page has another format than {FORMAT}")
        return cls(words, starts)

    @property
    def written_with(self) -> Numbers:
        """How many pages (int64) the table had when each was written; 0 of one that is not there."""
        begins = self.starts[:-1]
        there = begins < self.starts[1:]
        counts = np.zeros(len(begins), np.int64)
        counts[there] = self.words[begins[there] + _PAGES]
        return counts

    @property
    def entries(self) -> Entries:
        """The entries (uint64) of all, in no order."""
        keep = np.ones(len(self.words), bool)
        there = self.starts[:-1][self.starts[:-1] < self.starts[1:]]
        for word in range(HEADER_WORDS):
            keep[there + word] = False
        return self.words[keep].view(np.uint64)


@dataclass(frozen=True, slots=True, eq=False)
class Fetched:
    """Pages in which keys may stand. `places` (int64): of each key which of them, of content keys first, then of bands."""

    pages: Pages
    places: Numbers


class Settled(Protocol):
    """The settled articles of a collection, as a search sees them: those with numbers up to `upto`."""

    @property
    def upto(self) -> int:
        """The greatest number that is settled. What is greater in a page does not count."""

    @property
    def dead(self) -> NDArray[np.uint8]:
        """A bit for each number, from the highest of a byte down: set for those that are gone."""

    @property
    def articles(self) -> int:
        """How many are there."""

    def fetch(self, content: Words, bands: Words) -> Fetched:
        """Returns the pages of keys, as tables have them."""


def page_of(keys: Words, pages: int | Numbers) -> Numbers:
    """Returns which of so many pages (of all, or of each: int64) each key (uint32) stands in."""
    count = np.asarray(pages, np.int64)
    # Exact: below 2^53, all are floating-point numbers.
    depth = np.frexp(count.astype(np.float64))[1].astype(np.int64)
    turned = _turned(keys)
    place = turned & ((1 << depth) - 1)
    return np.where(place < count, place, turned & ((1 << (depth - 1)) - 1))


def _turned(keys: Words) -> Numbers:
    """Returns keys (uint32) with their bits in reverse order (int64)."""
    octets = np.ascontiguousarray(keys, "<u4").view(np.uint8)
    return _TURNED[octets].view(">u4").astype(np.int64)


def header(pages: int, upto: int) -> bytes:
    """Returns a page's header."""
    return np.array([FORMAT, pages, upto, 0], "<u4").tobytes()


def settled_numbers(
    fetched: Fetched, asked: Words, upto: int, dead: NDArray[np.uint8], keys: Numbers
) -> Words:
    """Returns the settled numbers (uint32) of keys, and notes in `keys` where those of each stand."""
    words, starts = fetched.pages.words, fetched.pages.starts
    settled = np.empty(len(words) // 2 + 1, np.uint32)
    gather(words, starts, fetched.places, asked, upto, dead, keys, settled)
    return settled


def families(
    new: Entries, pages: int, there: int, wanted: int, most_entries: int, most_pages: int
) -> Iterator[tuple[int, int, list[int]]]:
    """Yields parts of a table that change by themselves: where their entries begin and end in `new` (sorted), and their pages.

    The table has so many `pages`, or up to as many as are `there` if somebody began to add some, and is to have those `wanted`.
    What need not change is left out. Parts have at most so many entries and pages, or are as small as they can be.
    """
    depth = pages.bit_length() - 1
    shift = np.uint64(KEY_BITS - depth)
    prefixes = (new >> np.uint64(KEY_BITS)) >> shift
    added = _turned(np.arange(pages, wanted).astype(np.uint32)).astype(np.uint64) >> shift
    family = _distinct(np.sort(np.concatenate([_distinct(prefixes), added])))
    ends = np.searchsorted(prefixes, family, "right")
    of_each = -(-there // (1 << depth))
    first = begin = 0
    for at in range(1, len(family) + 1):
        if at == len(family) or ends[at] - begin > most_entries or (at + 1 - first) * of_each > most_pages:
            bases = _turned((family[first:at] << shift).astype(np.uint32)).tolist()
            end = int(ends[at - 1])
            yield begin, end, [place for base in bases for place in range(base, there, 1 << depth)]
            first, begin = at, end


def merged(old: Entries, new: Entries, since: int, dead: NDArray[np.uint8], most: int) -> Entries:
    """Returns entries as they are to stand in pages: ascending, each once, and of each key the newest `most` at most.

    Of the old, those of numbers greater than `since` are left out, since they come anew; and of both those of dead numbers.
    """
    numbers = (old & _ALL).astype(np.uint32)
    counts = old[numbers >= LEFT_OUT]
    alive = np.concatenate([old[numbers <= since], new])
    if dead.any():
        alive = alive[~_is_dead(alive & _ALL, dead)]
    return _capped(_distinct(np.sort(alive)), counts, most)


def _distinct(values: Entries) -> Entries:
    """Returns sorted values, each once. NumPy's own puts them into a hash table, which takes ten times as long."""
    kept: Entries = values[np.append(True, values[1:] != values[:-1])] if len(values) else values
    return kept


def _is_dead(numbers: Entries, dead: NDArray[np.uint8]) -> NDArray[np.bool_]:
    octets = (numbers >> np.uint64(3)).astype(np.int64)
    bits = np.uint8(128) >> (numbers & np.uint64(7)).astype(np.uint8)
    padded = np.append(dead, np.uint8(0))
    is_dead: NDArray[np.bool_] = (padded[np.minimum(octets, len(dead))] & bits) != 0
    return is_dead


def _capped(entries: Entries, counts: Entries, most: int) -> Entries:
    """Leaves out the oldest numbers of keys that have more than `most`; `counts`: how many were left out before."""
    left_out = {int(each >> np.uint64(KEY_BITS)): int(each & _ALL) - LEFT_OUT for each in counts}
    keys = entries >> np.uint64(KEY_BITS)
    firsts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else np.empty(0, np.int64)
    lengths = np.diff(np.append(firsts, len(keys)))
    keep = np.ones(len(entries), bool)
    for at in np.flatnonzero(lengths > most):
        more = int(lengths[at]) - most
        keep[firsts[at] : firsts[at] + more] = False
        left_out[int(keys[firsts[at]])] = left_out.get(int(keys[firsts[at]]), 0) + more
    if not left_out:
        return entries
    told = np.array([key << KEY_BITS | LEFT_OUT + count for key, count in left_out.items()], np.uint64)
    return np.sort(np.concatenate([entries[keep], told]))


def cut(entries: Entries, pages: int, upto: int) -> dict[int, bytes]:
    """Returns those of so many pages that entries, as `merged` returns them, make."""
    if not len(entries):
        return {}
    # Where the bits change that a page may depend on; two such ranges side by side may belong to one page.
    prefixes = entries >> np.uint64(2 * KEY_BITS - pages.bit_length())
    firsts = np.flatnonzero(np.append(True, prefixes[1:] != prefixes[:-1]))
    place = page_of((entries[firsts] >> np.uint64(KEY_BITS)).astype(np.uint32), pages)
    apart = np.append(True, place[1:] != place[:-1])
    firsts, place = firsts[apart], place[apart]
    begin = header(pages, upto)
    octets = entries.astype("<u8").tobytes()
    ends = [*firsts[1:].tolist(), len(entries)]
    return {
        page: begin + octets[_ENTRY_BYTES * first : _ENTRY_BYTES * end]
        for page, first, end in zip(place.tolist(), firsts.tolist(), ends, strict=True)
    }

"""Shared quotations: what two texts put between quotation marks and both have, word for word or nearly so.

What one text quotes and the other tells as its own, without marks, is no shared quotation: whoever leaves out the marks has
taken the words, and that is evidence like any other.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.runs import exact_runs
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.analysis import Analysis
from textkin_service.model import Span
from textkin_service.once import once
from textkin_service.quotations.marks import find_quotations

# Fewer words between marks are a title, a name or a word held at arm's length, and no statement.
LEAST_WORDS = 4
# Equal words are looked for by this many in a row. More places than this of the same ones in either text start nothing.
_SEED_WORDS = 3
_MOST_PLACES = 4
# What stands behind the quotations of the other text: behind those of the one it is 0. So no run reaches over two.
_OTHER_BARRIER = 1
# Runs of equal words belong together with at most so many other words between; they are this share of the words they span ...
_MOST_BETWEEN = 8
_LEAST_EQUAL = 0.6
# ... and of those of the shorter of the two quotations.
_LEAST_OF_SHORTER = 0.5
# Of the runs before it, a run may follow one of the last so many.
_MOST_CHAINED = 8

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """Equal words, half open ranges of tokens of the same length."""

    a: Range
    b: Range


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation of one text, marks included, in code points, and its tokens, half open.

    `before`: the quotation before it in the text. None: it is the first.
    """

    span: Span
    tokens: Range
    before: Span | None


@dataclass(frozen=True, slots=True)
class SharedQuotation:
    """What a quotation of each of two texts have in common. `runs`: the equal words, by their place in both texts."""

    a: Quoted
    b: Quoted
    runs: tuple[Run, ...]

    @property
    def tokens_a(self) -> Range:
        """The tokens of the first text from the first equal one to the last, half open."""
        return self.runs[0].a[0], self.runs[-1].a[1]

    @property
    def tokens_b(self) -> Range:
        """The tokens of the second text from the first equal one to the last, half open."""
        return self.runs[0].b[0], self.runs[-1].b[1]

    @property
    def words(self) -> int:
        """How many words are equal."""
        return sum(run.a[1] - run.a[0] for run in self.runs)

    def mirrored(self) -> "SharedQuotation":
        """Returns the same seen from the other text."""
        return SharedQuotation(self.b, self.a, tuple(Run(run.b, run.a) for run in self.runs))


@dataclass(frozen=True, slots=True, eq=False)
class _Statements:
    """The quotations of a text that are long enough.

    `spans` (shape (n, 2)): all quotations, marks included, in code points. Of those that are long enough, `places` are their
    places among these, `firsts` and `lasts` their tokens, half open. `words` (uint64): the hashes of their words, behind each
    quotation a barrier, 0, which is no word's; `numbers` and `tokens`, parallel: which of them it is, and the token. All but
    `words` int64.
    """

    spans: Numbers
    places: Numbers
    firsts: Numbers
    lasts: Numbers
    words: NDArray[np.uint64]
    numbers: Numbers
    tokens: Numbers

    @classmethod
    def of(
        cls, spans: Numbers, places: Numbers, bounds: Numbers, hashes: NDArray[np.uint64]
    ) -> "_Statements":
        """Returns those with these places.

        `bounds` (int64, shape (n, 2)): the tokens of each; `hashes` (uint64): those of all tokens.
        """
        firsts, lasts = bounds.T
        lengths = lasts - firsts + 1
        ends = np.cumsum(lengths)
        numbers = np.repeat(np.arange(len(lengths)), lengths)
        tokens = np.arange(len(numbers)) + (firsts - ends + lengths)[numbers]
        words = hashes[np.minimum(tokens, len(hashes) - 1)]
        words[ends - 1] = 0
        return cls(spans, places, firsts, lasts, words, numbers, tokens)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.places)

    def quoted(self, number: int) -> Quoted:
        """Returns one of them."""
        place = int(self.places[number])
        return Quoted(
            self._span(place),
            (int(self.firsts[number]), int(self.lasts[number])),
            self._span(place - 1) if place else None,
        )

    def _span(self, place: int) -> Span:
        return Span(int(self.spans[place, 0]), int(self.spans[place, 1]))


@once
def _statements(analysis: Analysis) -> _Statements:
    """Returns the quotations of a text that are long enough."""
    spans = find_quotations(analysis.text)
    starts = analysis.tokens.starts
    bounds = np.searchsorted(starts, spans.astype(starts.dtype))
    places = np.flatnonzero(bounds[:, 1] - bounds[:, 0] >= LEAST_WORDS * analysis.tokens_a_word)
    return _Statements.of(spans, places, bounds[places], analysis.tokens.hashes)


def shared_quotations(a: Analysis, b: Analysis) -> list[SharedQuotation]:
    """Returns what the quotations of two texts share, by its place in `a`. For (b, a) it is the mirror image."""
    if b.text < a.text:
        # Ties between equals are decided by place; one order for both directions decides them alike.
        return sorted((each.mirrored() for each in shared_quotations(b, a)), key=_place)
    of_a = _statements(a)
    if not len(of_a):
        return []
    if a.text == b.text:
        return [_of_itself(of_a.quoted(number)) for number in range(len(of_a))]
    of_b = _statements(b)
    if not len(of_b):
        return []
    least = LEAST_WORDS * max(a.tokens_a_word, b.tokens_a_word)
    found = []
    for (i, j), group in groupby(_equal_runs(of_a, of_b), key=lambda row: (row[0], row[1])):
        shorter = int(min(of_a.lasts[i] - of_a.firsts[i], of_b.lasts[j] - of_b.firsts[j]))
        runs = [Run((in_a, in_a + words), (in_b, in_b + words)) for _, _, in_a, in_b, words in group]
        if sum(run.a[1] - run.a[0] for run in runs) < max(least, _LEAST_OF_SHORTER * shorter):
            continue
        for chain in _chains(runs):
            words = sum(run.a[1] - run.a[0] for run in chain)
            first, last = chain[0], chain[-1]
            spanned = max(last.a[1] - first.a[0], last.b[1] - first.b[0])
            if words >= max(least, _LEAST_OF_SHORTER * shorter, _LEAST_EQUAL * spanned):
                found.append(SharedQuotation(of_a.quoted(i), of_b.quoted(j), tuple(chain)))
    return sorted(found, key=_place)


def _of_itself(quoted: Quoted) -> SharedQuotation:
    return SharedQuotation(quoted, quoted, (Run(quoted.tokens, quoted.tokens),))


def _equal_runs(of_a: _Statements, of_b: _Statements) -> list[list[int]]:
    """Returns the runs of equal words, in order: quotations of a and of b, first tokens in a and in b, how many words."""
    other_words = of_b.words.copy()
    other_words[of_b.words == 0] = _OTHER_BARRIER
    runs = exact_runs(of_a.words, other_words, _SEED_WORDS, _MOST_PLACES)
    if not len(runs):
        return []
    in_a, in_b = runs[:, 0], runs[:, 2]
    rows = np.stack(
        (of_a.numbers[in_a], of_b.numbers[in_b], of_a.tokens[in_a], of_b.tokens[in_b], runs[:, 4]), axis=1
    )
    return sorted(rows.tolist())


def within(shared: SharedQuotation, tokens_a: Range, tokens_b: Range) -> SharedQuotation | None:
    """Returns what of a shared quotation lies in a range of tokens of each text; None: too little."""
    if _is_inside(shared.tokens_a, tokens_a) and _is_inside(shared.tokens_b, tokens_b):
        return shared if shared.words >= LEAST_WORDS else None
    runs = []
    for run in shared.runs:
        first = max(0, tokens_a[0] - run.a[0], tokens_b[0] - run.b[0])
        last = min(run.a[1] - run.a[0], tokens_a[1] - run.a[0], tokens_b[1] - run.b[0])
        if first < last:
            runs.append(
                Run((run.a[0] + first, run.a[0] + last), (run.b[0] + first, run.b[0] + last)),
            )
    kept = SharedQuotation(shared.a, shared.b, tuple(runs))
    return kept if runs and kept.words >= LEAST_WORDS else None


def _is_inside(inner: Range, outer: Range) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _chains(runs: list[Run]) -> list[list[Run]]:
    """Returns runs that follow one another in both texts with few other words between, as chains."""
    chains: list[list[Run]] = []
    for run in runs:
        for chain in reversed(chains[-_MOST_CHAINED:]):
            before = chain[-1]
            overlap = max(0, before.a[1] - run.a[0], before.b[1] - run.b[0])
            rest = Run((run.a[0] + overlap, run.a[1]), (run.b[0] + overlap, run.b[1]))
            between = max(rest.a[0] - before.a[1], rest.b[0] - before.b[1])
            if rest.a[0] < rest.a[1] and between <= _MOST_BETWEEN:
                chain.append(rest)
                break
        else:
            chains.append([run])
    return chains


def _place(shared: SharedQuotation) -> tuple[Range, Range]:
    return shared.tokens_a, shared.tokens_b

"""Evidence: which shared quotations count. Two reports that quote the same statement share it without deriving from each other.

A quotation counts only where the words around it are shared too, as in a copied interview; nearest to it, on each side and in
both texts, its own and other shared quotations left out. Where a text has no more words, those missing are taken for shared, so
that a copied speech, which is all quotation, is still a copy.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.quotations.shared import Range, SharedQuotation

# So many words on each side of a quotation are looked at; of all of them, in both texts, this share has to be shared. With 0.6
# to 0.7, and 20 to 40 words, 32 of 41 pairs of independent reports that share quotations are taken for rewrites, not 39, and no
# rewrite of 483 is lost.
_WORDS_AROUND = 20
_LEAST_SHARED = 0.6
# Fewer words count as others do: a few words that are quoted alike make no rewrite.
_LEAST_STATEMENT = 10


def counted_tokens(
    a: Analysis,
    b: Analysis,
    words: tuple[NDArray[np.int64], NDArray[np.int64]],
    quotations: Sequence[SharedQuotation],
    stretches: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Returns which tokens of each text count: all but those of shared quotations whose surroundings are not shared.

    `words`: the tokens of each text that are evidence (int64, in order). `stretches`: the tokens of each text that lie in
    what they share, half open (int64, shape (n, 2)).
    """
    if not quotations:
        return np.ones(len(a.tokens), bool), np.ones(len(b.tokens), bool)
    ranges_a = [each.tokens_a for each in quotations]
    ranges_b = [each.tokens_b for each in quotations]
    unshared = _unshared_around(a, words[0], ranges_a, stretches[0])
    unshared += _unshared_around(b, words[1], ranges_b, stretches[1])
    least = _LEAST_STATEMENT * max(a.tokens_a_word, b.tokens_a_word)
    alone = [
        i
        for i, count in enumerate(unshared.tolist())
        if count > (1 - _LEAST_SHARED) * 4 * _WORDS_AROUND and quotations[i].words >= least
    ]
    return (
        _outside(len(a.tokens), (ranges_a[i] for i in alone)),
        _outside(len(b.tokens), (ranges_b[i] for i in alone)),
    )


def _unshared_around(
    analysis: Analysis, words: NDArray[np.int64], quotations: Sequence[Range], stretches: NDArray[np.int64]
) -> NDArray[np.intp]:
    """Returns for each quotation how many of the words around it lie in none of the stretches."""
    around = words[_outside(len(analysis.tokens), quotations)[words]]
    is_unshared = _outside(len(analysis.tokens), stretches.tolist())
    unshared = np.concatenate(([0], np.cumsum(is_unshared[around])))
    places = np.searchsorted(around, [first for first, _ in quotations])
    before = np.maximum(places - _WORDS_AROUND, 0)
    after = np.minimum(places + _WORDS_AROUND, len(around))
    return np.asarray(unshared[after] - unshared[before], np.intp)


def _outside(count: int, ranges: Iterable[Sequence[int]]) -> NDArray[np.bool_]:
    """Returns which of so many tokens lie in none of the ranges."""
    outside = np.ones(count, bool)
    for first, last in ranges:
        outside[first:last] = False
    return outside

"""Evidence: which shared quotations count. Two reports that quote the same statement share it without deriving from each other.

A quotation counts only where the words around it are shared too, as in a copied interview; nearest to it, on each side and in
both texts, its own and other shared quotations left out. Where a text has no more words, those missing are taken for shared, so
that a copied speech, which is all quotation, is still a copy.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis import Analysis
from textkin_service.model import Span
from textkin_service.quotations.shared import Range, SharedQuotation

# So many words on each side of a quotation are looked at; of all of them, in both texts, this share has to be shared. With 0.6
# to 0.7, and 20 to 40 words, 32 of 41 pairs of independent reports that share quotations are taken for rewrites, not 39, and no
# rewrite of 483 is lost.
_WORDS_AROUND = 20
_LEAST_SHARED = 0.6
# Fewer words count as others do: a few words that are quoted alike make no rewrite.
_LEAST_STATEMENT = 10


def counted_tokens(
    a: Analysis, b: Analysis, quotations: Sequence[SharedQuotation], stretches: Sequence[tuple[Span, Span]]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Returns which tokens of each text count: all but those of shared quotations whose surroundings are not shared.

    `stretches`: what the texts share, one of each text, in code points.
    """
    counts_a, counts_b = np.ones(len(a.tokens), bool), np.ones(len(b.tokens), bool)
    if not quotations:
        return counts_a, counts_b
    unshared = _unshared_around(
        a, [each.tokens_a for each in quotations], [stretch for stretch, _ in stretches]
    ) + _unshared_around(b, [each.tokens_b for each in quotations], [stretch for _, stretch in stretches])
    least = _LEAST_STATEMENT * max(a.tokens_a_word, b.tokens_a_word)
    for quotation, words in zip(quotations, unshared.tolist(), strict=True):
        if quotation.words >= least and words > (1 - _LEAST_SHARED) * 4 * _WORDS_AROUND:
            counts_a[slice(*quotation.tokens_a)] = False
            counts_b[slice(*quotation.tokens_b)] = False
    return counts_a, counts_b


def _unshared_around(
    analysis: Analysis, quotations: Sequence[Range], stretches: Sequence[Span]
) -> NDArray[np.intp]:
    """Returns for each quotation how many of the words around it, residue left out, lie in none of the stretches."""
    is_around = np.zeros(len(analysis.tokens), bool)
    is_unshared = np.ones(len(analysis.tokens), bool)
    for first, last in analysis.sentences:
        is_around[first:last] = True
    for first, last in quotations:
        is_around[first:last] = False
    places = np.array([(span.start, span.end) for span in stretches], np.int64).reshape(-1, 2)
    for first, last in np.searchsorted(analysis.tokens.starts, places).tolist():
        is_unshared[first:last] = False
    around = np.flatnonzero(is_around)
    unshared = np.concatenate(([0], np.cumsum(is_unshared[around])))
    places = np.searchsorted(around, [first for first, _ in quotations])
    before = np.maximum(places - _WORDS_AROUND, 0)
    after = np.minimum(places + _WORDS_AROUND, len(around))
    return np.asarray(unshared[after] - unshared[before], np.intp)

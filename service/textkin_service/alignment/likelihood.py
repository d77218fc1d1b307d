"""Likelihood: how much likelier each word is in a passage made from one of the other text than anywhere else.

A passage takes a share q of its words from its source and the others from elsewhere: its word w is expected with probability
(1 - q) p(w) + q s(w), where s is how often w stands in the source and p how often it stands elsewhere, in either text or in the
language. This mixture is that of the language models of retrieval (Hiemstra 1998; Zhai and Lafferty 2001), with the texts
themselves as background, so that the words of their common topic say little. Against p alone a word has the log-likelihood
ratio log(1 - q + q s(w) / p(w)): negative where the source does not have it. `s(w) / p(w)` is what kernels call its ratio.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.kernels import likelihood as kernels
from textkin_service.alignment.kernels.tables import RATIOS
from textkin_service.alignment.matches import Match, length
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.sides import Range
from textkin_service.alignment.vectors import Weights
from textkin_service.alignment.views import View


def mutual_evidence(view: View, match: Match, parameters: Parameters) -> float:
    """Returns the evidence of the side of a match that has less: its log-likelihood ratio, in nats, at the likeliest share.

    Of its own text, no background are of each stem as many words as the other side has.
    """
    known = view.evidence.get(match)
    return weigh(view, [match], parameters)[0] if known is None else known


def weigh(view: View, matches: Sequence[Match], parameters: Parameters) -> list[float]:
    """Returns the mutual evidence of matches, in nats."""
    unknown = [match for match in dict.fromkeys(matches) if match not in view.evidence]
    if unknown:
        bound(view, unknown, view.unbroken, [(0, 0, 0, 0)] * len(unknown), 0, parameters)
    return [view.evidence[match] for match in matches]


def bound(
    view: View,
    matches: Sequence[Match],
    free: NDArray[np.bool_],
    limits: Sequence[tuple[int, int, int, int]],
    rounds: int,
    parameters: Parameters,
) -> list[Match]:
    """Returns matches bounded anew, in so many rounds; the view knows their mutual evidence then.

    Each grows over words that are `free` (bool, shape (2, any)), within its limits: of the own side, and of the other.
    """
    ranges = np.array(
        [(*match.own, *match.other, *limit) for match, limit in zip(matches, limits, strict=True)], np.int64
    ).reshape(-1, 8)
    evidence = np.empty(len(ranges))
    kernels.refine(
        view.numbers,
        view.figures,
        view.sizes,
        free,
        ranges,
        evidence,
        array(parameters.reused_shares),
        rounds,
        parameters.usual_words,
        parameters.refine_reach,
        parameters.refine_source,
        parameters.dense_words,
        parameters.dense_share,
        parameters.most_gain,
    )
    bounded = [Match((a, a_end), (b, b_end)) for a, a_end, b, b_end in ranges[:, :4].tolist()]
    view.evidence.update(zip(bounded, evidence.tolist(), strict=True))
    return bounded


def evidence_given(
    view: View, number: int, words: Range, source: Range, shares: tuple[float, ...], parameters: Parameters
) -> float:
    """Returns the evidence of a range of words of one side, of this number, whose source is a range of the other.

    The words themselves are no background. In nats, at whichever of the shares fits best.
    """
    write_ratios(view, number, words, source, words, parameters)
    return kernels.evidence_of(view.figures, length(words), array(shares), parameters.most_gain)


def write_ratios(
    view: View, number: int, words: Range, source: Range, passage: Range | None, parameters: Parameters
) -> Weights:
    """Returns s(w) / p(w) of each word of a range of one side, of this number, until others are written.

    `source` is a range of the other side. What of the own text is no background: `passage`, or else, where it is still to be
    bounded, of each stem as many as the source has.
    """
    reused = (1 - number, *source) if passage is None else (number, *passage)
    kernels.write_ratios(
        view.numbers, view.figures, view.sizes, number, *words, *source, *reused, parameters.usual_words
    )
    return view.figures[RATIOS, : length(words)]


@cache
def array(shares: tuple[float, ...]) -> Weights:
    """Returns shares as kernels take them."""
    return np.array(shares)

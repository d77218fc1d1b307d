"""Likelihood: how much likelier each word is in a passage made from one of the other text than anywhere else.

A passage takes a share q of its words from its source and the others from elsewhere: its word w is expected with probability
(1 - q) p(w) + q s(w), where s is how often w stands in the source and p how often it stands elsewhere, in either text or in the
language. This mixture is that of the language models of retrieval (Hiemstra 1998; Zhai and Lafferty 2001), with the texts
themselves as background, so that the words of their common topic say little. Against p alone a word has the log-likelihood
ratio log(1 - q + q s(w) / p(w)): negative where the source does not have it.
"""

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.matches import Match, length
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.sides import Range
from textkin_service.alignment.views import View

# Words that no list knows are at least so frequent.
_LEAST_SHARE = 1e-9
# A loss that no gain outweighs.
_NEVER = -1e9


def ratios(
    view: View, words: Range, source: Range, parameters: Parameters, *, passage: Range | None = None
) -> NDArray[np.float64]:
    """Returns s(w) / p(w) of each word of a range of the own side; `source` is a range of the other.

    What of the own text is no background: `passage`, or else, where it is still to be bounded, of each stem as many as the
    source has.
    """
    size = len(view.usual)
    in_source = np.bincount(view.other_stems[slice(*source)], minlength=size)
    in_source[-1] = 0
    reused = in_source if passage is None else np.bincount(view.own_stems[slice(*passage)], minlength=size)
    here = _shares(np.maximum(view.own_counts - reused, 0), view, parameters)
    there = _shares(view.other_counts - in_source, view, parameters)
    elsewhere = np.maximum(np.maximum(here, there), _LEAST_SHARE)
    return (in_source / max(1, length(source)) / elsewhere)[view.own_stems[slice(*words)]]


def gains(ratios: NDArray[np.float64], share: float, parameters: Parameters) -> NDArray[np.float64]:
    """Returns the log-likelihood ratio of each word, in nats, where `share` of the words is from the source."""
    return np.minimum(np.log(1 - share + share * ratios), parameters.most_gain)


def evidence(
    view: View, words: Range, source: Range, parameters: Parameters, *, passage: Range | None = None
) -> float:
    """Returns the log-likelihood ratio of a range of words, in nats, at the share that fits best."""
    each = ratios(view, words, source, parameters, passage=passage)
    return max(float(gains(each, share, parameters).sum()) for share in parameters.reused_shares)


def mutual_evidence(view: View, match: Match, parameters: Parameters) -> float:
    """Returns the evidence of the side of a match that has less."""
    return min(
        evidence(view, match.own, match.other, parameters),
        evidence(view.mirrored(), match.other, match.own, parameters),
    )


def best_interval(values: NDArray[np.float64]) -> tuple[float, Range]:
    """Returns the greatest sum of an interval, and the shortest interval that has it (Kadane; see Bentley 1984)."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    least = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - least))
    start = int(np.flatnonzero(sums[: end + 1] == least[end])[-1])
    return float(sums[end] - least[end]), (start, end)


def likeliest(
    ratios: NDArray[np.float64],
    shares: tuple[float, ...],
    parameters: Parameters,
    allowed: NDArray[np.bool_] | None = None,
) -> tuple[float, Range]:
    """Returns the interval with most evidence, at whichever of the shares it has it, and that evidence in nats.

    `allowed` says which words it may have; by default, all.
    """
    barred = np.zeros(len(ratios)) if allowed is None else np.where(allowed, 0.0, _NEVER)
    return max(
        (best_interval(gains(ratios, share, parameters) + barred) for share in shares),
        key=lambda found: found[0],
    )


def _shares(counts: NDArray[np.intp], view: View, parameters: Parameters) -> NDArray[np.float64]:
    """Returns what share of some words each stem is, smoothed by what is usual (Dirichlet prior; Zhai and Lafferty 2001)."""
    prior = parameters.usual_words
    shares: NDArray[np.float64] = (counts + prior * view.usual) / (counts.sum() + prior)
    return shares

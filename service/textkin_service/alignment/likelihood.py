"""Likelihood: how much likelier each word is in a passage made from one of the other text than anywhere else.

A passage takes a share q of its words from its source and the others from elsewhere: its word w is expected with probability
(1 - q) p(w) + q s(w), where s is how often w stands in the source and p how often it stands elsewhere, in either text or in the
language. This mixture is that of the language models of retrieval (Hiemstra 1998; Zhai and Lafferty 2001), with the texts
themselves as background, so that the words of their common topic say little. Against p alone a word has the log-likelihood
ratio log(1 - q + q s(w) / p(w)): negative where the source does not have it.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.matches import Match
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.sides import Range
from textkin_service.alignment.vectors import Weights
from textkin_service.alignment.views import View
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.kernels import kernel

# Words that no list knows are at least so frequent.
_LEAST_SHARE = 1e-9
# Products of likelihood ratios are kept between these, so that none is too large or too small for a float.
_LARGE, _SMALL = 2.0**500, 2.0**-500


def ratios(
    view: View, words: Range, source: Range, parameters: Parameters, *, passage: Range | None = None
) -> Weights:
    """Returns s(w) / p(w) of each word of a range of the own side; `source` is a range of the other.

    What of the own text is no background: `passage`, or else, where it is still to be bounded, of each stem as many as the
    source has.
    """
    source_stems = view.other_stems[slice(*source)]
    return _ratios(
        view.own_stems[slice(*words)],
        source_stems,
        source_stems if passage is None else view.own_stems[slice(*passage)],
        view.own_counts,
        view.other_counts,
        view.own_words,
        view.other_words,
        view.usual,
        parameters.usual_words,
        view.room,
    )


def evidence(
    view: View, words: Range, source: Range, parameters: Parameters, *, passage: Range | None = None
) -> float:
    """Returns the log-likelihood ratio of a range of words, in nats, at the share that fits best."""
    each = ratios(view, words, source, parameters, passage=passage)
    return evidence_at(each, parameters.reused_shares, parameters)


def evidence_at(ratios: Weights, shares: tuple[float, ...], parameters: Parameters) -> float:
    """Returns the log-likelihood ratio of some words, in nats, at whichever of the shares fits best."""
    return _evidence(ratios, _array(shares), parameters.most_gain)


def mutual_evidence(view: View, match: Match, parameters: Parameters) -> float:
    """Returns the evidence of the side of a match that has less."""
    known = view.evidence.get(match)
    if known is not None:
        return known
    found = view.evidence[match] = _mutual_evidence(
        view.own_stems[slice(*match.own)],
        view.other_stems[slice(*match.other)],
        view.own_counts,
        view.other_counts,
        view.own_words,
        view.other_words,
        view.usual,
        parameters.usual_words,
        _array(parameters.reused_shares),
        parameters.most_gain,
        view.room,
    )
    return found


def gains(ratios: Weights, share: float, parameters: Parameters) -> Weights:
    """Returns the log-likelihood ratio of each word, in nats, where `share` of the words is from the source."""
    return _gains(ratios, share, parameters.most_gain)


def likeliest(
    ratios: Weights,
    shares: tuple[float, ...],
    parameters: Parameters,
    allowed: NDArray[np.bool_] | None = None,
) -> tuple[float, Range]:
    """Returns the interval with most evidence, at whichever of the shares it has it, and that evidence in nats.

    `allowed` (bool) says which words it may have; by default, all.
    """
    if allowed is None:
        allowed = np.ones(len(ratios), bool)
    found, start, end = _likeliest(ratios, _array(shares), parameters.most_gain, allowed)
    return found, (start, end)


@cache
def _array(shares: tuple[float, ...]) -> Weights:
    return np.array(shares)


@kernel
def _ratios(
    words: Numbers,
    source: Numbers,
    reused: Numbers,
    own_counts: Numbers,
    other_counts: Numbers,
    own_words: int,
    other_words: int,
    usual: Weights,
    prior: float,
    room: Numbers,
) -> Weights:
    """Returns the ratios of some words (stems), given a source and which of the own words are no background.

    What share of some words each stem is, is smoothed by what is usual (Dirichlet prior; Zhai and Lafferty 2001).
    """
    barrier = len(usual) - 1
    in_source, left_out = room[0], room[1]
    for stem in source:
        in_source[stem] += 1
    for stem in reused:
        left_out[stem] += 1
        if left_out[stem] <= own_counts[stem]:
            own_words -= 1
    other_words -= len(source) - in_source[barrier]
    in_source[barrier] = 0
    result = np.zeros(len(words), np.float64)
    for i in range(len(words)):
        stem = words[i]
        if in_source[stem]:
            own = max(own_counts[stem] - left_out[stem], 0)
            here = (own + prior * usual[stem]) / (own_words + prior)
            there = (other_counts[stem] - in_source[stem] + prior * usual[stem]) / (other_words + prior)
            elsewhere = max(here, there, _LEAST_SHARE)
            result[i] = in_source[stem] / len(source) / elsewhere
    for stem in source:
        in_source[stem] = 0
    for stem in reused:
        left_out[stem] = 0
    return result


@kernel
def _gains(ratios: Weights, share: float, most: float) -> Weights:
    """Returns what `gains` does. All words that are not in the source lose the same."""
    loss = min(np.log(1.0 - share), most)
    result = np.empty(len(ratios), np.float64)
    for i in range(len(ratios)):
        result[i] = min(np.log(1.0 - share + share * ratios[i]), most) if ratios[i] > 0.0 else loss
    return result


@kernel
def _evidence(ratios: Weights, shares: Weights, most: float) -> float:
    """Returns what `evidence_at` does: the logarithm of a product, which costs less than a sum of logarithms."""
    best = -np.inf
    ceiling = np.exp(most)
    for share in shares:
        product, evidence = 1.0, 0.0
        for ratio in ratios:
            product *= min(1.0 - share + share * ratio, ceiling)
            if not _SMALL < product < _LARGE:
                evidence += np.log(product)
                product = 1.0
        best = max(best, evidence + np.log(product))
    return best


@kernel
def _mutual_evidence(
    own: Numbers,
    other: Numbers,
    own_counts: Numbers,
    other_counts: Numbers,
    own_words: int,
    other_words: int,
    usual: Weights,
    prior: float,
    shares: Weights,
    most: float,
    room: Numbers,
) -> float:
    """Returns what `mutual_evidence` does, of a match that has these words (stems) on its sides."""
    there = _ratios(own, other, other, own_counts, other_counts, own_words, other_words, usual, prior, room)
    back = _ratios(other, own, own, other_counts, own_counts, other_words, own_words, usual, prior, room)
    return min(_evidence(there, shares, most), _evidence(back, shares, most))


@kernel
def _likeliest(
    ratios: Weights, shares: Weights, most: float, allowed: NDArray[np.bool_]
) -> tuple[float, int, int]:
    """Returns the greatest evidence of an interval, and the shortest interval that has it (Kadane; see Bentley 1984).

    It is the product of the words' likelihood ratios, which is kept as `product` times a power of `_LARGE`.
    """
    best, best_start, best_end = -1.0, 0, 0
    ceiling = np.exp(most)
    for share in shares:
        product, greatest = 1.0, 1.0
        power = greatest_power = 0
        start = first = last = 0
        for i in range(len(ratios)):
            product *= min(1.0 - share + share * ratios[i], ceiling)
            if product <= 1.0 and power > 0:
                product *= _LARGE
                power -= 1
            elif product >= _LARGE:
                product /= _LARGE
                power += 1
            if not allowed[i] or (product <= 1.0 and power == 0):
                product, power, start = 1.0, 0, i + 1
            elif power > greatest_power or (power == greatest_power and product > greatest):
                greatest, greatest_power, first, last = product, power, start, i + 1
        evidence = np.log(greatest) + greatest_power * np.log(_LARGE)
        if evidence > best:
            best, best_start, best_end = evidence, first, last
    return best, best_start, best_end

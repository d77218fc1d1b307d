"""Kernels that tell the language of a text: by its scripts, and by how likely its bytes are in each language."""

import math

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import LETTER, SCRIPT_SHIFT, SCRIPTS
from textkin_service.kernels import kernel

_UNKNOWN = len(SCRIPTS) + 1
_FIRST_SINGLE = 1 + list(SCRIPTS).index("kana")
_LAST_SINGLE = 1 + list(SCRIPTS).index("my")

_SHIFT = np.uint64(32)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_ONE = np.uint64(1)
_BYTES = np.uint64(256)
_LOG_2 = math.log(2)


@kernel
def count_scripts(classes: NDArray[np.uint32], counts: NDArray[np.int64], met: NDArray[np.int64]) -> int:
    """Counts what says something about the language: words, or characters in scripts without spaces.

    By the classes of a text's code points. Adds to `counts` how often each script comes, by its number, letters of any other
    under the last number; fills in the numbers `met`, in the order of their first; returns how many these are.
    """
    size = 0
    i = 0
    while i < len(classes):
        bits = classes[i]
        script = bits >> SCRIPT_SHIFT
        i += 1
        if script == 0:
            if not bits & LETTER:
                continue
            script = np.uint32(_UNKNOWN)
            while i < len(classes) and classes[i] & LETTER:
                i += 1
        elif not _FIRST_SINGLE <= script <= _LAST_SINGLE:
            while i < len(classes) and classes[i] >> SCRIPT_SHIFT == script:
                i += 1
        if counts[script] == 0:
            met[size] = script
            size += 1
        counts[script] += 1
    return size


@kernel
def _count_features(
    text: NDArray[np.uint8],
    moves: NDArray[np.uint32],
    states: NDArray[np.int32],
    slots: NDArray[np.int32],
    features: NDArray[np.int32],
    counts: NDArray[np.int32],
) -> int:
    """Finds the features of a text and how often each comes, in the order of their first; returns how many they are."""
    mask = np.uint64(len(slots) - 1)
    size = 0
    state = np.uint32(0)
    for byte in text:
        state = moves[np.uint64(states[state, 0]) * _BYTES + np.uint64(byte)]
        feature = states[state, 1]
        if feature < 0:
            continue
        slot = ((np.uint64(feature) * _MIX) >> _SHIFT) & mask
        while slots[slot] >= 0 and features[slots[slot]] != feature:
            slot = (slot + _ONE) & mask
        if slots[slot] < 0:
            slots[slot] = size
            features[size] = feature
            counts[size] = 0
            size += 1
        counts[slots[slot]] += 1
    return size


@kernel
def likelihoods(
    text: NDArray[np.uint8],
    moves: NDArray[np.uint32],
    states: NDArray[np.int32],
    weights: NDArray[np.float32],
    priors: NDArray[np.float32],
    slots: NDArray[np.int32],
    features: NDArray[np.int32],
    counts: NDArray[np.int32],
    scores: NDArray[np.float64],
) -> None:
    """Finds the likelihood of each class, together 1, by naive Bayes over the byte n-grams of a text.

    The n-grams are found by an automaton: `states` has the row of each state in `moves`, where the next state stands by the
    next byte, and the feature found in it, or -1. `weights` (features, classes) and `priors` are logarithms; they are
    tempered by the length of the text. `scores` are zero at first. Room to work in: `slots`, a power of two and more than
    twice as many as bytes, all -1; `features` and `counts`, as many as bytes.
    """
    size = _count_features(text, moves, states, slots, features, counts)
    for i in range(size):
        # Most come once.
        weight = _LOG_2 if counts[i] == 1 else np.log1p(np.float64(counts[i]))
        row = weights[features[i]]
        for k in range(len(priors)):
            scores[k] += weight * row[k]
    greatest = -np.inf
    for k in range(len(priors)):
        if size:
            scores[k] = (scores[k] + priors[k]) / np.sqrt(np.float64(len(text)))
        greatest = max(greatest, scores[k])
    total = 0.0
    for k in range(len(priors)):
        scores[k] = np.exp(scores[k] - greatest)
        total += scores[k]
    for k in range(len(priors)):
        scores[k] /= total

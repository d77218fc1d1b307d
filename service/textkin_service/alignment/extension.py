"""Extension: seeds that lie near each other in both texts grow into fragments."""

from dataclasses import dataclass

import numpy as np

from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.seeds import Seeds
from textkin_service.alignment.vectors import SentenceVectors, Weights
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.kernels import kernel

# How often seeds are split by turns before they are taken as they are. Texts need three or four; some could be made for more.
_MOST_TURNS = 32


@dataclass(frozen=True, slots=True)
class Fragment:
    """A range of sentences of each text, half open, and the sum of its seeds' similarities.

    `is_part`: whether it was cut off from a longer one, at the paragraphs beside it.
    """

    a: tuple[int, int]
    b: tuple[int, int]
    mass: float
    is_part: bool = False


def extend(
    seeds: Seeds, vectors: SentenceVectors, blocks_a: Numbers, blocks_b: Numbers, parameters: Parameters
) -> tuple[Numbers, Weights]:
    """Finds fragments whose two sides resemble each other; where they do not, the gap shrinks until they do.

    Returns of each the range of sentences in `a`, and that in `b` (int64, shape (n, 4)), and its mass (float64).

    `blocks_a` and `blocks_b` (int64) give each sentence's block of uninterrupted text; no fragment reaches over two.
    """
    # A place is the sentence's number, with more than the largest gap between one block and the next.
    apart = parameters.max_gap + 2
    bounds, masses = np.empty((len(seeds), 4), np.int64), np.zeros(len(seeds))
    found = _extended(
        np.stack((seeds.a, seeds.b)),
        np.stack((blocks_a[seeds.a] * apart + seeds.a, blocks_b[seeds.b] * apart + seeds.b)),
        seeds.similarity,
        seeds.evidence,
        vectors.a.bounds,
        vectors.a.stems,
        vectors.a.weights,
        vectors.b.bounds,
        vectors.b.stems,
        vectors.b.weights,
        vectors.isf,
        vectors.room,
        parameters.max_gap,
        parameters.min_evidence,
        parameters.fragment_cosine,
        np.arange(len(seeds)),
        np.zeros((len(seeds) + 1, 6), np.int64),
        bounds,
        masses,
    )
    return bounds[:found], masses[:found]


def resemblance(vectors: SentenceVectors, fragment: Fragment) -> tuple[float, float]:
    """Returns the cosine of the summed sentence vectors of both sides, and the evidence that they share.

    The evidence is the sum of the isf, in nats, of the distinct stems that stand on both sides.
    """
    a, b = vectors.a, vectors.b
    stretch_a = slice(a.bounds[fragment.a[0]], a.bounds[fragment.a[1]])
    stretch_b = slice(b.bounds[fragment.b[0]], b.bounds[fragment.b[1]])
    return _resemblance(
        a.stems[stretch_a],
        a.weights[stretch_a],
        b.stems[stretch_b],
        b.weights[stretch_b],
        vectors.isf,
        vectors.room,
    )


@kernel
def _resemblance(
    stems_a: Numbers, weights_a: Weights, stems_b: Numbers, weights_b: Weights, isf: Weights, room: Weights
) -> tuple[float, float]:
    """Returns what `resemblance` does, of the stems of both sides and their weights; leaves zeros in `room`."""
    for i in range(len(stems_a)):
        room[0, stems_a[i]] += weights_a[i]
    for i in range(len(stems_b)):
        room[1, stems_b[i]] += weights_b[i]
    squares_a = squares_b = dot = evidence = 0.0
    for stem in stems_a:
        weight, other = room[0, stem], room[1, stem]
        if weight > 0.0:
            squares_a += weight * weight
            if other > 0.0:
                dot += weight * other
                evidence += isf[stem]
            room[0, stem] = 0.0
    for stem in stems_b:
        squares_b += room[1, stem] * room[1, stem]
        room[1, stem] = 0.0
    lengths = np.sqrt(squares_a * squares_b)
    return dot / lengths if lengths > 0.0 else 0.0, evidence


@kernel
def _sort(members: Numbers, begin: int, end: int, keys: Numbers, room: Numbers) -> None:
    """Sorts `members` from `begin` to `end` by their keys, those with equal ones in the order they have (merge sort)."""
    width = 1
    while width < end - begin:
        for low in range(begin, end - width, 2 * width):
            middle, high = low + width, min(low + 2 * width, end)
            if keys[members[middle - 1]] <= keys[members[middle]]:
                continue
            for i in range(low, middle):
                room[i] = members[i]
            left, right = low, middle
            for i in range(low, high):
                if right == high or (left < middle and keys[room[left]] <= keys[members[right]]):
                    members[i] = room[left]
                    left += 1
                else:
                    members[i] = members[right]
                    right += 1
                if left == middle:
                    break
        width *= 2


@kernel
def _bounds(numbers: Numbers, members: Numbers) -> tuple[int, int]:
    """Returns the least of the members' numbers, and one more than the greatest."""
    least = greatest = numbers[members[0]]
    for member in members:
        least, greatest = min(least, numbers[member]), max(greatest, numbers[member])
    return least, greatest + 1


@kernel
def _extended(
    sentences: Numbers,
    places: Numbers,
    similarity: Weights,
    seed_evidence: Weights,
    bounds_a: Numbers,
    stems_a: Numbers,
    weights_a: Weights,
    bounds_b: Numbers,
    stems_b: Numbers,
    weights_b: Weights,
    isf: Weights,
    room: Weights,
    max_gap: int,
    min_evidence: float,
    least_cosine: float,
    members: Numbers,
    pending: Numbers,
    ranges: Numbers,
    masses: Weights,
) -> int:
    """Writes the fragments, and returns how many they are: their sentences in both texts to `ranges`, and their masses.

    `sentences` and `places` (int64, shape (2, seeds)) are those of the seeds in both texts. Seeds are split wherever more than
    a gap of sentences of one text lies between them, by turns until neither text splits them; a group whose sides do not
    resemble each other is split again, with a smaller gap. `members` (int64) are the numbers of all seeds. `pending` (int64,
    shape (seeds + 1, 6), zeros) has room for the groups to be split, each a stretch of the members: from where to where, the
    text, whether the other one does not split it, turn, gap.
    """
    buffer = np.empty(len(members), np.int64)
    found = 0
    pending[0, 1], pending[0, 5] = len(members), max_gap
    waiting = 1
    while waiting:
        waiting -= 1
        begin, end, text = pending[waiting, 0], pending[waiting, 1], pending[waiting, 2]
        settled, turn, gap = pending[waiting, 3], pending[waiting, 4], pending[waiting, 5]
        _sort(members, begin, end, places[text], buffer)
        before, start = waiting, begin
        for i in range(begin + 1, end + 1):
            if i == end or places[text, members[i]] - places[text, members[i - 1]] > gap + 1:
                pending[waiting, 0], pending[waiting, 1], pending[waiting, 2] = start, i, 1 - text
                pending[waiting, 3], pending[waiting, 4] = i - start == end - begin, turn + 1
                pending[waiting, 5] = gap
                waiting += 1
                start = i
        if waiting > before + 1 or not (settled or turn > _MOST_TURNS):
            continue
        waiting = before
        group = members[begin:end]
        if end - begin == 1 and seed_evidence[group[0]] < min_evidence:
            continue
        first_a, end_a = _bounds(sentences[0], group)
        first_b, end_b = _bounds(sentences[1], group)
        cosine, evidence = _resemblance(
            stems_a[bounds_a[first_a] : bounds_a[end_a]],
            weights_a[bounds_a[first_a] : bounds_a[end_a]],
            stems_b[bounds_b[first_b] : bounds_b[end_b]],
            weights_b[bounds_b[first_b] : bounds_b[end_b]],
            isf,
            room,
        )
        if evidence < min_evidence:
            continue  # nor can any part of it have enough
        if cosine >= least_cosine:
            ranges[found, 0], ranges[found, 1] = first_a, end_a
            ranges[found, 2], ranges[found, 3] = first_b, end_b
            for seed in group:
                masses[found] += similarity[seed]
            found += 1
        elif gap > 0:
            pending[waiting, 0], pending[waiting, 1], pending[waiting, 2] = begin, end, 0
            pending[waiting, 3], pending[waiting, 4], pending[waiting, 5] = 0, 0, gap - 1
            waiting += 1
    return found

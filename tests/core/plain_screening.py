"""The plain twin of screening: the same figures from lists, sets and counters."""

import math
from collections import Counter

COSINE, DICE, REACH = 0.22, 0.22, 5
COMMON_ZIPF = 6.0


def outline(analysis):
    """Returns the values of an outline."""
    stems = analysis.stems.tolist()
    distinct = list(dict.fromkeys(stems))
    numbers = [distinct.index(stem) for stem in stems] + [0]
    rarities = analysis.zipf.view("uint32").tolist()
    pieces = analysis.pieces
    return [
        *(len(stems), len(distinct), len(analysis.sentences), len(pieces)),
        *distinct,
        *(rarities[stems.index(stem)] for stem in distinct),
        *(lower | upper << 16 for lower, upper in zip(numbers[: len(stems) : 2], numbers[1::2], strict=True)),
        *analysis.sentences.ravel().tolist(),
        *(
            value
            for row in zip(pieces.hashes, pieces.firsts, pieces.lasts, strict=True)
            for value in map(int, row)
        ),
    ]


def common_subsequence(a, b):
    row = [0] * (len(b) + 1)
    for x in a:
        before = row[:]
        for j, y in enumerate(b):
            row[j + 1] = before[j] + 1 if x == y else max(before[j + 1], row[j])
    return row[-1]


def sentences(analysis):
    return [analysis.stems[first:last].tolist() for first, last in analysis.sentences.tolist()]


def containment(a, b):
    zipf = dict(zip(a.stems.tolist(), a.zipf.tolist(), strict=True))
    there = {stem for sentence in sentences(b) for stem in sentence}
    rarity = {stem: max(COMMON_ZIPF - zipf[stem], 0.0) for each in sentences(a) for stem in each}
    total = sum(rarity.values())
    return sum(value for stem, value in rarity.items() if stem in there) / total if total else 0.0


def in_stretches(a, b, width):
    """Returns how many tokens of `b` lie in stretches of so many that `a` has."""
    a, b = a.stems.tolist(), b.stems.tolist()
    known = {tuple(a[i : i + width]) for i in range(len(a) - width + 1)}
    return len(
        {
            place
            for i in range(len(b) - width + 1)
            if tuple(b[i : i + width]) in known
            for place in range(i, i + width)
        }
    )


def seeds(a, b):
    """Returns the pairs of sentences that are alike, and the isf of every stem."""
    rows_a, rows_b = [Counter(each) for each in sentences(a)], [Counter(each) for each in sentences(b)]
    frequency = Counter(stem for row in rows_a + rows_b for stem in row)
    isf = {stem: math.log((len(rows_a) + len(rows_b) + 1) / count) for stem, count in frequency.items()}
    found = []
    for i, x in enumerate(rows_a):
        for j, y in enumerate(rows_b):
            shared = x.keys() & y.keys()
            dot = sum(math.sqrt(x[stem] * y[stem]) * isf[stem] ** 2 for stem in shared)
            squares = [sum(count * isf[stem] ** 2 for stem, count in row.items()) for row in (x, y)]
            alike = dot >= COSINE * math.sqrt(squares[0] * squares[1]) * (1 - 1e-9)
            if shared and alike and 2 * len(shared) >= DICE * (len(x) + len(y)) * (1 - 1e-9):
                found.append((i, j))
    return found, isf


def split(group, text):
    """Returns the seeds of a group in parts, wherever too much lies between one and the next."""
    parts = []
    for seed in sorted(group, key=lambda each: each[text]):
        if not parts or seed[text] - parts[-1][-1][text] > REACH:
            parts.append([])
        parts[-1].append(seed)
    return parts


def evidence(a, b):
    """Returns the greatest evidence of a group of neighbouring seeds."""
    found, isf = seeds(a, b)
    groups = [found] if found else []
    while True:
        parts = [part for group in groups for half in split(group, 0) for part in split(half, 1)]
        if len(parts) == len(groups):
            break
        groups = parts
    rows_a, rows_b = sentences(a), sentences(b)
    greatest = 0.0
    for group in groups:
        (first_a, last_a), (first_b, last_b) = ((min(x), max(x)) for x in zip(*group, strict=True))
        in_a = {stem for row in rows_a[first_a : last_a + 1] for stem in row}
        in_b = {stem for row in rows_b[first_b : last_b + 1] for stem in row}
        greatest = max(greatest, sum(isf[stem] for stem in in_a & in_b))
    return greatest


def figures(a, b):
    """Returns what screening says of two texts, as its kernel does."""
    evidence_a = [stem for sentence in sentences(a) for stem in sentence]
    evidence_b = [stem for sentence in sentences(b) for stem in sentence]
    return [
        common_subsequence(evidence_a, evidence_b),
        common_subsequence(evidence_a, evidence_b[::-1]),
        len(evidence_b),
        containment(a, b),
        containment(b, a),
        in_stretches(a, b, 5),
        in_stretches(a, b, 3),
        evidence(a, b),
    ]

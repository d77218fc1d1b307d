"""Local matches: passages whose two sides are of like length, from seeds, fragments and runs.

What a pass finds takes its words; the next looks at what is left, since a strong match hides weaker ones near it.
"""

import numpy as np
from numpy.typing import NDArray

from textkin_service.alignment.boundaries import Free, refine
from textkin_service.alignment.division import divide
from textkin_service.alignment.extension import extend
from textkin_service.alignment.likelihood import mutual_evidence
from textkin_service.alignment.matches import Match
from textkin_service.alignment.overlaps import resolve
from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.runs import Nearby, Run, bounded_by_runs
from textkin_service.alignment.seeds import Seeds
from textkin_service.alignment.selection import order_excess, select
from textkin_service.alignment.vectors import SentenceVectors
from textkin_service.alignment.views import View
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.kernels import kernel
from textkin_service.leave import may_go_on


def local_matches(
    view: View, vectors: SentenceVectors, seeds: Seeds, runs: list[Run], parameters: Parameters
) -> list[Match]:
    """Returns the matches, whose evidence is enough and which hardly overlap, by their place in the own text."""
    nothing_taken = free = Free.of(view)
    nearby = Nearby(runs)
    matches: list[Match] = []
    for _ in range(parameters.passes):
        may_go_on()
        usable, blocks = seeds, (view.own.blocks, view.other.blocks)
        if matches:
            # Sentences that are not free interrupt the text as residue does.
            left_own, left_other = np.empty(len(blocks[0]), bool), np.empty(len(blocks[1]), bool)
            blocks = (
                _left(view.own.starts, view.own.ends, blocks[0], free.words[0], left_own),
                _left(view.other.starts, view.other.ends, blocks[1], free.words[1], left_other),
            )
            usable = seeds.only(left_own[seeds.a] & left_other[seeds.b])
        if not (len(usable) or runs):
            break
        known = parameters.knowing(free.taken_share(nothing_taken))
        candidates = _candidates(view, vectors, usable, blocks, free, nearby, known)
        found = select(view, candidates, matches, known)
        alone = [Match(run.a, run.b) for run in runs if run.matched >= known.lone_run_words]
        found += select(view, alone, matches + found, known)
        if not found:
            break
        matches += found
        free = free.without(found)
    return sorted(matches)


def _candidates(
    view: View,
    vectors: SentenceVectors,
    seeds: Seeds,
    blocks: tuple[Numbers, Numbers],
    free: Free,
    nearby: Nearby,
    parameters: Parameters,
) -> list[Match]:
    """Returns fragments of what is free, bounded.

    `seeds` are those between the sentences that are free, `blocks` (int64) the block of uninterrupted text of each sentence.
    """
    if not len(seeds):
        return []
    fragments = resolve(*extend(seeds, vectors, *blocks, parameters), parameters)
    may_go_on()
    fragments = divide(fragments, seeds, vectors, view.own, view.other, parameters)
    may_go_on()
    wholes = [Match(view.own.words_of(each.a), view.other.words_of(each.b)) for each in fragments]
    found = []
    for whole, match in zip(
        wholes, refine(view, wholes, [each.is_part for each in fragments], free, parameters), strict=True
    ):
        may_go_on()
        refined = match
        if mutual_evidence(view, match, parameters) < parameters.least_evidence:
            refined = max(match, whole, key=lambda each: order_excess(view, each))
        found += bounded_by_runs(refined, nearby.to(refined), parameters)
    return found


@kernel
def _left(
    starts: Numbers, ends: Numbers, blocks: Numbers, free: NDArray[np.bool_], left: NDArray[np.bool_]
) -> Numbers:
    """Writes which sentences are free by more than half, and returns the blocks of them all, which the others interrupt.

    `free` says of each word of the side whether it is.
    """
    interrupted = blocks.copy()
    passed = 0
    for i in range(len(starts)):
        count = 0
        for word in range(starts[i], ends[i]):
            if free[word]:
                count += 1
        left[i] = 2 * count > ends[i] - starts[i]
        if not left[i]:
            passed += 1
        interrupted[i] += passed
    return interrupted

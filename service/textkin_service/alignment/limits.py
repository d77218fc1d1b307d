"""Limits: where aligning all of two texts would be too much work, as much of both is aligned as is not.

The work is in pairs of sentences that meet over a stem. Prose of a million words has few but those of its most frequent words,
which say next to nothing and are left out. What remains are texts that say the same over and over.
"""

from dataclasses import dataclass, replace

from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.seeds import Seeds, find_seeds
from textkin_service.alignment.sides import Side
from textkin_service.alignment.vectors import SentenceVectors, sentence_vectors
from textkin_service.alignment.views import View
from textkin_service.analysis import Analysis
from textkin_service.leave import may_go_on

# Texts are compared fairly where the stems left out are the most of at most this share of the sentences.
_MOST_LEFT_OUT = 0.25
# Where it is too much, this share of the sentences is tried next.
_NEXT_SHARE = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Seeded:
    """What there is to align, and the seeds of it. `cut_a`, `cut_b`: where it ends, in code points; None: with the text."""

    view: View
    vectors: SentenceVectors
    seeds: Seeds
    cut_a: int | None
    cut_b: int | None


def seeded(a: Analysis, b: Analysis, parameters: Parameters) -> Seeded:
    """Returns as much of two texts as can be aligned: both up to the same number of sentences."""
    most = max(len(a.sentences), len(b.sentences))
    while True:
        may_go_on()
        view = View.of(_up_to(a, most, "a"), _up_to(b, most, "b"))
        vectors = sentence_vectors(view)
        may_go_on()
        seeds = find_seeds(vectors, parameters) if vectors.left_out <= _MOST_LEFT_OUT else None
        if seeds is not None:
            return Seeded(view, vectors, seeds, _cut(a, view.own), _cut(b, view.other))
        most = int(_NEXT_SHARE * most)


def _up_to(analysis: Analysis, sentences: int, name: str) -> Side:
    if sentences >= len(analysis.sentences):
        return Side.of(analysis, name)
    return Side.of(replace(analysis, sentences=analysis.sentences[:sentences]), name)


def _cut(whole: Analysis, aligned: Side) -> int | None:
    """Returns where the last sentence that is aligned ends; None: it is the text's last."""
    sentences = len(aligned.starts)
    if sentences == len(whole.sentences):
        return None
    return aligned.span(aligned.words_of((sentences - 1, sentences))).end

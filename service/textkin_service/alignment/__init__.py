"""Alignment: which passages of two texts say the same, by seed and extend, since rewrites reorder facts."""

from textkin_service.alignment.extension import Fragment, extend
from textkin_service.alignment.parameters import DEFAULT, Parameters
from textkin_service.alignment.seeds import find_seeds
from textkin_service.alignment.vectors import sentence_vectors
from textkin_service.analysis import Analysis
from textkin_service.model import Passage, PassageKind, Span

__all__ = ["DEFAULT", "Parameters", "align"]


def align(a: Analysis, b: Analysis, parameters: Parameters = DEFAULT) -> tuple[Passage, ...]:
    """Returns the passages that both texts share, by their place in `a`. Spans are code points of the original texts."""
    if not (a.sentences and b.sentences):
        return ()
    vectors = sentence_vectors(a, b)
    fragments = extend(find_seeds(vectors, parameters), vectors, parameters)
    passages = [_passage(a, b, fragment) for fragment in fragments if _words(a, fragment.a) >= parameters.min_words]
    return tuple(sorted(passages, key=lambda p: (p.a.start, p.b.start)))


def _words(analysis: Analysis, sentences: tuple[int, int]) -> int:
    return analysis.sentences[sentences[1] - 1][1] - analysis.sentences[sentences[0]][0]


def _passage(a: Analysis, b: Analysis, fragment: Fragment) -> Passage:
    return Passage(_span(a, fragment.a), _span(b, fragment.b), PassageKind.PARAPHRASE, 0.5)


def _span(analysis: Analysis, sentences: tuple[int, int]) -> Span:
    first, last = analysis.sentences[sentences[0]][0], analysis.sentences[sentences[1] - 1][1]
    return Span(analysis.tokens.starts[first], analysis.tokens.ends[last - 1])

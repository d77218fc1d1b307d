"""Overlap resolution: of fragments that claim the same sentences, the one with the greater seed mass keeps them."""

from textkin_service.alignment.extension import Fragment
from textkin_service.alignment.parameters import Parameters


def resolve(fragments: list[Fragment], parameters: Parameters) -> list[Fragment]:
    """Returns the fragments without those that lie mostly inside stronger ones, in either text, by place in `a`."""
    kept: list[Fragment] = []
    for fragment in sorted(fragments, key=lambda f: (-f.mass, min(f.a, f.b), max(f.a, f.b), f.a)):
        in_a = _covered(fragment.a, [other.a for other in kept])
        in_b = _covered(fragment.b, [other.b for other in kept])
        if max(in_a, in_b) < parameters.overlap_share:
            kept.append(fragment)
    return sorted(kept, key=lambda f: (f.a, f.b))


def _covered(sentences: tuple[int, int], others: list[tuple[int, int]]) -> float:
    """Returns the share of a range of sentences that lies in any of the others."""
    inside = {i for start, end in others for i in range(max(start, sentences[0]), min(end, sentences[1]))}
    return len(inside) / (sentences[1] - sentences[0])

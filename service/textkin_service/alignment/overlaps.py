"""Overlap resolution: of fragments that claim the same sentences, the one with the greater seed mass keeps them."""

from textkin_service.alignment.extension import Fragment
from textkin_service.alignment.matches import Match, Taken
from textkin_service.alignment.parameters import Parameters


def resolve(fragments: list[Fragment], parameters: Parameters) -> list[Fragment]:
    """Returns the fragments without those that lie mostly inside stronger ones, in either text, by place in `a`."""
    taken = Taken(
        max((fragment.a[1] for fragment in fragments), default=0),
        max((fragment.b[1] for fragment in fragments), default=0),
    )
    kept: list[Fragment] = []
    for fragment in sorted(fragments, key=lambda f: (-f.mass, min(f.a, f.b), max(f.a, f.b), f.a)):
        sentences = Match(fragment.a, fragment.b)
        if taken.share(sentences) < parameters.overlap_share:
            kept.append(fragment)
            taken.take(sentences)
    return sorted(kept, key=lambda f: (f.a, f.b))

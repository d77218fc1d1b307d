"""Overlap resolution: of fragments that claim the same sentences, the one with the greater seed mass keeps them."""

import numpy as np

from textkin_service.alignment.extension import Fragment
from textkin_service.alignment.parameters import Parameters


def resolve(fragments: list[Fragment], parameters: Parameters) -> list[Fragment]:
    """Returns the fragments without those that lie mostly inside stronger ones, in either text, by place in `a`."""
    taken_a = np.zeros(max((fragment.a[1] for fragment in fragments), default=0), bool)
    taken_b = np.zeros(max((fragment.b[1] for fragment in fragments), default=0), bool)
    kept: list[Fragment] = []
    for fragment in sorted(fragments, key=lambda f: (-f.mass, min(f.a, f.b), max(f.a, f.b), f.a)):
        in_a, in_b = taken_a[slice(*fragment.a)], taken_b[slice(*fragment.b)]
        if (
            max(np.count_nonzero(in_a) / len(in_a), np.count_nonzero(in_b) / len(in_b))
            < parameters.overlap_share
        ):
            kept.append(fragment)
            in_a[:] = in_b[:] = True
    return sorted(kept, key=lambda f: (f.a, f.b))

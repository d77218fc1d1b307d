"""What the alignment of two texts finds, as text."""

from textkin_service.alignment import align
from textkin_service.analysis import analyze


def quotes(a, b):
    """Returns the two sides of each passage as text."""
    return [(a[p.a.start : p.a.end], b[p.b.start : p.b.end]) for p in align(analyze(a), analyze(b)).passages]

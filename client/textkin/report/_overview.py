"""Where all passages lie: a map of both texts with a band for each passage, and a list that says the same in words."""

from textkin.report._passages import Numbered, span_of
from textkin.report._text import html, one_line
from textkin.types import Span
from textkin.words import counted

# The map's own units: the texts are as wide, each a bar as high as _BAR.
_WIDTH, _HEIGHT, _BAR = 1000, 60, 12

# A passage of one word in a long text is still seen.
_LEAST_WIDTH = 3

# How much of a passage the list shows.
_LONGEST_BEGINNING = 90


def passage_map(passages: tuple[Numbered, ...], length_a: int, length_b: int) -> str:
    """The map: A above, B below. The list says all that it shows, so that it is hidden from screen readers and the keyboard."""
    bands = "".join(
        f'<a href="#{each.id("a")}" tabindex="-1"><path class="band {each.kind}" data-passage="{each.number}" '
        f'd="{_band(span_of("a", each.passage, length_a), length_a, span_of("b", each.passage, length_b), length_b)}">'
        f"<title>{each.label} {each.kind}</title></path></a>"
        for each in passages
    )
    return (
        '<div class="map" aria-hidden="true"><span>A</span>'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none">'
        f'<rect class="whole" width="{_WIDTH}" height="{_BAR}"/>'
        f'<rect class="whole" y="{_HEIGHT - _BAR}" width="{_WIDTH}" height="{_BAR}"/>'
        f"{bands}"
        f'<rect class="seen" data-side="a" width="0" height="{_BAR}"/>'
        f'<rect class="seen" data-side="b" y="{_HEIGHT - _BAR}" width="0" height="{_BAR}"/>'
        "</svg><span>B</span></div>\n"
    )


def passage_list(passages: tuple[Numbered, ...], a: str, b: str) -> str:
    """The passages one by one: kind, similarity, and where and how each begins in both texts."""
    items = "".join(
        f'<li data-passage="{each.number}" data-words="{each.words}">'
        f'<span class="label {each.kind}">{each.label}</span> <span>{each.kind}</span>'
        f"{_beginning('A', each.id('a'), span_of('a', each.passage, len(a)), a)}"
        f"{_beginning('B', each.id('b'), span_of('b', each.passage, len(b)), b)}</li>\n"
        for each in passages
    )
    count = counted(len(passages), "passage")
    return f'<details class="list"><summary>List of {count}</summary>\n<ol>\n{items}</ol>\n</details>\n'


def _band(a: Span, length_a: int, b: Span, length_b: int) -> str:
    """The outline of a passage: its stretch of A's bar, that of B's, and what links the two."""
    a1, a2 = _stretch(a, length_a)
    b1, b2 = _stretch(b, length_b)
    low, high = _HEIGHT - _BAR, _BAR
    return f"M{a1} 0H{a2}V{high}L{b2} {low}V{_HEIGHT}H{b1}V{low}L{a1} {high}Z"


def _stretch(span: Span, length: int) -> tuple[int, int]:
    start = span.start * _WIDTH // max(length, 1)
    return start, max(start + _LEAST_WIDTH, span.end * _WIDTH // max(length, 1))


def _beginning(name: str, target: str, span: Span, text: str) -> str:
    place = f"{span.start / max(len(text), 1):.0%}"
    beginning = Span(span.start, min(span.end, span.start + 2 * _LONGEST_BEGINNING))
    shown = " ".join(beginning.of(text).split())
    if len(shown) > _LONGEST_BEGINNING:
        shown = f"{shown[:_LONGEST_BEGINNING].rsplit(' ', 1)[0]} …"
    return f'<a href="#{target}">{name}, at {html(place)}: {one_line(shown)}</a>'

"""A passage as a report names it: its number, the sign of its kind, and the addresses of its two sides on the page."""

from dataclasses import dataclass
from typing import Literal

from textkin.types import Comparison, Passage, PassageKind, Quotation, Span
from textkin.words import kind_name

SideName = Literal["a", "b"]

# Kinds are told by sign and by line, too: colours alone are not seen by all, and not printed by all.
SIGNS = {
    PassageKind.VERBATIM: "=",
    PassageKind.EDITED: "\N{PLUS-MINUS SIGN}",
    PassageKind.PARAPHRASE: "\N{ALMOST EQUAL TO}",
}
KIND_MEANINGS = {
    PassageKind.VERBATIM: "the same words",
    PassageKind.EDITED: "mostly the same words",
    PassageKind.PARAPHRASE: "the same in other words",
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A passage with its number, from 1, and what its ids on the page begin with."""

    number: int
    passage: Passage
    prefix: str

    @property
    def kind(self) -> str:
        """The name of its kind, which is also a class of the style."""
        return kind_name(self.passage.kind)

    @property
    def label(self) -> str:
        """What its number shows, such as "3 = 0.98"."""
        return f"{self.number} {SIGNS[self.passage.kind]} {self.passage.similarity:.2f}"

    @property
    def words(self) -> str:
        """The same in words."""
        return f"{self.kind}, similarity {self.passage.similarity:.2f}"

    def id(self, side: SideName) -> str:
        """Where it stands on the page, in one of the texts."""
        return f"{self.prefix}{side}{self.number}"

    def link(self, side: SideName) -> str:
        """The number that stands before it in one text and leads to the other.

        Its label is drawn by the style: the text itself stays as it is, for who copies it or searches in it.
        """
        other = other_side(side)
        return (
            f'<a class="number {self.kind}" id="{self.id(side)}" href="#{self.id(other)}" data-label="{self.label}" '
            f'aria-label="Passage {self.label}, {self.kind}: to its partner in {other.upper()}"></a>'
        )


def numbered(comparison: Comparison, prefix: str) -> tuple[Numbered, ...]:
    """The passages of a comparison in their order."""
    return tuple(Numbered(number, each, prefix) for number, each in enumerate(comparison.passages, 1))


def other_side(side: SideName) -> SideName:
    """The side of the partner."""
    return "b" if side == "a" else "a"


def span_of(side: SideName, of: Passage | Quotation, length: int) -> Span:
    """Where it stands in that text, cut to the text's length: the text may have been replaced since it was compared."""
    span = of.a if side == "a" else of.b
    start = min(span.start, length)
    return Span(start, min(max(span.end, start), length))

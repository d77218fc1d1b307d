"""Where a stretch of a text lies, what its ends count, and the stretch itself."""

from dataclasses import dataclass
from enum import Enum
from typing import Any


class OffsetUnit(Enum):
    """What spans count: code points (as Python does), bytes of UTF-8, or UTF-16 code units.

    >>> ship = f"🚢 {original}"
    >>> [client.compare(ship, draft, offset_unit=unit).passages[0].a.start for unit in OffsetUnit]
    [2, 5, 3]
    """

    CODE_POINT = "code_point"
    UTF8_BYTE = "utf8_byte"
    UTF16_UNIT = "utf16_unit"


# The form in which Python cuts a text by a unit, and the bytes of one unit. A lone surrogate, which is in no text that was
# sent, must not end in an exception that has the text.
_FORMS = {OffsetUnit.UTF8_BYTE: ("utf-8", 1), OffsetUnit.UTF16_UNIT: ("utf-16-le", 2)}
_LONE_SURROGATES = "surrogatepass"

_NAMES = {
    OffsetUnit.CODE_POINT: "code points",
    OffsetUnit.UTF8_BYTE: "bytes of UTF-8",
    OffsetUnit.UTF16_UNIT: "UTF-16 units",
}


class Side:
    """One text of a comparison, which all spans in it share: what they count, and the text where the client has it."""

    __slots__ = ("_form", "text", "unit")

    def __init__(self, unit: OffsetUnit, text: str | None = None) -> None:
        """Makes a side; the form that its unit cuts is made when it is first needed, and kept."""
        self.unit = unit
        self.text = text
        self._form: bytes | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Side, (self.unit, self.text)

    def cut(self, start: int, end: int) -> str:
        """Returns a stretch. Raises ValueError if the text is not known, or is another one."""
        if self.text is None:
            raise ValueError(
                "the answer does not carry the text of this span: get the article, then comparison.with_texts(a=..., b=...),"
                " of a match match.with_text(...), or span.of(text)"
            )
        # In ASCII all units are the same.
        if self.unit is OffsetUnit.CODE_POINT or self.text.isascii():
            self._check(end, len(self.text))
            return self.text[start:end]
        encoding, width = _FORMS[self.unit]
        if self._form is None:
            self._form = self.text.encode(encoding, _LONE_SURROGATES)
        self._check(end, len(self._form) // width)
        try:
            return self._form[width * start : width * end].decode(encoding)
        except UnicodeDecodeError:
            raise ValueError(
                f"the span from {start} to {end} splits a character: this is not the text that it is of"
            ) from None

    def _check(self, end: int, length: int) -> None:
        if end > length:
            raise ValueError(
                f"the text has {length} {_NAMES[self.unit]}, but the span ends at {end}: this is not the text that it is of"
            )


class _Sided:
    """What a span is of. No field of it: spans are equal, printed and taken apart by where they lie."""

    __slots__ = ("_side",)
    _side: Side | None


@dataclass(frozen=True, slots=True)
class Span(_Sided):
    """A stretch of a text, from `start` (included) to `end` (excluded), in the answer's offset unit.

    >>> passage = client.compare(original, draft).passages[0]
    >>> passage.a.text == original[passage.a.start : passage.a.end]
    True
    """

    start: int
    end: int

    @property
    def text(self) -> str:
        """The stretch itself, whatever the offset unit.

        Known of every text that was given along, and of others after `Comparison.with_texts` or `Match.with_text`. Otherwise
        raises ValueError.
        """
        side = self._known_side
        if side is None:
            raise ValueError("this span was made without a text: use span.of(text)")
        return side.cut(self.start, self.end)

    def of(self, text: str, unit: OffsetUnit | None = None) -> str:
        """The stretch of a text at hand.

        `unit`: what the span counts; by default what the answer said that it came with, else code points. Raises ValueError
        for a text that is too short, or of which it would split a character.

        >>> Span(8, 12).of("Naïve 🚢 plan"), Span(9, 13).of("Naïve 🚢 plan", OffsetUnit.UTF16_UNIT)
        ('plan', 'plan')
        """
        side = self._known_side
        return Side(unit or (side.unit if side else OffsetUnit.CODE_POINT), text).cut(self.start, self.end)

    @property
    def _known_side(self) -> Side | None:
        return getattr(self, "_side", None)

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy, in this process or in another, knows its text too.
        return span_of, (self.start, self.end, self._known_side)


def span_of(start: int, end: int, side: Side | None) -> Span:
    """A span that knows what it is of."""
    span = Span(start, end)
    if side is not None:
        object.__setattr__(span, "_side", side)
    return span

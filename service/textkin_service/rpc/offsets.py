"""Spans in the unit that a caller asked for.

Inside Textkin a span counts code points, as Python's strings do. In UTF-8 a code point takes 1 to 4 bytes, in
UTF-16 one unit or, above U+FFFF, two.
"""

from collections.abc import Callable, Iterable

from textkin_service.model import Span

_TWO_UTF16_UNITS = 0x10000


def _utf8_bytes(text: str) -> int:
    return len(text.encode())


def _utf16_units(text: str) -> int:
    return len(text) + sum(ord(character) >= _TWO_UTF16_UNITS for character in text)


def utf8_spans(text: str, spans: Iterable[Span]) -> list[Span]:
    """Returns the spans in bytes of the text's UTF-8 form."""
    return _converted(text, list(spans), _utf8_bytes)


def utf16_spans(text: str, spans: Iterable[Span]) -> list[Span]:
    """Returns the spans in units of the text's UTF-16 form."""
    return _converted(text, list(spans), _utf16_units)


def _converted(text: str, spans: list[Span], measure: Callable[[str], int]) -> list[Span]:
    """Measures each stretch between the spans' ends once, so that it takes time linear in the text."""
    positions: dict[int, int] = {}
    before = position = 0
    for place in sorted({place for span in spans for place in (span.start, span.end)}):
        position += measure(text[before:place])
        positions[place] = position
        before = place
    return [Span(positions[span.start], positions[span.end]) for span in spans]

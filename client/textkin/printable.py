"""Makes any text safe to print: what a text says must not steer the terminal."""

import re

# Control characters but tab and line feed, and the marks that turn the direction of what follows, including
# ours.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""The text with every character that could steer a terminal shown as one that stands for it.

    One character for one, so that spans still fit. A carriage return before a line feed becomes a space.

    >>> printable("\x1b[31mred")
    '␛[31mred'
    """
    return _UNSAFE.sub(_stand_in, text.replace("\r\n", " \n"))


def _stand_in(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < ord(" "):
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"  # noqa: PLR2004 -- DEL

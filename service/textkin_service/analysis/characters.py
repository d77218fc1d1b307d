"""Characters: what the kernels need to know of each code point, as bits of one number.

The patterns here are the definition; the table is made from them, and from Python's own idea of spaces and case, once.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate

import numpy as np
import regex
from numpy.typing import NDArray

from textkin_service.analysis.kernels.classes import classify
from textkin_service.prebuilt import prebuilt

# Scripts written without spaces: each character, with its combining marks, is a token of its own. In Thai and Lao so is a
# cluster: the vowels written before and behind a consonant belong to it, and no word begins between them.
UNSPACED_SCRIPTS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# Characters that end a line, as str.splitlines has them; inside a character class.
LINE_ENDS = "\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
# Signs that only formulas are full of.
SIGNS = r"[=<>^_{}\\\p{Sm}₀-₉⁰⁴-⁹]"

LETTER = 1 << 0
NUMBER = 1 << 1
INNER = 1 << 2  # may follow inside a word: marks, joiners and soft hyphens
UNSPACED = 1 << 3
WHITE = 1 << 4  # as patterns have it: without the separators of ASCII
COMMA = 1 << 5
EVENT = 1 << 6  # ends lines or sentences, is a sign or a bar
SEPARATOR = 1 << 7  # between the digits of a number
# What is above is not in the low byte, by which words are cut.
SPACE = 1 << 8  # as str.isspace has it
BEFORE = 1 << 9  # vowels of Thai and Lao that are written before their consonant
LINE_END = 1 << 10
LOWER = 1 << 11
UPPER = 1 << 12
STOP = 1 << 13
CJK_STOP = 1 << 14  # needs no white space after it
CLOSING = 1 << 15
CJK_CLOSING = 1 << 16
AFTER_STOP = 1 << 17  # closes what a stop ended, at the end of a line
NO_MIDDLE = 1 << 18  # before a line break: the sentence does not go on
BEHIND = 1 << 19  # vowels of Thai and Lao that are written behind their consonant
BAR = 1 << 20  # between the entries of a share bar or a menu
WORD = 1 << 21  # as patterns have it
SIGN = 1 << 22
THAI_OR_LAO = 1 << 23
# Above these bits, the number of the script in `SCRIPTS`; 0 for none of them.
SCRIPT_SHIFT = 24

_PATTERNS = {
    LETTER: r"\p{L}",
    NUMBER: r"\p{N}",
    INNER: r"[\p{M}\u00AD\u200C\u200D\u2060\uFEFF\uFF9E\uFF9F]",
    UNSPACED: f"[{UNSPACED_SCRIPTS}]",
    BEFORE: r"[\u0E40-\u0E44\u0EC0-\u0EC4]",
    BEHIND: r"[\u0E30\u0E32\u0E33\u0E45\u0EB0\u0EB2\u0EB3\u0EBD]",
    THAI_OR_LAO: r"[\p{Thai}\p{Lao}]",
    SEPARATOR: r"[.,\uFF0C\uFF0E]",
    WHITE: r"\s",
    LINE_END: f"[{LINE_ENDS}]",
    STOP: "[.!?…]",
    CJK_STOP: "[。！？]",
    CLOSING: r"""["'”’»)\]]""",
    CJK_CLOSING: "[」』”’）]",
    AFTER_STOP: r"""["'”’»)\]」』]""",
    NO_MIDDLE: '[.!?…:"”]',
    COMMA: "[,;:—–()，、；：]",
    BAR: "[|•·*»›/]",
    WORD: r"\w",
    SIGN: SIGNS,
}

# The scripts that tell the language, by number, 1 for the first. Of letters in a script that comes later in the list, and of
# the rest of \p{L}, nothing follows but that the language is not known here.
SCRIPTS = {
    "latin": r"\p{Latin}",
    "shared": r"[\p{Cyrillic}\p{Arabic}\p{Devanagari}]",
    "kana": r"[\p{Hiragana}\p{Katakana}]",
    "han": r"\p{Han}",
    "th": r"\p{Thai}",
    "lo": r"\p{Lao}",
    "km": r"\p{Khmer}",
    "my": r"\p{Myanmar}",
    "ko": r"\p{Hangul}",
    "el": r"\p{Greek}",
    "he": r"\p{Hebrew}",
    "hy": r"\p{Armenian}",
    "ta": r"\p{Tamil}",
    "bn": r"\p{Bengali}",
}

CODE_POINTS = 0x110000
# Above the last ideographs nothing is assigned but tags, variation selectors and private use.
_ASSIGNED = (range(0x40000), range(0xE0000, 0xE1000))


@cache
def class_table() -> NDArray[np.uint32]:
    """Returns the bits of every code point: uint32 of shape (1114112,), in which untouched pages take no memory."""
    table = np.zeros(CODE_POINTS, np.uint32)
    for assigned, part in zip(_ASSIGNED, prebuilt("characters", _classes), strict=True):
        table[assigned.start : assigned.stop] = part
    table.setflags(write=False)
    return table


def _classes() -> list[NDArray[np.uint32]]:
    """Returns the bits of the code points that may be assigned."""
    return [_classes_of_all("".join(map(chr, assigned))) for assigned in _ASSIGNED]


def _classes_of_all(text: str) -> NDArray[np.uint32]:
    part = np.zeros(len(text), np.uint32)
    for bit, pattern in _PATTERNS.items():
        _mark(part, text, pattern, bit)
    for number, pattern in enumerate(SCRIPTS.values(), start=1):
        _mark(part, text, pattern, number << SCRIPT_SHIFT)
    part[part & np.uint32(LINE_END | STOP | CJK_STOP | SIGN | BAR) != 0] |= np.uint32(EVENT)
    part |= np.uint32(SPACE) * _where(map(str.isspace, text))
    part |= np.uint32(LOWER) * _where(map(str.islower, text))
    part |= np.uint32(UPPER) * _where(map(str.isupper, text))
    return part


def code_points(text: str) -> NDArray[np.uint32]:
    """Returns the code points of a text: uint32. A lone surrogate is one too."""
    if text.isascii():
        return np.frombuffer(text.encode(), np.uint8).astype(np.uint32)
    # NumPy's own strings hold code points.
    return np.array([text]).view(np.uint32)[: len(text)]


def joined(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Returns the code points of texts (uint32), and where in these each begins, and the end (int64)."""
    offsets = np.array([0, *accumulate(map(len, texts))], np.int64)
    return code_points(texts[0] if len(texts) == 1 else "".join(texts)), offsets


def classes_of(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Returns the bits of each of these code points: uint32, parallel."""
    classes = np.empty(len(codes), np.uint32)
    classify(codes, class_table(), classes)
    return classes


def _mark(part: NDArray[np.uint32], text: str, pattern: str, bits: int) -> None:
    for match in regex.finditer(f"{pattern}++", text):
        part[match.start() : match.end()] |= np.uint32(bits)


def _where(values: Iterable[bool]) -> NDArray[np.uint32]:
    return np.fromiter(values, np.uint32)

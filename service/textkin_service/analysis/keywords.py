"""Keywords: words without which no phrase of the web's furniture can stand in a text, so that most lines need no pattern.

Every phrase of `furniture` and every pattern of `apparatus` has one of the words listed for it here, or two of them in a row,
of letters alone; the tests hold them to that. Two in a row where either is frequent: few articles have any.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import regex
from numpy.typing import NDArray

# Bits of the flags of a word, as the text has it, and of two in a row.
IN_PHRASE = 1 << 0  # of PHRASE
IN_CREDIT = 1 << 1  # of CREDIT
BEGINS_LABEL = 1 << 2  # LABEL
IN_LINE = 1 << 3  # LINE_PHRASE
BEGINS_HEADING = 1 << 4  # OTHER_NEWS
IN_COMMENT_BOX = 1 << 5  # COMMENT_BOX
IN_REFERENCES = 1 << 6  # the headings of lists of references
IN_DECLARATION = 1 << 7  # acknowledgements, declarations and their headings
NO_WORD = 1 << 8  # patterns take no character of it for one of a word
OPEN = 1 << 9  # whatever follows: patterns may find a keyword in it, or go on with the beginning of a word
# Above these bits stands the number of a word that may be one of two, by which `pair_table` knows it; 0 for others.
KEYWORD_SHIFT = 16
MOST_KEYWORDS = 256

_PICTURES = ("image", "images", "photo", "photos", "picture", "pictures")

# One alone. What begins a label or a heading does so where no other word follows after a space.
_ALONE = {
    IN_PHRASE: "trademarks",
    IN_CREDIT: " ".join(["pic", *(p + credit for p in _PICTURES for credit in ("by", "credit", "courtesy"))]),
    IN_LINE: """
        cookie cookies copyright subscribe subscribing unsubscribe newsletter newsletters advertisement javascript
    """,
    BEGINS_LABEL: """
        image photo photograph picture pic file credit tag tags share topic topics related
        print email tweet comment comments advertisement sponsored loading menu search home
    """,
    BEGINS_HEADING: "related recommended trending editor editors editorss don",
    IN_COMMENT_BOX: "comment comments",
    IN_REFERENCES: """
        references bibliography cited literature literatur literaturverzeichnis quellen quellenverzeichnis références
        bibliographiques bibliographie bibliografía referencias referências bibliografia riferimenti literatuur
    """,
    IN_DECLARATION: """
        acknowledgement acknowledgements acknowledgment acknowledgments acknowledge funding contribution contributions interest
        interests availability thank grateful indebted supported funded financed declare declares danksagung danksagungen
        remerciements agradecimientos agradecimentos ringraziamenti dankwoord
    """,
}
# Two in a row, each of several words.
_IN_A_ROW = {
    IN_PHRASE: """
        a:reply|comment will:not required:fields uses:akismet reduce:spam comment:data save:my all:cookies rights:reserved
        sign:up|me subscribe|subscribing:to click:here please:use accessible:video browser:does skip:to
    """,
    IN_CREDIT: f"""
        ap|afp|reuters|epa|getty:photo getty:images file:pic handout:via attention:editors
        {"|".join(_PICTURES)}:by|credit|courtesy
    """,
    IN_LINE: """
        post|add|write:a log:in privacy:policy|notice|statement terms:of|and this:site|website|page|video sign:up to:date|top
        follow|like:us share:this|on|via download:our click:here more:about|at|on|here head:over
        scroll|continue:down|for|to|reading video:below been:supplied
    """,
    BEGINS_LABEL: """
        file:pic|photo|photos|photograph|photographs photo|photos|image|picture|pic|illustration:by|credit
        filed:under related|read:next read|see:more|also
        about:the also:read
    """,
    BEGINS_HEADING: """
        latest:news|stories|headlines|articles you:may|might
        related:news|stories|articles|posts|links|content|sources|topics discover|read|see:more
        more:news|stories|articles|headlines|on|from|like most:read|popular|viewed|shared recommended:for|stories|reading
        trending:now popular:posts|stories recent:posts|stories|articles what:to read|up:next
        editor|editors|editorss:picks|choice in:other see:also
    """,
    IN_COMMENT_BOX: "leave|post|add|write:a|your join:the",
}
# One alone that goes on with the beginning of another word.
_OPEN = {BEGINS_LABEL: "source sources tagged"}
# What patterns that ignore case take for letters of ASCII besides these.
_FOLDED = str.maketrans("\u0130\u017f\u212a", "isk")
_NOT_WORDS = regex.compile(r"\W++")


def flags_of(word: str) -> int:
    """Returns the flags of a word, as the text has it, and its number among those that may be one of two."""
    if word.isascii():
        if word.isalpha():
            return _plain_flags().get(word.lower(), 0)
        if word.isdecimal():
            return OPEN
    parts = _NOT_WORDS.split(word.translate(_FOLDED).lower())
    flags = OPEN if any(parts) else OPEN | NO_WORD
    for part in parts:
        flags |= _odd_flags().get(part, 0)
    return flags


@cache
def pair_table() -> NDArray[np.uint16]:
    """Returns the flags of two words in a row, the number of the first times `MOST_KEYWORDS` and that of the second: uint16."""
    table = np.zeros((MOST_KEYWORDS, MOST_KEYWORDS), np.uint16)
    numbers = _numbers()
    for bit, first, second in _pairs():
        table[numbers[first], numbers[second]] |= bit
    return table.reshape(-1)


@cache
def _plain_flags() -> dict[str, int]:
    """Returns the flags of words of ASCII's letters."""
    flags = {word: number << KEYWORD_SHIFT for word, number in _numbers().items()}
    for bit, word in _listed(_ALONE):
        flags[word] = flags.get(word, 0) | bit
    for bit, word in _listed(_OPEN):
        flags[word] = flags.get(word, 0) | bit | OPEN
    return flags


@cache
def _odd_flags() -> dict[str, int]:
    """Returns the flags that a word has where it stands in another form, or within another: those of all phrases with it."""
    flags: dict[str, int] = {}
    paired = ((bit, word) for bit, *both in _pairs() for word in both)
    for bit, word in (*_listed(_ALONE), *_listed(_OPEN), *paired):
        flags[word] = flags.get(word, 0) | bit
    return flags


def _listed(words: dict[int, str]) -> Iterator[tuple[int, str]]:
    return ((bit, word) for bit, listed in words.items() for word in listed.split())


@cache
def _numbers() -> dict[str, int]:
    words = dict.fromkeys(word for _, *both in _pairs() for word in both)
    return {word: number for number, word in enumerate(words, start=1)}


def _pairs() -> Iterator[tuple[int, str, str]]:
    for bit, rows in _IN_A_ROW.items():
        for row in rows.split():
            firsts, seconds = row.split(":")
            yield from ((bit, first, second) for first in firsts.split("|") for second in seconds.split("|"))

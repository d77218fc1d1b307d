"""Keywords: words without which no phrase of the web's furniture can stand in a text, so that most lines need no pattern.

Every phrase of `furniture` and every pattern of `apparatus` has one of the words listed for it here, of letters alone; the
tests hold them to that. Frequent words are avoided where another will do.
"""

from functools import cache

import regex

# Bits of the flags of a word, as the text has it.
IN_PHRASE = 1 << 0  # of PHRASE
IN_CREDIT = 1 << 1  # of CREDIT
BEGINS_LABEL = 1 << 2  # LABEL
IN_LINE = 1 << 3  # LINE_PHRASE
BEGINS_HEADING = 1 << 4  # OTHER_NEWS
IN_COMMENT_BOX = 1 << 5  # COMMENT_BOX
IN_REFERENCES = 1 << 6  # the headings of lists of references
IN_DECLARATION = 1 << 7  # acknowledgements, declarations and their headings
NO_WORD = 1 << 8  # patterns take no character of it for one of a word

_PICTURES = tuple(
    f"{picture}{plural}{credit}"
    for picture in ("image", "photo", "picture")
    for plural in ("", "s")
    for credit in ("", "by", "credit", "courtesy")
)
_KEYWORDS = {
    IN_PHRASE: """
        reply comment published marked akismet spam processed save cookies reserved trademarks sign subscribe subscribing
        click browser accessible skip
    """,
    IN_CREDIT: f"getty pic handout editors {' '.join(_PICTURES)}",
    IN_LINE: """
        comment log cookies cookie privacy terms copyright site website page sign subscribe subscribing unsubscribe newsletter
        newsletters date follow like share download click more top head scroll continue advertisement javascript watch video
        supplied
    """,
    BEGINS_LABEL: """
        image photo photograph picture pic file credit source sources tag tags tagged filed share topic topics related read
        see photos illustration about print email tweet comment comments advertisement sponsored loading menu search home also
    """,
    BEGINS_HEADING: """
        latest you related discover read see more most recommended trending popular recent what up editor editors editorss don
        in
    """,
    IN_COMMENT_BOX: "leave post add write comment comments join",
    IN_REFERENCES: """
        references bibliography cited literature literatur literaturverzeichnis quellen quellenverzeichnis références
        bibliographie bibliografía referencias referências bibliografia riferimenti literatuur
    """,
    IN_DECLARATION: """
        acknowledgement acknowledgements acknowledgment acknowledgments acknowledge funding contribution contributions interest
        interests availability thank grateful indebted supported funded financed declare declares danksagung danksagungen
        remerciements agradecimientos agradecimentos ringraziamenti dankwoord
    """,
}
# What patterns that ignore case take for letters of ASCII besides these.
_FOLDED = str.maketrans("\u0130\u017f\u212a", "isk")
_NOT_LETTERS = regex.compile("[^a-z]++")
_ANY_WORD = regex.compile(r"\w")


def flags_of(word: str) -> int:
    """Returns the flags of a word, as the text has it."""
    known = _flags()
    if word.isascii() and word.isalpha():
        return known.get(word.lower(), 0)
    lower = word.translate(_FOLDED).lower()
    flags = known.get(lower, 0) | (0 if _ANY_WORD.search(word) else NO_WORD)
    for part in _NOT_LETTERS.split(lower):
        flags |= known.get(part, 0)
    return flags


@cache
def _flags() -> dict[str, int]:
    flags: dict[str, int] = {}
    for bit, words in _KEYWORDS.items():
        for word in words.split():
            flags[word] = flags.get(word, 0) | bit
    return flags

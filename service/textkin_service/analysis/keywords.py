"""Keywords: words without which no phrase of the web's furniture can stand in a text, so that most lines need no pattern.

Every phrase of `furniture` has one of the words listed for it here, written without anything but letters; the tests hold both
to that. Frequent words are avoided where another will do. So it is with the parts of words that `apparatus` looks for.
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
    IN_COMMENT_BOX: "reply response comment comments join",
}
# Parts of words, in small letters; "works cited" has the word "cited".
_REFERENCES = regex.compile("bibliogra|cited|literat|quellen|r[eé]f[eé]r[eê]n|riferimenti")
_DECLARATIONS = regex.compile(
    "acknowledg|funding|contribution|interest|availability|thank|grateful|indebted|supported|funded|financed|declare|danksagung"
    "|remerciement|agradecimento|agradecimiento|ringraziament|dankwoord"
)
# What patterns that ignore case take for letters of ASCII besides these.
_FOLDED = str.maketrans("\u0130\u017f\u212a", "isk")
_NOT_LETTERS = regex.compile("[^a-z]++")
_ANY_WORD = regex.compile(r"\w")


def flags_of(word: str) -> int:
    """Returns the flags of a word, as the text has it."""
    known = _flags()
    lower = word.translate(_FOLDED).lower()
    flags = IN_REFERENCES if _REFERENCES.search(lower) else 0
    flags |= IN_DECLARATION if _DECLARATIONS.search(lower) else 0
    if word.isascii() and word.isalpha():
        return flags | known.get(lower, 0)
    flags |= 0 if _ANY_WORD.search(word) else NO_WORD
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

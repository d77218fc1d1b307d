"""Words with their places in the original text.

Words are cut out of the text as it came and normalised one by one, so that no offset ever has to be mapped back through a
normalisation that changes lengths (NFKC, case folding, ligatures, `İ`).
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import regex
from numpy.typing import NDArray

# Scripts written without spaces: each character, with its combining marks, is a token of its own. In Thai and Lao so is a
# cluster: the vowels written before and behind a consonant belong to it, and no word begins between them.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"

# What may follow inside a word: marks, joiners and soft hyphens. Possessive, so that no text makes it backtrack.
_INNER = r"[\p{M}\u00AD\u200C\u200D\u2060\uFEFF\uFF9E\uFF9F]"
# The vowels of Thai and Lao that are written before and behind their consonant.
_BEFORE = r"(?:[\u0E40-\u0E44\u0EC0-\u0EC4](?=[\p{Thai}\p{Lao}]))"
_BEHIND = r"[\u0E30\u0E32\u0E33\u0E45\u0EB0\u0EB2\u0EB3\u0EBD]"

_WORD = regex.compile(
    rf"""
      {_BEFORE}?+[{UNSPACED}]{_INNER}*+(?:{_BEHIND}{_INNER}*+)*+  # a character of a script without spaces
    | \p{{N}}++(?:[.,\uFF0C\uFF0E]\p{{N}}++)*+                             # a number, with its separators
    | (?:(?![{UNSPACED}])\p{{L}}{_INNER}*+)++(?:\p{{N}}++)?+  # letters, perhaps with digits after them
    """,
    regex.VERBOSE,
)

# The same for texts of plain characters alone, several times faster: the standard library knows no scripts or categories.
_PLAIN_WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+[0-9]*")
# Categories of plain characters outside ASCII: letters that have case, punctuation, symbols, spaces.
_PLAIN_CATEGORIES = {
    "Lu",
    "Ll",
    "Lt",
    "Pc",
    "Pd",
    "Ps",
    "Pe",
    "Pi",
    "Pf",
    "Po",
    "Sm",
    "Sc",
    "Sk",
    "So",
    "Zs",
    "Zl",
    "Zp",
}
# Among these, what the full pattern takes for a word or for a part of one.
_PART_OF_WORD = regex.compile(rf"[{UNSPACED}\uFF0C\uFF0E]")

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200c\u200d\u2060\ufeff"))
_GROUPING = regex.compile(r"(?<=\p{N}),(?=\p{N}{3}(?!\p{N}))")


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The words of a text. All four are parallel.

    `words` are normalised; `starts` and `ends` (int32) are code points of the original text, half open; `hashes` (uint64) are
    those of the normalised words, as `word_hash` has them.
    """

    words: tuple[str, ...]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    hashes: NDArray[np.uint64]

    def __len__(self) -> int:
        """How many words there are."""
        return len(self.words)


def normalize_word(word: str) -> str:
    """Returns the form under which a word is compared: NFKC, case folded, without invisible characters.

    The grouping commas of a number go too ("5,000" is "5000").
    """
    if word.isascii():
        folded = word.lower()
    else:
        folded = unicodedata.normalize(
            "NFKC", unicodedata.normalize("NFKC", word.translate(_INVISIBLE)).casefold()
        )
    return _GROUPING.sub("", folded) if "," in folded else folded


def word_hash(word: str) -> int:
    """Returns 64 bits that depend on a normalised word alone, whatever the process or machine."""
    digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def tokenize(text: str) -> Tokens:
    """Returns the words of `text` in order. Punctuation and symbols belong to no word."""
    words, starts, ends, hashes = [], [], [], []
    normal: dict[str, tuple[str, int]] = {}
    plain = text.isascii() or all(map(_is_plain, set(text)))
    for match in (_PLAIN_WORD if plain else _WORD).finditer(text):
        word = match.group()
        known = normal.get(word)
        if known is None:
            folded = normalize_word(word)
            known = normal[word] = folded, word_hash(folded)
        if known[0]:
            words.append(known[0])
            hashes.append(known[1])
            start, end = match.span()
            starts.append(start)
            ends.append(end)
    return Tokens(
        tuple(words), np.array(starts, np.int32), np.array(ends, np.int32), np.array(hashes, np.uint64)
    )


@cache
def _is_plain(character: str) -> bool:
    """Whether both patterns take a character for the same, wherever it stands."""
    return character.isascii() or (
        unicodedata.category(character) in _PLAIN_CATEGORIES and not _PART_OF_WORD.match(character)
    )

"""Words with their places in the original text.

Words are cut out of the text as it came and normalised one by one, so that no offset ever has to be mapped back through a
normalisation that changes lengths (NFKC, case folding, ligatures, `İ`).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from textkin_service.model import Span

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200c\u200d\u2060\ufeff"))
# Sorting the marks on a letter takes time quadratic in their number. No writing has more than a handful; after so many, an
# invisible joiner begins anew (the stream-safe text format, Unicode Standard Annex 15). The five are no marks, but become some.
_MANY_MARKS = regex.compile(
    r"[\P{ccc=0}\u0f73\u0f75\u0f81\uff9e\uff9f]{30}(?=[\P{ccc=0}\u0f73\u0f75\u0f81\uff9e\uff9f])"
)
_JOINER = "\\g<0>\u034f"
_LEAST_CHECKED = 30
_GROUPING = regex.compile(r"(?<=\p{N}),(?=\p{N}{3}(?!\p{N}))")


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The words of a text, in order. Punctuation and symbols belong to no word. The arrays are parallel.

    `starts` and `ends` (int32) are code points of the original text, half open; `hashes` (uint64) are those of the normalised
    words, as `word_hashes` has them.
    """

    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    hashes: NDArray[np.uint64]

    def __len__(self) -> int:
        """How many words there are."""
        return len(self.starts)

    def in_span(self, span: Span) -> tuple[int, int]:
        """Returns the words that begin in a span of the text, half open, by number."""
        # Of the type of the starts, or else all of these are converted.
        first, last = np.searchsorted(self.starts, np.array([span.start, span.end], self.starts.dtype))
        return int(first), int(last)

    def in_spans(self, spans: Sequence[Span]) -> NDArray[np.int64]:
        """Returns the words that begin in each of some spans of the text, half open, by number: int64 of shape (n, 2)."""
        bounds = np.array([(span.start, span.end) for span in spans], self.starts.dtype).reshape(-1, 2)
        return np.searchsorted(self.starts, bounds)

    @property
    def words(self) -> tuple[str, ...]:
        """The normalised words. They are made anew each time, so that an analysis that is kept is small."""
        places = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        if self.text.isascii():
            lower = self.text.lower()
            words = [lower[start:end] for start, end in places]
            return tuple(normalize_word(word) if "," in word else word for word in words)
        normal: dict[str, str] = {}
        words = []
        for start, end in places:
            word = self.text[start:end]
            known = normal.get(word)
            if known is None:
                known = normal[word] = normalize_word(word)
            words.append(known)
        return tuple(words)


def normalize_word(word: str) -> str:
    """Returns the form under which a word is compared: NFKC, case folded, without invisible characters.

    The grouping commas of a number go too ("5,000" is "5000").
    """
    if word.isascii():
        folded = word.lower()
    else:
        visible = word.translate(_INVISIBLE)
        if len(visible) > _LEAST_CHECKED:
            visible = _MANY_MARKS.sub(_JOINER, visible)
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return _GROUPING.sub("", folded) if "," in folded else folded

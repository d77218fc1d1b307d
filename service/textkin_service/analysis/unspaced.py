"""Scripts written without spaces: where no word ends visibly, stems are n-grams of tokens, and so are their frequencies.

A Chinese character is nearly a word and is its own stem. A kana or a Thai cluster says little alone, and each makes its stem
together with the one after it.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

import regex

from textkin_service.analysis.characters import UNSPACED_SCRIPTS

_UNSPACED = regex.compile(f"[{UNSPACED_SCRIPTS}]")

# Tokens that say about as much as a word of English, by primary subtag: a news story told in both has so many times more.
_TOKENS_A_WORD = {"zh": 1.5, "ja": 2.0, "th": 2.7, "lo": 2.7, "km": 2.7, "my": 2.7}


def tokens_a_word(language: str) -> float:
    """Returns how many tokens of a language say as much as a word of English; 1 for languages with spaces."""
    return _TOKENS_A_WORD.get(_primary(language), 1.0)


def pairs_units(language: str) -> bool:
    """Whether a character of a script without spaces is stemmed together with the one that follows; in Chinese it is alone."""
    return _primary(language) != "zh"


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script without spaces."""
    return not word.isascii() and _UNSPACED.match(word) is not None


class GramFrequencies:
    """How often characters and pairs of characters stand in texts, by the frequencies of a language's words.

    A pair stands within words, and where one word ends and another begins: as often as both do, if words follow each other
    by chance.
    """

    def __init__(self, words: Iterable[tuple[str, float]]) -> None:
        self._grams: defaultdict[str, float] = defaultdict(float)
        self._first: defaultdict[str, float] = defaultdict(float)
        self._last: defaultdict[str, float] = defaultdict(float)
        for word, frequency in words:
            self._first[word[0]] += frequency
            self._last[word[-1]] += frequency
            for character in word:
                self._grams[character] += frequency
            for a, b in pairwise(word):
                self._grams[a + b] += frequency

    def frequency(self, gram: str) -> float:
        """Returns how often a character or a pair stands for each word of a text; 0 if never."""
        within = self._grams.get(gram, 0.0)
        if len(gram) == 1:
            return within
        return within + self._last.get(gram[0], 0.0) * self._first.get(gram[-1], 0.0)


def _primary(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()

"""Stems and their rarity in a language: Snowball stems, frequencies of the wordfreq lists."""

import hashlib
import math
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.metadata import version
from itertools import islice
from typing import TypeVar

import numpy as np
import Stemmer
from numpy.typing import NDArray

from textkin_service.analysis.unspaced import GramFrequencies, is_unspaced
from textkin_service.analysis.wordtable import WordTable
from textkin_service.prebuilt import prebuilt

_U = TypeVar("_U", np.uint32, np.uint64)

# Zipf frequency (log10 of occurrences in a billion words) of stems that no list holds: names, rare words, typing errors.
UNSEEN_ZIPF = 1.0
# How many of a language's most frequent words the stem table is made of; rarer ones count as unseen.
LISTED_WORDS = 200_000
# How many of them are resolved before the first text, with a capital too.
COMMON_WORDS = 30_000

# Snowball's algorithm by the primary subtag of a BCP 47 tag.
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nb": "norwegian", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


# Subtags whose language wordfreq lists under another.
_LISTED_AS = {"no": "nb", "nn": "nb", "sr": "sh", "hr": "sh", "bs": "sh"}

# Languages with a word list but without spaces between words.
_UNSPACED = frozenset({"zh", "ja"})

# The releases of the stemmer and the word lists, to the minor version: others may give other stems and ranks.
VERSION = ",".join(
    name.lower() + ".".join(version(name).split(".")[:2]) for name in ("PyStemmer", "wordfreq")
)


def word_hashes(words: Iterable[str], dtype: type[_U]) -> NDArray[_U]:
    """Returns a hash of each word, an unsigned integer, that depends on the word alone, whatever the process or machine."""
    size = np.dtype(dtype).itemsize
    digests = [
        hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=size).digest() for word in words
    ]
    # A bytearray, so that the array may be written to: kernels take no others for the same type.
    return np.frombuffer(bytearray().join(digests), np.dtype(dtype).newbyteorder("<"))


@dataclass(frozen=True, slots=True, eq=False)
class _Frequencies:
    """How frequent the stems of a language are (Zipf), all listed words with the same stem together, and its common words.

    `grams`: the frequencies of the n-grams of a language without spaces.
    """

    zipf: dict[str, float]
    grams: GramFrequencies | None
    common: tuple[str, ...]


class Lexicon:
    """The stems of one language and how rare they are. Get one from `lexicon`; threads share it.

    `table`: the words of texts that were resolved before. `common`: the most frequent words, in small letters.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._algorithm = _SNOWBALL.get(language)
        self.table = WordTable()
        listed = _LISTED_AS.get(language, language)
        found = _Frequencies({}, None, ())
        if listed in _listed_languages():
            found = prebuilt(f"lexicon-{language}", partial(self._frequencies, listed))
        self._zipf, self._grams, self.common = found.zipf, found.grams, found.common

    def resolve(self, words: list[str]) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """Returns the stems of normalised words as numbers, the same in every process, and how frequent they are (Zipf)."""
        stems = self._stems(words)
        return word_hashes(stems, np.uint32), np.array([self._rarity(stem) for stem in stems], np.float32)

    def _stems(self, words: list[str]) -> list[str]:
        # A stemmer object keeps state and is not for two threads at once; a new one costs a microsecond.
        return Stemmer.Stemmer(self._algorithm, 0).stemWords(words) if self._algorithm else words

    def _rarity(self, stem: str) -> float:
        if self._grams is None or not is_unspaced(stem):
            return self._zipf.get(stem, UNSEEN_ZIPF)
        frequency = self._grams.frequency(stem)
        return max(UNSEEN_ZIPF, _zipf(frequency)) if frequency else UNSEEN_ZIPF

    def _frequencies(self, listed: str) -> _Frequencies:
        words = dict(_most_frequent(listed))
        common = tuple(islice(words, COMMON_WORDS))
        grams = None
        if self.language in _UNSPACED:
            grams = GramFrequencies((word, words.pop(word)) for word in list(words) if is_unspaced(word))
        total: dict[str, float] = {}
        for frequency, stem in zip(words.values(), self._stems(list(words)), strict=True):
            total[stem] = total.get(stem, 0.0) + frequency
        return _Frequencies({stem: _zipf(frequency) for stem, frequency in total.items()}, grams, common)


def _most_frequent(listed: str) -> Iterator[tuple[str, float]]:
    """Returns the words that `wordfreq.top_n_list` returns, with their share of all words, the most frequent first.

    The file is read once, and nothing of it is kept: wordfreq's own functions would keep the whole list, 100 MB of some.
    """
    # Imported only where it is needed: it takes longer than all else here.
    import wordfreq  # noqa: PLC0415
    from wordfreq.numbers import has_digit_sequence  # noqa: PLC0415

    buckets = wordfreq.read_cBpack(wordfreq.available_languages("best")[listed])
    words = (
        (word, frequency)
        for centibels, bucket in enumerate(buckets)
        for frequency in [wordfreq.cB_to_freq(-centibels)]
        for word in bucket
        if word.isalpha() or not has_digit_sequence(word)
    )
    return islice(words, LISTED_WORDS)


@cache
def _listed_languages() -> frozenset[str]:
    """Returns the languages that wordfreq has a list of."""
    return prebuilt("languages", _find_listed_languages)


def _find_listed_languages() -> frozenset[str]:
    import wordfreq  # noqa: PLC0415 - as above

    return frozenset(wordfreq.available_languages("best"))


def _zipf(frequency: float) -> float:
    return math.log10(frequency) + 9


# How many tags are known by heart; callers may name any.
_MOST_TAGS = 256

_lexicons: dict[str, Lexicon] = {}
_loading = threading.Lock()


def _lexicon(primary: str) -> Lexicon:
    """Returns the one lexicon of a language. Reading its words takes a second: no two threads do it at once."""
    found = _lexicons.get(primary)
    if found is None:
        with _loading:
            found = _lexicons.get(primary)
            if found is None:
                found = _lexicons[primary] = Lexicon(primary)
    return found


@cache
def known_languages() -> frozenset[str]:
    """Returns the primary subtags of the languages whose words are stemmed or ranked."""
    return frozenset(_SNOWBALL) | _listed_languages() | frozenset(_LISTED_AS)


@lru_cache(_MOST_TAGS)
def lexicon(language: str) -> Lexicon:
    """Returns the lexicon of a BCP 47 tag; only its primary subtag counts. Unknown: words are their own stems, all rare."""
    primary = language.split("-", maxsplit=1)[0].lower()
    return _lexicon(primary if primary in known_languages() else "und")

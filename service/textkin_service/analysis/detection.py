"""Detection: the language of a text that names none, from a sample of it.

Function words tell the language where they are many. Where they do not, a script that one language is written in decides for
it, as do kana for Japanese. Of the languages that share a script the likeliest is taken, by the model of py3langid, naive
Bayes over byte n-grams (Lui and Baldwin 2011), among those that a `Lexicon` knows.
The same text always has the same language, on every machine and in every thread.
"""

import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.characters import SCRIPTS, classes_of, code_points, joined
from textkin_service.analysis.functionwords import LANGUAGES, function_words
from textkin_service.analysis.kernels.languages import count_scripts, likelihoods, plain_languages
from textkin_service.analysis.lexicon import known_languages
from textkin_service.prebuilt import prebuilt

# Taken for a text's language where there is too little of it to tell; a text without letters has it too.
DEFAULT_LANGUAGE = "en"
# The language of texts in a script of which no language is known here.
UNDETERMINED = "und"

# The sample: so many pieces, at even distances, of so many code points. A page's first or last lines alone may be in another
# language than the article.
_PIECES = 3
_PIECE_LENGTH = 160

# Latin letters are taken for English unless there are at least so many words, and another language is so many times likelier.
# Of 2,183 English articles none is taken for another language, nor with 10 % of the letters replaced; of stretches of
# 5 to 40 of their words, whole or with 5 % replaced, one in 10,000 that is English.
_LEAST_WORDS = 5
_TIMES_LIKELIER = 30.0
# Han characters are Japanese where at least this share of the text is kana; Japanese news has about half.
_KANA_SHARE = 0.1

# A sample of at least so many words is plainly in a language if it has this share of its function words, or that of those of
# English, and of those of any other language at most half as many. 98 % of 5,763 English texts are plain. Wherever a text, or a
# stretch of one, is plain in one of seven languages, the model says the same; and of none of 300 samples made of the words of
# each of 19 other languages, as often as they come in it, is this so.
_PLAIN_WORDS = 25
_PLAIN_SHARE = 0.3
_PLAIN_SHARE_OF_ENGLISH = 0.2
_MOST_OF_NEXT = 0.5
_ENGLISH = LANGUAGES.index(DEFAULT_LANGUAGE)

# What is counted, by number.
_COUNTED = ("", *SCRIPTS, UNDETERMINED)


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """The model: its languages, the automaton that finds n-grams, their weights and the priors, as `likelihoods` takes them.

    `languages` are those of the classes. `others`: classes that are the same language as one before, in another script, and
    the place of that one.
    """

    languages: tuple[str, ...]
    others: tuple[tuple[int, int], ...]
    moves: NDArray[np.uint32]
    states: NDArray[np.int32]
    weights: NDArray[np.float32]
    priors: NDArray[np.float32]


def detect_language(text: str) -> str:
    """Returns the language of a text as a BCP 47 primary subtag: English if it is too short to tell, "und" if unknown here."""
    return detect_languages([text], *joined([text]), [""])[0]


def detect_languages(
    texts: Sequence[str], codes: NDArray[np.uint32], offsets: NDArray[np.int64], named: Sequence[str]
) -> list[str]:
    """Returns the language of each text: the one that is named, or else the one detected.

    `codes` and `offsets` are what `joined` makes of the texts.
    """
    return [
        language or plain or _by_model(_sample(text))
        for text, language, plain in zip(texts, named, _plain_languages(codes, offsets), strict=True)
    ]


def load_detector() -> None:
    """Reads the model, so that the first text does not wait for it."""
    function_words()
    _model()


def _plain_languages(codes: NDArray[np.uint32], offsets: NDArray[np.int64]) -> list[str]:
    """Returns the language of whose function words a sample of each text is full; empty where it is of none."""
    found = np.empty(len(offsets) - 1, np.int64)
    plain_languages(
        codes,
        offsets,
        _PIECES,
        _PIECE_LENGTH,
        *function_words(),
        _ENGLISH,
        _PLAIN_WORDS,
        _PLAIN_SHARE,
        _PLAIN_SHARE_OF_ENGLISH,
        _MOST_OF_NEXT,
        found,
    )
    return [LANGUAGES[number] if number >= 0 else "" for number in found.tolist()]


def _by_model(sample: str) -> str:
    numbers, met = np.zeros(len(_COUNTED), np.int64), np.empty(len(_COUNTED), np.int64)
    size = count_scripts(classes_of(code_points(sample)), numbers, met)
    # In the order in which they came: among equals the first decides.
    counts = {_COUNTED[i]: int(numbers[i]) for i in met[:size].tolist()}
    if not counts:
        return DEFAULT_LANGUAGE
    kana, han = counts.pop("kana", 0), counts.pop("han", 0)
    counts["ja" if kana >= _KANA_SHARE * (kana + han) else "zh"] = kana + han
    script = max(counts, key=lambda name: counts[name])
    if script == "latin":
        return _of_latin(sample) if counts["latin"] >= _LEAST_WORDS else DEFAULT_LANGUAGE
    return _likeliest(sample)[0] if script == "shared" else script


def _sample(text: str) -> str:
    if len(text) <= _PIECES * _PIECE_LENGTH:
        return text
    distance = len(text) // _PIECES
    return " ".join(text[i * distance : i * distance + _PIECE_LENGTH] for i in range(_PIECES))


def _of_latin(sample: str) -> str:
    best, times = _likeliest(sample)
    return best if times >= _TIMES_LIKELIER else DEFAULT_LANGUAGE


def _likeliest(sample: str) -> tuple[str, float]:
    """Returns the likeliest language, and how many times likelier than English it is."""
    model = _model()
    lower = sample.lower() if sample.isupper() else sample
    found = _likelihoods(unicodedata.normalize("NFC", lower).encode("utf-8", "surrogatepass"))
    for other, first in model.others:
        found[first] += found[other]
        found[other] = 0.0
    likelihood = max(found)
    of_english = found[model.languages.index(DEFAULT_LANGUAGE)]
    return model.languages[found.index(likelihood)], likelihood / max(of_english, sys.float_info.min)


def _likelihoods(text: bytes) -> list[float]:
    """Returns the likelihood of each class of the model."""
    model = _model()
    slots = np.full(1 << (2 * len(text) + 1).bit_length(), -1, np.int32)
    features, counts = np.empty(len(text), np.int32), np.empty(len(text), np.int32)
    scores = np.zeros(len(model.priors))
    likelihoods(
        np.frombuffer(text, np.uint8),
        model.moves,
        model.states,
        model.weights,
        model.priors,
        slots,
        features,
        counts,
        scores,
    )
    found: list[float] = scores.tolist()
    return found


@cache
def _model() -> _Model:
    """Returns the model, which is only read and so serves all threads."""
    return prebuilt("detection", _read_model)


def _read_model() -> _Model:
    # Imported only where it is needed: unpacking the model takes longer than all else here.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(known_languages() & set(identifier.labels))
    languages = tuple(identifier.nb_classes)
    return _Model(
        languages=languages,
        others=tuple(
            (i, languages.index(language))
            for i, language in enumerate(languages)
            if languages.index(language) != i
        ),
        moves=np.array(identifier.tk_nextmove, np.uint32),
        states=np.array([identifier.tk_row, identifier.tk_output], np.int32).T.copy(),
        weights=np.ascontiguousarray(identifier.nb_ptc, np.float32),
        priors=np.array(identifier.nb_pc, np.float32),
    )

"""Detection: the language of a text that names none, from a sample of it.

A script that one language is written in decides for it, as do kana for Japanese. Of the languages that share a script the
likeliest is taken by py3langid, naive Bayes over byte n-grams (Lui and Baldwin 2011), among those that a `Lexicon` knows.
The same text always has the same language, on every machine and in every thread.
"""

from collections import Counter
from functools import cache

import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from textkin_service.analysis.lexicon import known_languages

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

# What a word or, in scripts without spaces, a character says about the language.
_SCRIPTS = regex.compile(
    r"""
      (?P<latin>\p{Latin}++) | (?P<shared>[\p{Cyrillic}\p{Arabic}\p{Devanagari}]++)
    | (?P<kana>[\p{Hiragana}\p{Katakana}]) | (?P<han>\p{Han}) | (?P<th>\p{Thai}) | (?P<lo>\p{Lao}) | (?P<km>\p{Khmer})
    | (?P<my>\p{Myanmar}) | (?P<ko>\p{Hangul}++) | (?P<el>\p{Greek}++) | (?P<he>\p{Hebrew}++) | (?P<hy>\p{Armenian}++)
    | (?P<ta>\p{Tamil}++) | (?P<bn>\p{Bengali}++)
    | (?P<und>\p{L}++)
    """,
    regex.VERBOSE,
)


def detect_language(text: str) -> str:
    """Returns the language of a text as a BCP 47 primary subtag: English if it is too short to tell, "und" if unknown here."""
    sample = _sample(text)
    counts = Counter(str(match.lastgroup) for match in _SCRIPTS.finditer(sample))
    kana, han = counts.pop("kana", 0), counts.pop("han", 0)
    counts["ja" if kana >= _KANA_SHARE * (kana + han) else "zh"] = kana + han
    if not counts.total():
        return DEFAULT_LANGUAGE
    script = max(counts, key=lambda name: counts[name])
    if script == "latin":
        return _of_latin(sample) if counts["latin"] >= _LEAST_WORDS else DEFAULT_LANGUAGE
    return _ranked(sample)[0][0] if script == "shared" else script


def load_detector() -> None:
    """Reads the model, so that the first text does not wait for it."""
    _identifier()


def _sample(text: str) -> str:
    if len(text) <= _PIECES * _PIECE_LENGTH:
        return text
    distance = len(text) // _PIECES
    return " ".join(text[i * distance : i * distance + _PIECE_LENGTH] for i in range(_PIECES))


def _of_latin(sample: str) -> str:
    ranked = _ranked(sample)
    best, likelihood = ranked[0]
    return best if likelihood >= _TIMES_LIKELIER * dict(ranked)[DEFAULT_LANGUAGE] else DEFAULT_LANGUAGE


def _ranked(sample: str) -> list[tuple[str, float]]:
    """Returns the languages and their likelihood, together 1, the likeliest first."""
    ranked: list[tuple[str, float]] = _identifier().rank(sample)
    return ranked


@cache
def _identifier() -> LanguageIdentifier:
    """Returns the identifier, which only reads its tables and so serves all threads."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(known_languages() & set(identifier.labels))
    return identifier

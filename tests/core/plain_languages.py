"""The plain twin of what tells the language: a pattern for the scripts, and py3langid itself."""

from collections import Counter
from functools import cache

import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from textkin_service.analysis.lexicon import known_languages

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


def detect_language(sample):
    """Returns the language of a sample."""
    counts = Counter(match.lastgroup for match in _SCRIPTS.finditer(sample))
    kana, han = counts.pop("kana", 0), counts.pop("han", 0)
    counts["ja" if kana >= 0.1 * (kana + han) else "zh"] = kana + han
    if not counts.total():
        return "en"
    script = max(counts, key=lambda name: counts[name])
    if script == "shared":
        return ranked(sample)[0][0]
    if script != "latin":
        return script
    likelihoods = ranked(sample)
    best, likelihood = likelihoods[0]
    return best if counts["latin"] >= 5 and likelihood >= 30.0 * dict(likelihoods)["en"] else "en"


def ranked(sample):
    """Returns the languages and their likelihood, together 1, the likeliest first."""
    return _identifier().rank(sample)


@cache
def _identifier():
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(known_languages() & set(identifier.labels))
    return identifier

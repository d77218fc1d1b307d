"""The plain twin of what tells the language: function words, a pattern for the scripts, and py3langid itself."""

from collections import Counter
from functools import cache

import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from textkin_service.analysis.functionwords import FUNCTION_WORDS
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


_WORDS = regex.compile(r"[A-Za-zÀ-ÖØ-öø-\u024f]+")
_OTHER_LETTERS = regex.compile(r"[\u0250-\u1fff\u2c00-\U0010ffff]")


def plain_language(sample):
    """Returns the language whose function words a sample is full of, or None."""
    words = [word.lower() for word in _WORDS.findall(sample)]
    counts = {each: sum(word in known.split() for word in words) for each, known in FUNCTION_WORDS.items()}
    best = max(counts, key=lambda each: counts[each])
    following = max(count for each, count in counts.items() if each != best)
    share = 0.2 if best == "en" else 0.3
    if _OTHER_LETTERS.search(sample) or len(words) < 25:
        return None
    return best if counts[best] >= share * len(words) and following <= 0.5 * counts[best] else None


def detect_language(sample):
    """Returns the language of a sample."""
    return plain_language(sample) or _by_model(sample)


def _by_model(sample):
    """Returns the language by the scripts, and the likeliest where several share one."""
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

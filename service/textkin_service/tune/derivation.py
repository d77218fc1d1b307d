"""Copies and rewrites made of articles of the sample, whose original is known.

They stand in for real ones: what a sample holds of copies and rewrites nobody has marked.
"""

import bisect
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from textkin_service.analysis import Analysis
from textkin_service.sketch.verbatim import shingles

# Of the edits that make a copy, these shares drop a sentence and swap one with the next; the others replace a word.
_DROPS = 0.05
_SWAPS = 0.05
# A word is replaced by one of so many that are a little rarer or more frequent, or just as frequent.
_NEIGHBOURS = 100
# Of a rewrite: the share of sentences kept, in any order, and of their words replaced. Made so of news, they are found about
# as often as machine rewrites of news: 0.99 by 2 shared keys of 64 a segment, as those; 0.95 by 4, those 0.98.
KEPT_SENTENCES = 0.6
REPLACED_WORDS = 0.6


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text.

    `gap` stands between it and the one before in its sentence; `normal` is itself normalised, `zipf` its frequency.
    """

    gap: str
    surface: str
    normal: str
    zipf: float


Sentence = tuple[Word, ...]


class Vocabulary:
    """Words to replace others by: those of some articles, as often as they stand there."""

    def __init__(self, articles: Iterable[list[Sentence]]) -> None:
        words = (word for sentences in articles for sentence in sentences for word in sentence)
        self._words = sorted(words, key=lambda word: word.zipf)

    def instead(self, word: Word, chance: random.Random) -> Word:
        """Returns a word, about as frequent, in the place of another."""
        first = bisect.bisect_left(self._words, word.zipf, key=lambda each: each.zipf)
        last = bisect.bisect_right(self._words, word.zipf, key=lambda each: each.zipf)
        at = chance.randrange(max(first - _NEIGHBOURS, 0), min(last + _NEIGHBOURS, len(self._words)))
        return replace(self._words[at], gap=word.gap)


def sentences_of(analysis: Analysis) -> list[Sentence]:
    """Returns the sentences that are evidence, word by word."""
    tokens, text, words = analysis.tokens, analysis.text, analysis.tokens.words
    return [
        tuple(
            Word(
                analysis.gap_before(i) if i > first else "",
                text[tokens.starts[i] : tokens.ends[i]],
                words[i],
                float(analysis.zipf[i]),
            )
            for i in range(first, last)
        )
        for first, last in analysis.sentences.tolist()
    ]


def text_of(sentences: list[Sentence]) -> str:
    """Returns sentences as a text."""
    written = ("".join(word.gap + word.surface for word in sentence) for sentence in sentences)
    return " ".join(f"{sentence[:1].upper()}{sentence[1:]}." for sentence in written)


def made_copy(
    sentences: list[Sentence], resemblance: float, vocabulary: Vocabulary, chance: random.Random
) -> list[Sentence]:
    """Returns the article edited until it resembles itself as much as asked for, or as near as edits come to it.

    Words at random places are replaced by others of the sample, now and then a sentence is dropped or swapped with the next.
    """
    edits = _edits(sentences, vocabulary, chance)
    whole = _shingles(sentences)

    def resembling(count: int) -> float:
        kept = _shingles(_edited(sentences, edits[:count]))
        return len(whole & kept) / max(len(whole | kept), 1)

    least, most = 0, len(edits)
    while least < most:
        middle = (least + most) // 2
        if resembling(middle) > resemblance:
            least = middle + 1
        else:
            most = middle
    counts = (max(least - 1, 0), least)
    return _edited(sentences, edits[: min(counts, key=lambda count: abs(resembling(count) - resemblance))])


def made_rewrite(sentences: list[Sentence], vocabulary: Vocabulary, chance: random.Random) -> list[Sentence]:
    """Returns part of the article's sentences in another order, most of their words replaced by others of the sample."""
    kept = chance.sample(sentences, max(round(KEPT_SENTENCES * len(sentences)), 1))
    return [
        tuple(
            vocabulary.instead(word, chance) if chance.random() < REPLACED_WORDS else word
            for word in sentence
        )
        for sentence in kept
    ]


@dataclass(frozen=True, slots=True)
class _Edit:
    """Replaces the word at `place` by `other`; without one, drops the sentence at `place`, or swaps it with the next."""

    sentence: int
    place: int = 0
    other: Word | None = None
    swap: bool = False


def _edits(sentences: list[Sentence], vocabulary: Vocabulary, chance: random.Random) -> list[_Edit]:
    places = [(number, place) for number, sentence in enumerate(sentences) for place in range(len(sentence))]
    chance.shuffle(places)
    edits = []
    for number, place in places:
        kind = chance.random()
        if kind < _DROPS + _SWAPS:
            edits.append(_Edit(number, swap=kind >= _DROPS))
        else:
            edits.append(_Edit(number, place, vocabulary.instead(sentences[number][place], chance)))
    return edits


def _edited(sentences: list[Sentence], edits: list[_Edit]) -> list[Sentence]:
    words = [list(sentence) for sentence in sentences]
    order = list(range(len(sentences)))
    for edit in edits:
        if edit.other is not None:
            words[edit.sentence][edit.place] = edit.other
        elif edit.sentence in order and len(order) > 1:
            at = order.index(edit.sentence)
            if edit.swap:
                order[at : at + 2] = reversed(order[at : at + 2])
            else:
                del order[at]
    return [tuple(words[number]) for number in order]


def _shingles(sentences: list[Sentence]) -> set[bytes]:
    return set(shingles(tuple(word.normal for sentence in sentences for word in sentence)))

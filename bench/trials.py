"""Searches whose source is known, some made hard, from a folder of evaluation data. The same in every run."""

import json
import random
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SEED = 5
# A lifted stretch, and the article that it is put into; articles that something is taken of, and shares of their letters.
_LIFTED_WORDS = 60
_HOST_WORDS = 1_440
_TRIALS = 300
_NOISE = 0.05
# A rewrite is short if its source is so many times longer.
_LONGER = 2.5


@dataclass(frozen=True, slots=True)
class Trial:
    """A search: the text, the numbers of its sources (none: nothing is to be found), and an article left out."""

    text: str
    sources: frozenset[int]
    hidden: int | None = None


@dataclass(frozen=True, slots=True)
class Trials:
    """`texts`: the corpus, of which there are `count`, then sources that only their own trials search among."""

    texts: list[str]
    count: int
    by_kind: dict[str, list[Trial]]


def read_trials(data: Path) -> Trials:
    """Reads the folder and makes the trials."""
    return _Maker(data).trials()


class _Maker:
    def __init__(self, data: Path) -> None:
        corpus = list(_lines(data / "retrieval" / "corpus.jsonl"))
        self._data = data
        self._texts = [line["text"] for line in corpus]
        self._count = len(corpus)
        self._numbers = {line["id"]: number for number, line in enumerate(corpus)}
        self._queries = list(_lines(data / "retrieval" / "queries.jsonl"))
        self._strangers = [line["text"] for line in self._queries if not line["relevant"]]
        self._chance = random.Random(_SEED)  # noqa: S311 - a sample, no secret

    def trials(self) -> Trials:
        rewrites = list(self._rewrites())
        kinds: dict[str, Iterable[Trial]] = {
            "rewrites": rewrites,
            "short of long": [each for each in rewrites if self._is_short(each)],
            "lifted": self._lifted(),
            "reworded": self._reworded(),
            "summaries": self._summaries(),
            "noisy": self._noisy(),
            "noisy stored": self._noisy_stored(),
            "strangers": [Trial(text, frozenset()) for text in self._strangers],
        }
        return Trials(self._texts, self._count, {kind: list(made) for kind, made in kinds.items()})

    def _rewrites(self) -> Iterator[Trial]:
        """Yields the queries that have a source."""
        for line in self._queries:
            if line["relevant"]:
                yield Trial(line["text"], frozenset(self._numbers[each] for each in line["relevant"]))

    def _is_short(self, trial: Trial) -> bool:
        shortest = min(len(self._texts[source].split()) for source in trial.sources)
        return shortest >= _LONGER * len(trial.text.split())

    def _lifted(self) -> Iterator[Trial]:
        """Yields 60 words of an article, word for word, in a long one about other things."""
        long = [
            number for number in range(self._count) if len(self._texts[number].split()) > 2 * _LIFTED_WORDS
        ]
        for number in self._chance.sample(long, min(_TRIALS, len(long))):
            words = self._texts[number].split()
            first = self._chance.randrange(len(words) - _LIFTED_WORDS)
            yield Trial(self._hosted(" ".join(words[first : first + _LIFTED_WORDS])), frozenset({number}))

    def _reworded(self) -> Iterator[Trial]:
        """Yields a paragraph that a model rewrote, in a long article about other things."""
        for line in _lines(self._data / "align_news.jsonl"):
            if line["passages"]:
                passage = line["a"][slice(*line["passages"][0]["a"])]
                yield Trial(self._hosted(passage), frozenset({self._number(line["b"])}))

    def _summaries(self) -> Iterator[Trial]:
        """Yields summaries of about 100 words of a whole text."""
        for line in _lines(self._data / "align_pan.jsonl"):
            if line["kind"] == "summary-obfuscation" and line["passages"]:
                summary = line["a"][slice(*line["passages"][0]["a"])]
                yield Trial(summary, frozenset({self._number(line["b"])}))

    def _noisy(self) -> Iterator[Trial]:
        """Yields articles with some letters replaced, as by optical character recognition."""
        for number in self._some():
            yield Trial(self._corrupted(self._texts[number]), frozenset({number}))

    def _noisy_stored(self) -> Iterator[Trial]:
        """Yields articles of which only a copy with letters replaced is stored."""
        for number in self._some():
            copy = self._number(self._corrupted(self._texts[number]))
            yield Trial(self._texts[number], frozenset({copy}), number)

    def _some(self) -> list[int]:
        return self._chance.sample(range(self._count), min(_TRIALS, self._count))

    def _corrupted(self, text: str) -> str:
        return "".join(
            self._chance.choice(string.ascii_lowercase)
            if each.isalpha() and self._chance.random() < _NOISE
            else each
            for each in text
        )

    def _hosted(self, passage: str) -> str:
        """Returns the passage in the middle of texts that are not in the corpus."""
        pieces: list[str] = []
        order = self._chance.sample(self._strangers, len(self._strangers))
        while order and sum(len(piece.split()) for piece in pieces) < _HOST_WORDS:
            pieces.append(order.pop())
        pieces.insert(len(pieces) // 2, passage)
        return "\n\n".join(pieces)

    def _number(self, text: str) -> int:
        """Returns the number of a source, new unless the corpus has it."""
        if text in self._texts:
            return self._texts.index(text)
        self._texts.append(text)
        return len(self._texts) - 1


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.strip())

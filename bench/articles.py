"""Articles made up for measuring speed: as many as needed, the same in every run, in wording and rarity much like news.

Each tells one of many stories in sentences of the samples, whose content words are replaced by others about as frequent:
names stay the same within a story, so that sentences of one story share rare words, as those of one event do.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import wordfreq

SAMPLES = Path(__file__).parent.parent / "samples" / "articles.jsonl"

# Words at least this frequent (Zipf) stay; of the others, this share is replaced.
_COMMON_ZIPF = 5.5
_REPLACED = 0.8
_NAMES_A_STORY = 12
_ARTICLES_A_STORY = 3
_WORD = re.compile(r"[A-Za-z]+")


def articles(count: int, words: int = 400) -> Iterator[dict[str, str]]:
    """Yields articles of about `words` words with ids "made-0", "made-1" and so on."""
    sentences, by_rarity = _sentences(), _vocabulary()
    for number in range(count):
        story = random.Random(number // _ARTICLES_A_STORY)  # noqa: S311 - no secret
        names = ["".join(story.choices("aeioulnrstmdk", k=8)).capitalize() for _ in range(_NAMES_A_STORY)]
        own = random.Random(f"article {number}")  # noqa: S311 - no secret
        text: list[str] = []
        length = 0
        while length < words:
            sentence = own.choice(sentences)
            text.append(_reworded(sentence, names, by_rarity, own))
            length += len(sentence.split())
        yield {"id": f"made-{number}", "text": " ".join(text)}


def _reworded(sentence: str, names: list[str], by_rarity: dict[int, list[str]], choice: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        word = match.group()
        zipf = wordfreq.zipf_frequency(word, "en")
        if zipf >= _COMMON_ZIPF or choice.random() > _REPLACED:
            return word
        return choice.choice(names if word[0].isupper() and match.start() else by_rarity[round(2 * zipf)])

    return _WORD.sub(other, sentence)


@cache
def _sentences() -> list[str]:
    with SAMPLES.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    return [each for text in texts for each in re.split(r"(?<=[.!?])\s+", text) if len(each.split()) > 5]


@cache
def _vocabulary() -> dict[int, list[str]]:
    """Returns English words by twice their Zipf frequency, rounded; unknown ones share the rarest."""
    words: defaultdict[int, list[str]] = defaultdict(list)
    for word in wordfreq.top_n_list("en", 60_000):
        if word.isalpha() and word.isascii():
            words[round(2 * wordfreq.zipf_frequency(word, "en"))].append(word)
    rarest = words[min(words)]
    return defaultdict(lambda: rarest, words)

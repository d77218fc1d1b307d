"""The sample that tuning measures on: some articles, and pairs of which it is known that one derives from the other."""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# So many known pairs are measured on at most.
_MOST_PAIRS = 300


class SampleError(Exception):
    """The sample or the pairs cannot be used. The message says what would be right, and holds no text."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the sample. `id` and `language` are empty where none was given."""

    id: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class NamedPair:
    """Two texts of which one derives from the other, each an article's id or the text itself. `place`: for messages."""

    place: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class KnownPair:
    """A text to search for, its number if it is an article of the sample, and the number of the article to be found."""

    query: Text
    own: int | None
    target: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Articles, numbered from 0, and pairs of them. `seen`: how many articles there were to choose from."""

    articles: tuple[Text, ...]
    pairs: tuple[KnownPair, ...]
    seen: int


def pair_of(fields: dict[str, object], place: str) -> NamedPair:
    """Returns the pair that a line of JSON holds in "a" and "b". SampleError."""
    sides = []
    for name in ("a", "b"):
        value = fields.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
            raise SampleError(f'{place}: "{name}" must be the id of an article of the sample, or a text')
        sides.append(value if isinstance(value, str) else json.dumps(value))
    return NamedPair(place, *sides)


def draw(texts: Iterable[Text], pairs: Sequence[NamedPair], size: int, seed: int) -> Sample:
    """Returns at most `size` articles, those of the pairs and others at random: the same for the same seed.

    Of two articles with one id the later counts. What pairs bring along comes on top. SampleError when a pair names no article.
    """
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    if len(pairs) > _MOST_PAIRS:
        pairs = chance.sample(pairs, _MOST_PAIRS)
    named = {side for pair in pairs for side in (pair.a, pair.b)}
    needed: dict[str, Text] = {}
    others: list[Text] = []
    places: dict[str, int] = {}
    seen = 0
    for text in texts:
        seen += 1
        if text.id in named:
            needed[text.id] = text
        elif text.id in places:
            others[places[text.id]] = text
        elif len(others) < size:
            places[text.id] = len(others)
            others.append(text)
        elif (place := chance.randrange(seen)) < size:  # Algorithm R (Vitter 1985)
            del places[others[place].id]
            places[text.id] = place
            others[place] = text
    return _resolved(needed, others[: max(size - len(needed), 0)], pairs, seen)


def _resolved(needed: dict[str, Text], others: list[Text], pairs: Sequence[NamedPair], seen: int) -> Sample:
    articles = [*needed.values(), *others]
    numbers = {text.id: number for number, text in enumerate(needed.values())}
    known = []
    for pair in pairs:
        own, target = numbers.get(pair.a), numbers.get(pair.b)
        query = articles[own] if own is not None else _given(pair, "a", pair.a)
        if target is None:
            target = len(articles)
            articles.append(_given(pair, "b", pair.b))
        known.append(KnownPair(query, own, target))
    return Sample(tuple(articles), tuple(known), seen)


def _given(pair: NamedPair, side: str, value: str) -> Text:
    """Takes what is no id of the sample for a text, if it can be one."""
    if len(value.split()) == 1 and len(value.encode(errors="replace")) <= 512:  # noqa: PLR2004 - the longest id
        raise SampleError(
            f'{pair.place}: "{side}" is {value!r}, which is neither the id of an article of the sample nor a text'
        )
    return Text("", value)

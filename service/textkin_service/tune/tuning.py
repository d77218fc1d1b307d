"""Tuning: from a sample and a target to parameters, with what they cost and find."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from textkin_service.analysis import Analysis, analyze
from textkin_service.index.kernels.entries import band_keys
from textkin_service.settings import TABLE, Settings
from textkin_service.sketch import Probe, Scheme, Sketch
from textkin_service.sketch.verbatim import PERMUTATIONS
from textkin_service.tune.curves import Cut, best_cut
from textkin_service.tune.derivation import Vocabulary, made_copy, made_rewrite, sentences_of, text_of
from textkin_service.tune.evidence import Evidence, resemblances
from textkin_service.tune.measure import (
    Found,
    Share,
    VerbatimFound,
    Wanted,
    candidates,
    filled,
    found,
    verbatim_found,
)
from textkin_service.tune.sample import Sample, SampleError, Text

# Articles that queries are made of: 150 tell 0.95 from 0.90.
_QUERIES = 150
# Shorter texts have too few shingles to be edited to a given resemblance.
_LEAST_WORDS = 40
# The content sketches that are tried. A segment of 200 words has some 125 keys, seldom more than 160. One shared key is not
# tried: it makes nearly everything a candidate, strangers above all.
_KEYS = (32, 64, 96, 128, 160, 224)
_SHARED_KEYS = (2, 3, 4)
# A key takes 8 bytes of an index. The bands get at most half of what an article may take.
_KEY_BYTES = 8

_T = TypeVar("_T")


class Track(Protocol):
    """Shows how far a loop has come."""

    def __call__(self, items: Sequence[_T], what: str) -> Iterable[_T]:
        """Yields the items."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for.

    `recall` of texts whose resemblance is at least `resemblance`; `max_bytes` of memory an article, None: any; `articles`:
    how many the collection will have, to which candidates are scaled, None: as many as the sample.
    """

    recall: float
    resemblance: float
    max_bytes: int | None = None
    articles: int | None = None


@dataclass(frozen=True, slots=True)
class Verbatim:
    """The cut of the verbatim sketch. `expected`: the recall of the made copies by the S-curve; `copies`: as measured."""

    cut: Cut
    met: bool
    expected: float
    copies: Share
    natural: VerbatimFound


@dataclass(frozen=True, slots=True)
class Content:
    """A content sketch that was tried. `size_bytes`: of memory an article, on average."""

    keys: int
    shared_keys: int
    found: Found
    size_bytes: float


@dataclass(frozen=True, slots=True)
class Whole:
    """Both sketches together at some settings, as a search would use them. `memory` and `disk`: bytes an article."""

    settings: Settings
    copies: Found
    rewrites: Found
    memory: float
    disk: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of it. `known`: rewrites are given pairs, not made. `scale`: candidates of the collection to the sample's."""

    target: Target
    sample: Sample
    known: bool
    scale: float
    verbatim: Verbatim
    contents: tuple[Content, ...]
    content: Content
    content_met: bool
    suggested: Whole
    default: Whole

    def flags(self) -> list[str]:
        """Returns the flags of textkin-service that give the suggested settings."""
        settings = self.suggested.settings
        return [
            f"{row.flag}={getattr(settings, row.name)}"
            for row in TABLE
            if row.name.startswith(("verbatim", "content"))
        ]


def tune(sample: Sample, target: Target, seed: int, track: Track) -> Tuning:
    """Measures on the sample and returns what meets the target best. SampleError when it has no text to measure on."""
    return _Tuner(sample, target, seed, track).tuning()


class _Tuner:
    def __init__(self, sample: Sample, target: Target, seed: int, track: Track) -> None:
        self._sample = sample
        self._target = target
        self._track = track
        self._base = Settings()
        self._segment_words = self._base.content_segment_words
        chance = random.Random(seed)  # noqa: S311 - a sample, no secret
        self._scale = (target.articles or len(sample.articles)) / max(len(sample.articles), 1)
        long = [n for n, text in enumerate(sample.articles) if len(text.text.split()) >= _LEAST_WORDS]
        long = long or list(range(len(sample.articles)))
        self._queries = sorted(chance.sample(long, min(_QUERIES, len(long))))
        chosen = set(self._queries)
        analyses: dict[int, Analysis] = {}
        self._articles: list[Evidence] = []
        for number, text in enumerate(track(sample.articles, "reading the articles")):
            analysis = analyze(text.text, text.language)
            self._articles.append(Evidence.of(analysis, self._segment_words))
            if number in chosen:
                analyses[number] = analysis
        self._copies: list[Wanted[Evidence]] = []
        self._rewrites: list[Wanted[Evidence]] = []
        self._derive(analyses, chance)
        if not self._copies:
            raise SampleError(
                "no article of the sample has a sentence to measure on; give a sample of whole articles"
            )

    def tuning(self) -> Tuning:
        verbatim = self._verbatim()
        contents = list(self._contents())
        content, met = self._chosen(contents, verbatim.cut)
        suggested = replace(
            self._base,
            verbatim_bands=verbatim.cut.bands,
            verbatim_rows=verbatim.cut.rows,
            content_keys=content.keys,
            content_shared_keys=content.shared_keys,
        )
        return Tuning(
            target=self._target,
            sample=self._sample,
            known=bool(self._sample.pairs),
            scale=self._scale,
            verbatim=verbatim,
            contents=tuple(contents),
            content=content,
            content_met=met,
            suggested=self._whole(suggested),
            default=self._whole(self._base),
        )

    def _derive(self, analyses: dict[int, Analysis], chance: random.Random) -> None:
        sentences = {number: sentences_of(analysis) for number, analysis in analyses.items()}
        vocabulary = Vocabulary(sentences.values())
        for number in self._track(self._queries, "making copies"):
            if sentences[number]:
                copy = made_copy(sentences[number], self._target.resemblance, vocabulary, chance)
                self._copies.append(Wanted(self._made(number, text_of(copy)), None, number))
                if not self._sample.pairs:
                    rewrite = made_rewrite(sentences[number], vocabulary, chance)
                    self._rewrites.append(Wanted(self._made(number, text_of(rewrite)), None, number))
        for pair in self._track(self._sample.pairs, "reading the pairs"):
            query = self._articles[pair.own] if pair.own is not None else self._evidence(pair.query)
            self._rewrites.append(Wanted(query, pair.own, pair.target))

    def _made(self, number: int, text: str) -> Evidence:
        return self._evidence(Text("", text, self._sample.articles[number].language))

    def _evidence(self, text: Text) -> Evidence:
        return Evidence.of(analyze(text.text, text.language), self._segment_words)

    def _verbatim(self) -> Verbatim:
        target = self._target
        room = PERMUTATIONS if target.max_bytes is None else max(target.max_bytes // (2 * _KEY_BYTES), 1)
        cut = best_cut(target.recall, target.resemblance, PERMUTATIONS, room)
        scheme = Scheme.of(replace(self._base, verbatim_bands=cut.bands, verbatim_rows=cut.rows))
        natural = verbatim_found(self._articles, self._queries, cut, target.resemblance, scheme)
        index = filled([article.verbatim_sketch() for article in self._articles], scheme)
        met, expected = 0, 0.0
        for copy in self._copies:
            met += copy.target in candidates(index, copy.query.verbatim_probe(), None)
            alike = resemblances([copy.query], [self._articles[copy.target]])
            expected += cut.meeting(float(alike[0, 0]))
        return Verbatim(
            cut=cut,
            met=cut.meeting(target.resemblance) >= target.recall,
            expected=expected / len(self._copies),
            copies=Share(met, len(self._copies)),
            natural=natural,
        )

    def _contents(self) -> Iterator[Content]:
        tries = [(keys, shared) for keys in _KEYS for shared in _SHARED_KEYS]
        for keys, shared in self._track(tries, "trying content sketches"):
            scheme = Scheme.of(replace(self._base, content_keys=keys, content_shared_keys=shared))
            sketches = [article.content_sketch(scheme) for article in self._articles]
            index = filled(sketches, scheme)
            wanted = [Wanted(each.query.content_probe(), each.own, each.target) for each in self._rewrites]
            yield Content(
                keys, shared, found(index, wanted, self._base.candidates), _memory(sketches, scheme)
            )

    def _chosen(self, contents: Sequence[Content], cut: Cut) -> tuple[Content, bool]:
        """Returns the cheapest sketch that meets the target, or else the best that there is room for, and whether it does."""
        room = (
            float("inf")
            if self._target.max_bytes is None
            else self._target.max_bytes - _KEY_BYTES * cut.bands
        )
        fitting = [each for each in contents if each.size_bytes <= room]
        enough = [each for each in fitting if (each.found.recall.value or 0.0) >= self._target.recall]
        # A small sketch that does well on few rewrites may have been lucky: the default is left for it only if that is sure.
        sure = [
            each
            for each in enough
            if each.keys >= self._base.content_keys or each.found.recall.interval()[0] >= self._target.recall
        ]
        if enough:
            return min(sure or enough, key=self._cost), True
        if fitting:
            return min(fitting, key=lambda each: (-each.found.recall.hits, self._cost(each))), False
        return min(contents, key=lambda each: (each.size_bytes, self._cost(each))), False

    def _cost(self, content: Content) -> tuple[float, float]:
        """Memory times time: bytes an article, and articles that a search compares exactly; then all candidates."""
        compared = min(max(content.found.candidates * self._scale, 1.0), self._base.candidates)
        return content.size_bytes * compared, content.found.candidates

    def _whole(self, settings: Settings) -> Whole:
        scheme = Scheme.of(settings)
        sketches = [article.sketch(scheme) for article in self._articles]
        index = filled(sketches, scheme)

        def searched(queries: list[Wanted[Evidence]]) -> Found:
            wanted: list[Wanted[Probe]] = [
                Wanted(each.query.probe, each.own, each.target) for each in queries
            ]
            return found(index, wanted, settings.candidates)

        count = len(sketches)
        return Whole(
            settings=settings,
            copies=searched(self._copies),
            rewrites=searched(self._rewrites),
            memory=_memory(sketches, scheme),
            disk=sum(len(sketch.to_bytes()) for sketch in sketches) / count,
        )


def _memory(sketches: Sequence[Sketch], scheme: Scheme) -> float:
    """Returns the memory that an index of a collection takes for each of these, in bytes, about."""
    bands = (len(band_keys(each.verbatim, scheme.verbatim_bands, scheme.verbatim_rows)) for each in sketches)
    return _KEY_BYTES * (sum(bands) + sum(len(each.content) for each in sketches)) / len(sketches)

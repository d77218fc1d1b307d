"""Measures forms of the content sketch: what they find, among how many candidates, at how many bytes an article.

    python bench/sketches.py DATA         all tables; some ten minutes for 2,000 articles

DATA is a folder as for quality.py. Only the content sketch is measured, and only what it puts forward: no texts are compared.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketch_forms import Keys, Pairs, Sample, Text, numbered
from sketch_trials import Trial, Trials, read_trials, text_of
from tables import show
from textkin_service.analysis import Batch, analyze
from textkin_service.settings import Settings
from textkin_service.sketch import content

KINDS = ("rewrites", "short of long", "lifted", "reworded", "summaries", "noisy", "noisy stored")
FIRST = (1, 10, 20)
SIZES = (500, 1_000)
SHARED = (2, 4, 8, 16, 32)
# An entry of the index: a key and an article's number. The verbatim sketch has an entry for each band.
_ENTRY_BYTES = 8
_SEED = 5


@dataclass(frozen=True, slots=True)
class Form:
    """A sketch and how it is searched. `asked`: what a search asks for; None: the sketch of its text.

    `norm`: degree of the norm over the weights of the query's windows, of `window` words; 1 is their sum.
    """

    name: str
    stored: Pairs
    sample: Sample
    asked: Pairs | None = None
    norm: float = 2
    window: int = 100
    shared: int = 2


_BEFORE = Form("8 rarest, bottom-128 of 200 words", Pairs(), Sample(), norm=1)
_CHOSEN = Form(
    "chosen: neighbours and rarest, bottom-160",
    Pairs(content.STORED_RAREST, content.WORDS_A_STEM, content.STORED_REACH, content.STOP_ZIPF),
    Sample(keys=Settings().content_keys, words=Settings().content_segment_words),
    Pairs(content.ASKED_RAREST, reach=content.ASKED_REACH, stop=content.STOP_ZIPF),
)


def forms() -> Iterator[Form]:
    """Yields the forms in the order of the table."""
    yield _BEFORE
    for name, sample in (
        ("the same, 128 permutations", Sample("k permutations")),
        ("the same, one permutation of 128 ranges", Sample("one permutation")),
        ("the same, rate 0.5 (FracMinHash)", Sample("rate", rate=0.5)),
        ("the same, 64 of 100 words", Sample(keys=64, words=100)),
        ("the same, 256 of 400 words", Sample(keys=256, words=400)),
        ("the same, 256 of the document", Sample(keys=256, words=10**9)),
        ("the same, 64 of 200 words, overlapping", Sample(keys=64, overlapping=True)),
    ):
        yield replace(_BEFORE, name=name, sample=sample)
    asks = replace(_BEFORE, name="8 rarest, a search asks for all", asked=Pairs())
    yield asks
    twelve = replace(asks, name="8 rarest, a search asks for 12", asked=Pairs(12))
    yield twelve
    yield replace(twelve, name="the same, ranked by the best window", norm=np.inf)
    ranked = replace(twelve, name="the same, norm of windows", norm=2)
    yield ranked
    yield replace(ranked, name="6 rarest, the same", stored=Pairs(6))
    yield replace(ranked, name="10 rarest, the same", stored=Pairs(10))
    yield replace(ranked, name="8 rarest, stop 5.4", stored=Pairs(stop=5.4), asked=Pairs(12, stop=5.4))
    yield replace(
        ranked, name="4 rarest, with those before", stored=Pairs(4, across=True), asked=Pairs(12, across=True)
    )
    yield replace(
        ranked, name="6 rarest, single rare stems", stored=Pairs(6, single=2), asked=Pairs(12, single=2)
    )
    by_length = Pairs(2, 5)
    yield replace(ranked, name="rarest by length, stop 5.8", stored=by_length)
    near = Pairs(0, reach=1, stop=content.STOP_ZIPF)
    yield replace(_CHOSEN, name="neighbours alone", stored=near, asked=replace(near, reach=2))
    yield _CHOSEN
    yield replace(_CHOSEN, name="chosen, bottom-128", sample=Sample())
    yield replace(_CHOSEN, name="chosen, all keys", sample=Sample("all"))
    yield replace(_CHOSEN, name="chosen, rate 0.5", sample=Sample("rate", rate=0.5))
    yield replace(
        _CHOSEN, name="chosen, stop 5.8", stored=replace(_CHOSEN.stored, stop=5.8), asked=Pairs(12, reach=2)
    )
    yield replace(_CHOSEN, name="chosen, a search asks for its sketch", asked=None)
    yield replace(_CHOSEN, name="chosen, ranked by the sum", norm=1)
    yield replace(_CHOSEN, name="chosen, ranked by the best window", norm=np.inf)
    yield replace(_CHOSEN, name="chosen, 3 shared keys", shared=3)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a search was answered. `shared` (intp) and `weights` (float64): by article."""

    asked: int
    shared: NDArray[np.intp]
    weights: NDArray[np.float64]


class Corpus:
    """Articles in one form of sketch, the first `count` of which are the corpus."""

    def __init__(self, form: Form, articles: Sequence[Text], count: int) -> None:
        self.form = form
        sketches = [form.sample(text, form.stored(text)) for text in articles]
        keys = np.concatenate(sketches)
        numbers = np.repeat(np.arange(len(sketches)), [len(each) for each in sketches])
        order = np.argsort(keys, kind="stable")
        self._keys, self._numbers = keys[order], numbers[order]
        self._articles = len(articles)
        bands = Settings().verbatim_bands
        self.size_bytes = _ENTRY_BYTES * (float(np.mean([len(each) for each in sketches[:count]])) + bands)

    def answer(self, trial: Trial, visible: NDArray[np.bool_]) -> Answer:
        """Searches among the `visible` articles (bool, by number) and the trial's sources."""
        keys, windows = self._asked(trial.text)
        seen = visible.copy()
        seen[list(trial.sources)] = True
        if trial.hidden is not None:
            seen[trial.hidden] = False
        starts = np.searchsorted(self._keys, keys)
        lengths = np.searchsorted(self._keys, keys, side="right") - starts
        positions = np.repeat(np.arange(len(keys)), lengths)
        within = np.arange(len(positions)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        numbers = self._numbers[starts[positions] + within]
        positions, numbers = positions[seen[numbers]], numbers[seen[numbers]]
        having = np.maximum(np.bincount(positions, minlength=len(keys)), 1)
        rarity = np.log((np.count_nonzero(seen) + 1) / having)
        by_window = np.zeros((int(windows.max(initial=0)) + 1, self._articles))
        np.add.at(by_window, (windows[positions], numbers), rarity[positions])
        shared = np.bincount(numbers, minlength=self._articles)
        weights = np.linalg.norm(by_window, ord=self.form.norm, axis=0)
        return Answer(len(keys), shared, weights)

    def _asked(self, text: Text) -> tuple[Keys, NDArray[np.intp]]:
        form = self.form
        if not text:
            return np.empty(0, np.uint32), np.empty(0, np.intp)
        pairs = (form.asked or form.stored)(text)
        keys, places = np.unique(np.concatenate(pairs), return_index=True)
        windows = numbered([len(stems) for stems, _ in text], form.window)
        windows = np.repeat(windows, [len(each) for each in pairs])[places]
        if form.asked is None:
            sketch = form.sample(text, pairs)
            if form.norm == 1:
                return sketch, np.zeros(len(sketch), np.intp)
            kept = np.isin(keys, sketch)
            return keys[kept], windows[kept]
        return keys, windows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    trials = read_trials(parser.parse_args().data)
    check_against_the_service()
    kinds = [kind for kind in KINDS if trials.by_kind[kind]]
    print(f"{trials.count:,} articles; searches: {_counts(trials.by_kind)}.")
    header = ("form", "bytes", "asked", "candidates", *kinds)
    everyone = np.arange(len(trials.articles)) < trials.count
    rows = []
    for form in forms():
        corpus = Corpus(form, trials.articles, trials.count)
        rows.append((form.name, round(corpus.size_bytes), *measured(corpus, trials, kinds, everyone)))
    show(f"Source among the first {', '.join(map(str, FIRST))} candidates, in %", header, rows)
    show_growth(trials, kinds, everyone)


def measured(
    corpus: Corpus, trials: Trials, kinds: Sequence[str], visible: NDArray[np.bool_]
) -> Iterator[str]:
    """Yields the cells of a row: keys asked for and candidates, means over rewrites and strangers, then what is found."""
    asked: list[int] = []
    candidates: list[int] = []
    cells: list[str] = []
    for kind in (*kinds, "strangers"):
        ranks: list[int] = []
        for trial in trials.by_kind[kind]:
            answer = corpus.answer(trial, visible)
            enough = np.flatnonzero(answer.shared >= corpus.form.shared)
            ranking = enough[np.lexsort((enough, -answer.weights[enough]))].tolist()
            ranks.append(
                next((n for n, number in enumerate(ranking) if number in trial.sources), len(visible))
            )
            if kind in {"rewrites", "strangers"}:
                asked.append(answer.asked)
                candidates.append(len(enough))
        if kind in kinds:
            cells.append(" ".join(f"{100 * np.mean(np.array(ranks) < first):.1f}" for first in FIRST))
    yield f"{np.mean(asked):.0f}"
    yield f"{np.mean(candidates):.1f}"
    yield from cells


def show_growth(trials: Trials, kinds: Sequence[str], everyone: NDArray[np.bool_]) -> None:
    """Prints how the chosen form does in smaller collections, and how many keys sources and others share with a search."""
    order = np.random.default_rng(_SEED).permutation(trials.count)
    corpus = Corpus(_CHOSEN, trials.articles, trials.count)
    rows = []
    for size in [*(size for size in SIZES if size < trials.count), trials.count]:
        visible = np.zeros_like(everyone)
        visible[order[:size]] = True
        rows.append((size, *measured(corpus, trials, kinds, visible)))
    show("The chosen form in smaller collections", ("articles", "asked", "candidates", *kinds), rows)
    sources, others = [], []
    for trial in [*trials.by_kind["rewrites"], *trials.by_kind["strangers"]]:
        shared = corpus.answer(trial, everyone).shared
        sources += [shared[source] for source in trial.sources]
        others.append(shared[[n for n in range(trials.count) if n not in trial.sources]])
    rest = np.concatenate(others)
    cells_by_keys = [
        (keys, f"{100 * np.mean(np.array(sources) >= keys):.1f}", f"{1e6 * np.mean(rest >= keys):,.0f}")
        for keys in SHARED
    ]
    show(
        "Keys shared with a search, at least",
        ("keys", "sources, in %", "other articles, in a million"),
        cells_by_keys,
    )


def check_against_the_service() -> None:
    """Raises AssertionError when the chosen form is not what the service does."""
    analysis = analyze(__doc__ or "", "en")
    text = text_of(analysis)
    kept = _CHOSEN.sample(text, _CHOSEN.stored(text))
    settings = Settings()
    assert np.array_equal(
        kept, content.content_keys(analysis, settings.content_keys, settings.content_segment_words)
    )
    assert _CHOSEN.asked is not None
    asked, _ = content.asked_keys(Batch.of(analysis), _CHOSEN.window)
    assert np.array_equal(np.unique(np.concatenate(_CHOSEN.asked(text))), asked)


def _counts(by_kind: Mapping[str, Sequence[Trial]]) -> str:
    return ", ".join(f"{len(trials)} {kind}" for kind, trials in by_kind.items())


if __name__ == "__main__":
    main()

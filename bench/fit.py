"""Fits the coefficients of score and relation to a folder of evaluation data, and scores them on folds that they did not see.

    python bench/fit.py DATA            prints what it finds
    python bench/fit.py DATA --write    and writes service/textkin_service/coefficients.toml and docs/reliability.svg

DATA is as for `quality.py`. Four numbers are fitted. Three are lines: the value that one in so many queries with nothing to be
found reaches, by an exponential law of the highest values (peaks over threshold; Pickands 1975, with shape 0). No rewrite takes
part in these, so that recall is as on rewrites unseen. The fourth is the slope of the score, by logistic regression of the
pairs on their order evidence.
"""

import argparse
import os
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from statistics import fmean

import numpy as np
from scipy.optimize import minimize

from measures import auc, rank_of
from quality import Line, read
from reliability import draw
from tables import show
from textkin_service.analysis import Analysis, analyze
from textkin_service.coefficients import COEFFICIENTS, Coefficients
from textkin_service.index import Index
from textkin_service.measures import Measures
from textkin_service.model import Relation
from textkin_service.relation import measured, relation_of, score_of
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, probe, sketch

COEFFICIENTS_FILE = Path(__file__).parent.parent / "service/textkin_service/coefficients.toml"
FOLDS = 5
# Of the queries with nothing to be found, the share whose values the law of the highest values is fitted to.
_HIGHEST = 0.05
# One in so many of these queries reaches a line: together about one in a hundred. Most rewrites are shown by order.
_ORDER_ONE_IN, _CONTENT_ONE_IN, _STRENGTH_ONE_IN = 500, 200, 300


@dataclass(frozen=True, slots=True)
class Compared:
    """A query or a pair. `others`: each article that it is compared with, and whether it is the source."""

    kind: str
    fold: int
    others: tuple[tuple[Measures, bool], ...]

    @property
    def has_source(self) -> bool:
        """Whether one of the others is the source."""
        return any(source for _, source in self.others)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="a folder of evaluation data")
    parser.add_argument("--write", action="store_true", help="write the coefficients and the plot")
    arguments = parser.parse_args()
    queries, pairs = all_measured(arguments.data)
    rows = []
    for fold in range(FOLDS):
        fitted = fit([q for q in queries if q.fold != fold], [p for p in pairs if p.fold != fold])
        rows.append(
            (
                str(fold + 1),
                *_row(fitted, [q for q in queries if q.fold == fold], [p for p in pairs if p.fold == fold]),
            )
        )
    fitted = fit(queries, pairs)
    rows.append(("mean", *(fmean(row[i] for row in rows) for i in range(1, len(_HEADER)))))
    rows.append(("gap", *(max(c) - min(c) for c in zip(*(row[1:] for row in rows[:FOLDS]), strict=True))))
    rows.append(("all", *_row(fitted, queries, pairs)))
    show(f"{FOLDS} folds, each scored by what the others fit; and all by all", _HEADER, rows)
    if arguments.write:
        write(fitted)
        draw(*_reliability(fitted, queries, pairs))


_HEADER = (
    "fold", "order line", "slope", "content line", "strength line", "recall@1", "recall@10", "false alarms", "AUC",
)  # fmt: skip


def fit(queries: Sequence[Compared], pairs: Sequence[Compared]) -> Coefficients:
    """Returns the coefficients with the fitted ones set."""
    strangers = [query for query in queries if not query.has_source]
    order = line([_highest(q, lambda m: m.order_evidence) for q in strangers], _ORDER_ONE_IN)
    content = line([_highest(q, lambda m: m.content_evidence) for q in strangers], _CONTENT_ONE_IN)
    strength = line([_highest(q, lambda m: m.strength) for q in strangers], _STRENGTH_ONE_IN)
    return replace(
        COEFFICIENTS,
        order=replace(COEFFICIENTS.order, line=round(order, 2), slope=round(slope(pairs), 1)),
        content=replace(COEFFICIENTS.content, line=round(content, 2)),
        passages=replace(COEFFICIENTS.passages, line=round(strength, 2)),
    )


def line(values: Sequence[float], one_in: int) -> float:
    """Returns what one in so many values reaches, by an exponential law of the highest."""
    ordered = sorted(values, reverse=True)
    count = round(_HIGHEST * len(ordered))
    threshold = ordered[count]
    excess = fmean(ordered[:count]) - threshold
    return threshold + excess * float(np.log(one_in * count / len(ordered)))


def slope(pairs: Sequence[Compared]) -> float:
    """Returns how fast the log odds of derivation grow with the order evidence, by logistic regression."""
    evidence = np.array([pair.others[0][0].order_evidence for pair in pairs])
    sign = np.where([pair.others[0][1] for pair in pairs], 1.0, -1.0)
    known = np.isfinite(evidence)

    def loss(parameters: np.ndarray) -> float:
        odds = parameters[0] * (evidence[known] - parameters[1])
        return float(np.mean(np.logaddexp(0.0, -sign[known] * odds)))

    return float(minimize(loss, x0=[1.0, COEFFICIENTS.order.line]).x[0])


def all_measured(data: Path) -> tuple[list[Compared], list[Compared]]:
    """Returns the queries with all their candidates measured, and the pairs."""
    settings = Settings()
    scheme = Scheme.of(settings)
    corpus = {each["id"]: analyze(each["text"]) for each in read(data / "retrieval/corpus.jsonl")}
    ids = list(corpus)
    index = Index(scheme)
    for number, analysis in enumerate(corpus.values(), 1):
        index.add(number, sketch(analysis, scheme))
    jobs: list[tuple[Line, int, list[tuple[Analysis, Analysis, bool]]]] = []
    for query in read(data / "retrieval/queries.jsonl"):
        analysis = analyze(query["text"])
        found = index.candidates(probe(analysis), settings.candidates).numbers
        others = [(analysis, corpus[ids[n - 1]], ids[n - 1] in query["relevant"]) for n in found]
        jobs.append((query, _fold(query["relevant"][0] if query["relevant"] else query["id"]), others))
    count = len(jobs)
    jobs.extend(
        (pair, _fold(pair["a"]), [(analyze(pair["a"]), analyze(pair["b"]), pair["label"] == 1)])
        for pair in read(data / "pairs.jsonl")
    )
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        every = list(pool.map(_measured, (others for _, _, others in jobs), chunksize=8))
    compared = [
        Compared(line["kind"], fold, tuple(each)) for (line, fold, _), each in zip(jobs, every, strict=True)
    ]
    return compared[:count], compared[count:]


def _measured(others: list[tuple[Analysis, Analysis, bool]]) -> list[tuple[Measures, bool]]:
    return [(measured(a, b)[2], source) for a, b, source in others]


def write(fitted: Coefficients) -> None:
    """Sets the fitted coefficients in their file and leaves the rest as it stands."""
    text = COEFFICIENTS_FILE.read_text(encoding="utf-8")
    for table in ("order", "content", "passages"):
        for name in ("line", "slope"):
            value = getattr(getattr(fitted, table), name, None)
            if value is not None:
                text = re.sub(rf"(\[{table}\][^\[]*?\n{name} = )[-\d.]+", rf"\g<1>{value}", text, count=1)
    COEFFICIENTS_FILE.write_text(text, encoding="utf-8")


def _highest(query: Compared, value: Callable[[Measures], float]) -> float:
    return max((value(measures) for measures, _ in query.others), default=-20.0)


def _fold(key: str) -> int:
    """Returns a fold by what a query or pair derives from, so that no source is in two."""
    return blake2b(key.encode(), digest_size=4).digest()[0] % FOLDS


def _row(
    coefficients: Coefficients, queries: Sequence[Compared], pairs: Sequence[Compared]
) -> tuple[float, ...]:
    """Returns the fitted numbers, and the quality on these queries and pairs."""
    ranks = [rank_of({True}, _matches(query, coefficients)) for query in queries if query.has_source]
    strangers = [query for query in queries if not query.has_source]
    scores = defaultdict(list)
    for pair in pairs:
        if pair.kind == "same-event" or pair.others[0][1]:
            scores[pair.others[0][1]].append(score_of(pair.others[0][0], coefficients))
    return (
        coefficients.order.line,
        coefficients.order.slope,
        coefficients.content.line,
        coefficients.passages.line,
        fmean(rank == 1 for rank in ranks),
        fmean(rank is not None and rank <= 10 for rank in ranks),
        fmean(bool(_matches(query, coefficients)) for query in strangers),
        auc(scores[True], scores[False]),
    )


def _matches(query: Compared, coefficients: Coefficients) -> list[bool]:
    """Returns whether each match of a search, best first, is the source."""
    matches = [
        (score_of(measures, coefficients), source)
        for measures, source in query.others
        if relation_of(measures, coefficients) >= Relation.REWRITE
    ]
    return [source for _, source in sorted(matches, key=lambda match: -match[0])]


def _reliability(
    coefficients: Coefficients, queries: Sequence[Compared], pairs: Sequence[Compared]
) -> tuple[list[tuple[float, bool]], list[tuple[float, bool]]]:
    """Returns scores and whether the text derives: of sources and of strangers, and of the pairs.

    Of a query with a source only that counts: what else it is compared with may derive as well, and is not judged.
    """
    return (
        [
            (score_of(measures, coefficients), source)
            for query in queries
            for measures, source in query.others
            if source or not query.has_source
        ],
        [(score_of(m, coefficients), source) for pair in pairs for m, source in pair.others],
    )


if __name__ == "__main__":
    main()

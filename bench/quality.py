"""Measures quality through the command line and a real service.

    python bench/quality.py              on the samples; ends with 1 where a figure has fallen below its floor
    python bench/quality.py DATA         on a folder of evaluation data
    python bench/quality.py DATA --keep OUT    and keeps the answers, as the command line prints them

DATA holds JSON Lines, offsets half-open in code points; each of these may be missing:

    retrieval/corpus.jsonl     {"id", "text"}                      what is ingested
    retrieval/queries.jsonl    {"id", "kind", "text", "relevant"}  `relevant`: ids of the corpus; none: nothing to be found
    pairs.jsonl                {"id", "kind", "a", "b", "label"}   1: one derives from the other; 0: not
    align*.jsonl               {"id", "kind", "a", "b", "passages"}  passages {"a": [start, end], "b": [start, end]}
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from pathlib import Path
from statistics import fmean
from typing import Any

from measures import Passage, alignment, auc, rank_of, recall_at_false_positives, retrieval
from running import Run, Service, service, textkin
from tables import show
from trials import read_trials

SAMPLES = Path(__file__).parent.parent / "samples"

Line = dict[str, Any]

# What the samples must reach; a little below what they do where it is no whole number.
SAMPLE_FLOORS = {
    "recall@10": 1.0,
    "strangers left alone": 1.0,
    "plagdet": 0.80,
    "relation": 1.0,
    "kin found in other languages": 1.0,
    "languages detected": 1.0,
}

# What the service calls texts of which one derives from the other.
_DERIVED = {"rewrite", "partial_copy", "copy", "identical"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "data", nargs="?", type=Path, help="a folder of evaluation data; without: the samples"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the answers")
    arguments = parser.parse_args()
    if arguments.data:
        measure_folder(arguments.data, arguments.keep)
    else:
        fallen = [name for name, value in measure_samples().items() if value < SAMPLE_FLOORS[name]]
        if fallen:
            raise SystemExit(f"Below the floor: {', '.join(fallen)}")


def measure_folder(data: Path, keep: Path | None) -> None:
    """Prints a table for each file of a folder of evaluation data."""
    corpus, queries, pairs = (
        data / "retrieval/corpus.jsonl",
        data / "retrieval/queries.jsonl",
        data / "pairs.jsonl",
    )
    with service() as running:
        if queries.exists():
            ingested = textkin(running, "ingest", "--jsonl", corpus)
            searched = textkin(running, "search", "--jsonl", queries)
            _keep(keep, queries, searched)
            show_retrieval(
                f"Retrieval among {len(ingested.lines):,} articles", read(queries), by_id(searched)
            )
            print(f"\n{_pace('ingested', ingested)}; {_pace('searched for', searched)}.")
            show_hard_searches(running, data)
        if pairs.exists():
            compared = textkin(running, "compare", "--jsonl", pairs)
            _keep(keep, pairs, compared)
            show_pairs(read(pairs), by_id(compared))
            print(f"\n{_pace('compared', compared)}.")
        for path in sorted(data.glob("align*.jsonl")):
            compared = textkin(running, "compare", "--jsonl", path)
            _keep(keep, path, compared)
            show_alignment(f"Alignment, {path.stem}", read(path), by_id(compared))
            print(f"\n{_pace('compared', compared)}.")


def show_hard_searches(running: Service, data: Path) -> None:
    """Prints how many searches with the source's trace made faint still find it, among the corpus that is ingested.

    *Lifted*: 60 words of an article, word for word, in one of 1,500 on other things. *Reworded*: a paragraph that a model
    rewrote, in such an article. *Noisy*: an article with 5 % of its letters replaced.
    """
    made = read_trials(data)
    corpus = [line["id"] for line in read(data / "retrieval/corpus.jsonl")]
    ids = [*corpus, *(f"source/{number}" for number in range(len(corpus), len(made.texts)))]
    kinds = {
        kind: [
            {
                "id": f"{kind}/{number}",
                "kind": kind,
                "text": trial.text,
                "relevant": [ids[each] for each in trial.sources],
            }
            for number, trial in enumerate(made.by_kind[kind])
        ]
        for kind in ("lifted", "noisy", "reworded")
    }
    sources = {each for query in kinds["reworded"] for each in query["relevant"]} - set(corpus)
    added = [{"id": each, "text": made.texts[ids.index(each)]} for each in sorted(sources)]
    queries, answers = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, lines in kinds.items():
            if kind == "reworded":
                # Not before: the long articles are made of texts that some of these sources are like.
                _over(running, "ingest", added, Path(folder))
            queries += lines
            answers |= by_id(_over(running, "search", lines, Path(folder)))
    show_retrieval("Hard searches", queries, answers)


def measure_samples() -> dict[str, float]:
    """Prints what the service makes of the samples, against their gold, and returns the figures that have a floor."""
    articles = {line["id"]: line for line in read(SAMPLES / "articles.jsonl")}
    gold = [
        line | {"a": articles[line["a"]]["text"], "b": articles[line["b"]]["text"]}
        for line in read(SAMPLES / "gold.jsonl")
    ]
    queries = [_sample_query(article) for article in articles.values() if article["role"] != "original"]
    with service() as running, tempfile.TemporaryDirectory() as folder:
        textkin(running, "ingest", "--jsonl", SAMPLES / "articles.jsonl")
        found = by_id(_over(running, "search", queries, Path(folder)))
        compared = by_id(_over(running, "compare", gold, Path(folder)))
        languages = _measure_languages(running)
    for query, answer in found.items():  # each is itself in the collection, and its own best match
        answer["matches"] = [match for match in answer["matches"] if match["id"] != query]
    show_retrieval(f"Samples: originals found among {len(articles)} articles", queries, found)
    show_alignment("Samples: alignment", gold, compared)
    rows = [
        (
            kind,
            len(lines),
            sum(compared[line["id"]]["relation"] in line["relation"] for line in lines) / len(lines),
        )
        for kind, lines in _with_all(_by_kind(gold)).items()
    ]
    show("Samples: relation as judged", ("kind", "pairs", "right"), rows)
    header = ("language", "articles", "detected", "kin found", "least score", "others matched")
    show("Samples: other languages, in one collection", header, languages)
    return {
        "recall@10": _recall_at_10(queries, found),
        "strangers left alone": fmean(not found[q["id"]]["matches"] for q in queries if not q["relevant"]),
        "plagdet": alignment([(_gold(line), _found(compared[line["id"]])) for line in gold]).plagdet,
        "relation": rows[-1][2],
        "kin found in other languages": min(row[3] for row in languages),
        "languages detected": min(row[2] for row in languages),
    }


def _recall_at_10(queries: Sequence[Line], answers: dict[str, Line]) -> float:
    ranks = [
        rank_of(set(query["relevant"]), [match["id"] for match in answers[query["id"]]["matches"]])
        for query in queries
        if query["relevant"]
    ]
    return retrieval(ranks).recall_at_10


def _measure_languages(running: Service) -> list[tuple[str, int, float, float, float, int]]:
    """Returns a row a language.

    How many articles there are; the share that it is detected of; the share of originals and rewrites with the other as first
    match, and the least score of these; how many articles match what is no kin.
    """
    collection = ("--collection", "languages")
    textkin(running, "collections", "create", "languages")
    paths = sorted((SAMPLES / "languages").glob("*.jsonl"))
    for path in paths:
        textkin(running, "ingest", "--jsonl", path, *collection)
    detected = {line["id"]: line["detected_language"] for line in textkin(running, "list", *collection).lines}
    rows = []
    for path in paths:
        answers = by_id(textkin(running, "search", "--jsonl", path, *collection))
        matches = {
            key: [match for match in answer["matches"] if match["id"] != key]
            for key, answer in answers.items()
        }
        # The ids of a story's two tellings differ in their role alone.
        kin = {key: key.removesuffix("-rewrite") + "-original" for key in matches if key.endswith("-rewrite")}
        kin |= {original: rewrite for rewrite, original in kin.items()}
        found = [m[0]["score"] for key, m in matches.items() if key in kin and m and m[0]["id"] == kin[key]]
        rows.append((
            path.stem,
            len(matches),
            sum(detected[key] == path.stem for key in matches) / len(matches),
            len(found) / len(kin),
            min(found, default=0.0),
            sum(any(match["id"] != kin.get(key) for match in m) for key, m in matches.items()),
        ))  # fmt: skip
    return rows


def _sample_query(article: Line) -> Line:
    """Returns a sample as a query: edits and rewrites are to find their story's original, others nothing."""
    derived = article["role"] in {"edit", "rewrite"}
    return {
        "id": article["id"],
        "kind": article["role"],
        "text": article["text"],
        "relevant": [f"{article['story']}-original"] if derived else [],
    }


def show_retrieval(title: str, queries: Sequence[Line], answers: dict[str, Line]) -> None:
    """Prints how many queries found their source, and how many found something where nothing is."""
    found = {
        line["id"]: [match["id"] for match in answers[line["id"]].get("matches", [])] for line in queries
    }
    rows = [
        (kind, *astuple(retrieval([rank_of(set(line["relevant"]), found[line["id"]]) for line in lines])))
        for kind, lines in _with_all(_by_kind(line for line in queries if line["relevant"])).items()
    ]
    show(title, ("kind", "queries", "recall@1", "recall@10", "MRR"), rows)
    none = [line for line in queries if not line["relevant"]]
    alarms = sum(bool(found[line["id"]]) for line in none)
    print(f"\nFalse alarms: {alarms} of {len(none)} queries without a source.")


def show_pairs(pairs: Sequence[Line], answers: dict[str, Line]) -> None:
    """Prints how well score and relation tell derived pairs from others, each kind against each."""
    derived = {pair["id"] for pair in pairs if answers[pair["id"]].get("relation") in _DERIVED}
    kinds = {label: _with_all(_by_kind(pair for pair in pairs if pair["label"] == label)) for label in (0, 1)}
    rows = []
    for kind, lines in kinds[1].items():
        for against, others in kinds[0].items():
            positives, negatives = ([_score(answers, pair) for pair in each] for each in (lines, others))
            rows.append(
                (
                    kind,
                    against,
                    f"{len(lines):,}/{len(others):,}",
                    auc(positives, negatives),
                    recall_at_false_positives(positives, negatives),
                    sum(pair["id"] in derived for pair in lines) / len(lines),
                    sum(pair["id"] in derived for pair in others) / len(others),
                )
            )
    header = ("derived", "against", "pairs", "AUC", "recall@5%FPR", "said to derive", "of those against")
    show("Pairs", header, rows)


def _score(answers: dict[str, Line], line: Line) -> float:
    return float(answers[line["id"]].get("score", 0.0))


def show_alignment(title: str, gold: Sequence[Line], answers: dict[str, Line]) -> None:
    """Prints how well the passages found agree with those of the gold."""
    rows = [
        (kind, *astuple(alignment([(_gold(line), _found(answers[line["id"]])) for line in lines])))
        for kind, lines in _with_all(_by_kind(gold)).items()
    ]
    show(title, ("kind", "pairs", "plagdet", "precision", "recall", "granularity", "gold", "found"), rows)


def _gold(line: Line) -> list[Passage]:
    return [(tuple(each["a"]), tuple(each["b"])) for each in line["passages"]]


def _found(answer: Line) -> list[Passage]:
    return [
        ((each["a"]["start"], each["a"]["end"]), (each["b"]["start"], each["b"]["end"]))
        for each in answer.get("passages", [])
    ]


def _by_kind(lines: Iterable[Line]) -> dict[str, list[Line]]:
    kinds: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        kinds[line["kind"]].append(line)
    return dict(sorted(kinds.items()))


def _with_all(kinds: dict[str, list[Line]]) -> dict[str, list[Line]]:
    """Adds a group of all lines, unless there is but one kind."""
    return kinds if len(kinds) == 1 else kinds | {"all": [line for lines in kinds.values() for line in lines]}


def _over(running: Service, command: str, lines: Sequence[Line], folder: Path) -> Run:
    """Runs a command over lines that stand in no file."""
    path = folder / f"{command}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return textkin(running, command, "--jsonl", path)


def _keep(folder: Path | None, path: Path, run: Run) -> None:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        answers = "".join(json.dumps(line) + "\n" for line in run.lines)
        (folder / path.name).write_text(answers, encoding="utf-8")


def _pace(verb: str, run: Run) -> str:
    return f"{len(run.lines):,} {verb} in {run.seconds:.0f} s ({len(run.lines) / run.seconds:.1f} a second)"


def read(path: Path) -> list[Line]:
    """Returns the lines of a file of JSON Lines."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def by_id(run: Run) -> dict[str, Line]:
    """Returns the answers of a command by their ids."""
    return {line["id"]: line for line in run.lines}


if __name__ == "__main__":
    main()

"""Where the time of one ingest goes: each step of it by itself, on one thread, beside the processor time of both processes."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tables import show
from textkin import Article
from textkin._batches import Batches as Sent
from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.analysis import analyze_all
from textkin_service.engine import prepare, validation
from textkin_service.engine.indexes import Indexes
from textkin_service.model import IngestOutcome
from textkin_service.rpc import convert
from textkin_service.rpc.ingest_messages import OK, Answer, Batches
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import Change, Content, Draft, SqliteStore, digest, pack

# Articles of a batch, as the client sends them.
BATCH = 64
_MOST_TEXT = 1_048_576
_DEFAULT = 1  # the number of the default collection


def show_steps(
    before: Sequence[dict[str, str]], made: Sequence[dict[str, str]], spent: Sequence[tuple[float, float]]
) -> None:
    """Prints what each step of an ingest of these articles takes, after others whose words are known by then.

    `spent`: processor time an article of client and service, in microseconds, as measured from outside.
    """
    prepare()
    for start in range(0, len(before), BATCH):
        some = before[start : start + BATCH]
        analyze_all([each["text"] for each in some], [""] * len(some))
    steps = _Steps()
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder:
        scheme = Scheme.of(Settings())
        with SqliteStore(Path(folder), scheme.id) as store:
            indexes = Indexes(scheme)
            heard: list[Change] = []
            store.listen(heard.extend)
            for start in range(0, len(made), BATCH):
                _ingest(steps, store, indexes, heard, made[start : start + BATCH])
    client, server = (median(each) for each in zip(*spent, strict=True))
    rows = [(name, f"{us:.0f} us") for name, us in steps.medians()]
    rows.append(("client process, all of it", f"{client:.0f} us"))
    rows.append(("service process, all of it", f"{server:.0f} us"))
    show(
        "Where the time of one ingest goes, an article; processor time of both processes",
        ("step", "time"),
        rows,
    )


class _Steps:
    """Times of steps, a figure a batch."""

    def __init__(self) -> None:
        self._taken: dict[str, list[float]] = {}

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        """Does the work of a batch; returns what it does."""
        begin = time.perf_counter()
        result = work()
        self._taken.setdefault(name, []).append((time.perf_counter() - begin) / BATCH * 1e6)
        return result

    def medians(self) -> list[tuple[str, float]]:
        """Returns the time of each step an article, in microseconds."""
        return [(name, median(taken)) for name, taken in self._taken.items()]


def _ingest(
    step: _Steps, store: SqliteStore, indexes: Indexes, heard: list[Change], made: Sequence[dict[str, str]]
) -> None:
    """Does to a batch what client and service do, step by step."""

    def request() -> bytes:
        sent = Sent("", None, 4 * BATCH)
        for each in made:
            sent.add(Article(each["id"], each["text"]))
        return sent.send().SerializeToString()

    data = step("client: messages", request)

    def articles() -> Any:
        items = Batches().items(pb.BatchIngestArticlesRequest.FromString(data))
        return items, [convert.incoming(each.collection_id, each.article, None).article for each in items]

    items, incoming = step("service: messages", articles)

    def check() -> list[bytes]:
        for article in incoming:
            validation.article("article", article, _MOST_TEXT)
        return [digest(article) for article in incoming]

    digests = step("checks and digests", check)
    analyses = step(
        "analysis", lambda: analyze_all([article.text for article in incoming], [""] * len(incoming))
    )
    sketches = step(
        "sketches",
        lambda: [each.to_bytes() for each in indexes.sketch_all([_DEFAULT] * len(analyses), analyses)],
    )
    texts = step("compression", lambda: [pack(article.text) for article in incoming])
    contents = [Content(*each) for each in zip(texts, sketches, strict=True)]
    drafts = [
        Draft("default", article, of, lambda content=content: content)
        for article, of, content in zip(incoming, digests, contents, strict=True)
    ]
    step(f"SQLite, synced every {BATCH} articles", lambda: store.put(drafts).result())
    step("index", lambda: indexes.apply(heard))
    heard.clear()
    answers = [Answer(item, OK, IngestOutcome.CREATED) for item in items]
    step("service: answers", lambda: Batches().response(answers).SerializeToString())

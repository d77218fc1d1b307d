"""All metrics that a service exposes, with their labels, read off its own registry."""

from textkin_service.engine import Engine
from textkin_service.rpc.interceptors import METHODS
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore
from textkin_service.store.base import Counts
from textkin_service.telemetry import metrics
from textkin_service.telemetry.exporter import Exporter, Sources


def registry(engine):
    """The registry of a service over that engine. What only a server knows is 0."""
    metrics.begin(METHODS)
    exporter = Exporter(
        Sources(
            version="0",
            scheme=engine.scheme.id,
            serving=bool,
            permits_taken=int,
            permits=int,
            late=int,
            streams=int,
            stream_bytes=int,
            searches_waiting=int,
            threads=1,
            outline_bytes=engine.outline_bytes,
            index=engine.index_size,
            counts=lambda: Counts(1, 0),
            last_backup=lambda: None,
            certificate_expires=lambda: None,
        ),
        "127.0.0.1:0",
    )
    exporter.close()
    return exporter.registry


def rows(engine):
    """A row a metric as the documentation has it: name, type, labels, meaning."""
    found = []
    for family in registry(engine).collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        name = f"{family.name}_info" if family.type == "info" else name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        meaning = family.documentation.rstrip(".") + "."
        found.append((name, family.type, tuple(sorted(labels)), meaning))
    return sorted(found, key=lambda row: (not row[0].startswith("textkin"), row[0]))


def table(engine):
    """The rows as Markdown."""
    lines = ["| metric | type | labels | meaning |", "|---|---|---|---|"]
    for name, kind, labels, meaning in rows(engine):
        lines.append(f"| `{name}` | {kind} | {', '.join(f'`{each}`' for each in labels)} | {meaning} |")
    return "\n".join(lines) + "\n"


def series(engine):
    """The labels of each series by the name that queries have it by."""
    found = {}
    for name, kind, labels, _ in rows(engine):
        if kind == "histogram":
            found |= {f"{name}_sum": {*labels}, f"{name}_count": {*labels}, f"{name}_bucket": {*labels, "le"}}
        else:
            found[name] = {*labels}
    return found


def engine_in(folder):
    """An engine over an empty store in a folder."""
    settings = Settings(data=folder)
    return Engine(SqliteStore(folder, Scheme.of(settings).id), settings)

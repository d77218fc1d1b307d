"""Changes on their way into a log: what is wanted, what commit.lua is asked for, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textkin_service.errors import TextkinError
from textkin_service.model import Collection, IngestOutcome
from textkin_service.store.base import Draft, Put
from textkin_service.store.cluster.reader import Known
from textkin_service.store.cluster.records import record_of
from textkin_service.store.cluster.wire import Value
from textkin_service.store.records import to_microseconds
from textkin_service.store.refusals import collection_full

_OUTCOMES = {
    b"created": IngestOutcome.CREATED,
    b"replaced": IngestOutcome.REPLACED,
    b"unchanged": IngestOutcome.UNCHANGED,
}


@dataclass(frozen=True, slots=True)
class Change:
    """A change that somebody wants: of `kind` as commit.lua has them; `draft` of what is put."""

    kind: str
    collection_id: str
    article_id: str
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that commit.lua is asked for, and the sketch of what is put."""

    article_id: str
    arguments: tuple[Value, ...]
    sketch: bytes | None


def look_at(change: Change, had: Known | None, past: int | None) -> Any:
    """Returns what a change is answered at once, a Put or a TextkinError, or what is asked for."""
    name = (change.kind, change.article_id, had.settled if had else b"")
    if change.draft is None:
        return Asked(change.article_id, (*name, b"", b"", b"", ""), None)
    alive = had is not None and (past is None or had.time > past)
    if had and alive and had.digest == change.draft.digest:
        return Put(IngestOutcome.UNCHANGED, had.number)
    try:
        content = change.draft.content()
    except TextkinError as refusal:
        return refusal
    record, came = record_of(change.draft, content), change.draft.ingested_at
    time = "" if came is None else str(to_microseconds(came))
    arguments = (*name, change.draft.digest, record, content.sketch, time)
    return Asked(change.article_id, arguments, content.sketch)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a change, as commit.lua answers it in `SIZE` values: `entry` is its own number, `gone` one that goes."""

    SIZE: ClassVar = 4

    outcome: bytes
    number: int
    entry: int
    gone: int

    @classmethod
    def of(cls, answer: Sequence[bytes]) -> "Done":
        """Returns what a part of the answer says, of `SIZE` values."""
        outcome, *numbers = answer
        return cls(outcome, *map(int, numbers))

    def outcome_in(self, collection: Collection) -> Any:
        """Returns what a caller is told: a Put or a refusal of a put, whether it was there of a deletion."""
        if self.outcome in _OUTCOMES:
            return Put(_OUTCOMES[self.outcome], self.number)
        if self.outcome == b"full":
            return collection_full(collection)
        return {b"deleted": True, b"expired": False}.get(self.outcome)

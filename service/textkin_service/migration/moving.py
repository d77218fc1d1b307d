"""A migration from one store to another: collections, then their articles, then the counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from textkin_service.engine import Engine, Work
from textkin_service.migration.progress import Progress
from textkin_service.migration.resuming import Pair, first_foreign, foreign, missing, place_to_go_on
from textkin_service.migration.sides import MigrationFailed, Side
from textkin_service.migration.taking_in import TakingIn
from textkin_service.model import Collection, CollectionSettings


@dataclass(frozen=True, slots=True)
class Moved:
    """A collection as both stores have it in the end; `moved`: how many of its articles this run has moved."""

    collection_id: str
    articles: int
    moved: int


class Moment:
    """The time, for both stores; it can be held, so that they agree on what is past its retention."""

    def __init__(self) -> None:
        self._held: datetime | None = None

    def __call__(self) -> datetime:
        """Returns the time in UTC."""
        return self._held or datetime.now(UTC)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Stops it."""
        self._held = datetime.now(UTC)
        try:
            yield
        finally:
            self._held = None


def migrate(
    source: Side, target: Side, engine: Engine, moment: Moment, progress: Progress, *, prune: bool
) -> list[Moved]:
    """Has the target take in all that the source holds, and returns what both hold then. MigrationFailed.

    `engine` is one on the target. What is there already stays; where a run was cut short the next goes on. Articles past their
    retention are left out. `prune`: what the target has and the source has not is deleted; otherwise it is refused.
    """
    collections = _made(source, target)
    with target.failures():
        # Before anything else is read of the target: what recurs there is known from the beginning on.
        engine.load(Work())
    pairs = [_pair(source, target, each.id) for each in collections]
    for pair in pairs:
        if prune:
            _prune(pair, progress)
        else:
            _refuse(pair, first_foreign(pair))
    progress.total(sum(pair.of.collection.article_count for pair in pairs))
    taking_in = TakingIn(target, engine.ingest, progress.advance)
    return [_move(pair, taking_in, moment, progress) for pair in pairs]


def _made(source: Side, target: Side) -> list[Collection]:
    """Makes the collections of the source in the target, and returns them."""
    found = source.collections()
    there = {each.id: each for each in target.collections()}
    for each in found:
        known = there.get(each.id)
        if known is not None and known.settings != each.settings:
            raise MigrationFailed(
                f"the collection {known.id!r} has other settings in the target: {_differences(each, known)};"
                " delete it there, or give another target"
            )
    with target.failures():
        for each in found:
            if each.id not in there:
                target.store.create_collection(each.id, each.settings).result()
    return found


def _pair(source: Side, target: Side, collection_id: str) -> Pair:
    return Pair(source, target, source.collection(collection_id), target.collection(collection_id))


def _differences(of: Collection, to: Collection) -> str:
    names = CollectionSettings.__dataclass_fields__
    values = [(name, getattr(of.settings, name), getattr(to.settings, name)) for name in names]
    return ", ".join(f"{name} {there}, here {here}" for name, here, there in values if here != there)


def _prune(pair: Pair, progress: Progress) -> None:
    """Deletes what the target has and the source has not."""
    with pair.target.failures():
        pruned = sum(pair.target.store.delete(pair.id, each).result() for each in foreign(pair))
    if pruned:
        progress.note(
            f"{pair.id}: {pruned:,} articles deleted from the target, which the source does not have"
        )


def _refuse(pair: Pair, other: str | None) -> None:
    """Refuses an article of the target that the source does not have, if there is one. MigrationFailed."""
    if other is not None:
        raise MigrationFailed(
            f"the collection {pair.id!r} of the target has an article that the source does not have, {other!r}; delete it"
            " there, have all such deleted with --prune, or give an empty target"
        )


def _move(pair: Pair, taking_in: TakingIn, moment: Moment, progress: Progress) -> Moved:
    there = pair.to.collection.article_count
    if there:
        progress.skip(there)
        progress.note(f"{pair.id}: {there:,} articles are in the target already; going on")
    moved = _walk(pair, taking_in)
    here, there = _counts(pair, moment)
    if here != there:
        # Once more, for what came meanwhile; that tells as well whether more comes.
        before = here
        moved += _walk(pair, taking_in)
        here, there = _counts(pair, moment)
        if here == before != there:
            progress.note(
                f"{pair.id}: {here:,} articles in the source, {there:,} in the target; comparing them all"
            )
            moved += taking_in.take(pair.id, missing(pair))
            here, there = _counts(pair, moment)
            if here != there:
                _refuse(pair, next(foreign(pair), None))
    if here != there:
        raise MigrationFailed(
            f"the collection {pair.id!r} has {here} articles in the source, {there} in the target: something writes to the"
            " source, or to the target; stop it, and start the migration again, which goes on"
        )
    return Moved(pair.id, here, moved)


def _walk(pair: Pair, taking_in: TakingIn) -> int:
    """Moves the articles behind those that are there, and returns how many."""
    return taking_in.take(pair.id, pair.source.pages(pair.id, place_to_go_on(pair)))


def _counts(pair: Pair, moment: Moment) -> tuple[int, int]:
    """Returns how many articles both stores have at one moment."""
    with moment.held():
        sides = pair.source.collection(pair.id), pair.target.collection(pair.id)
    here, there = (each.collection.article_count for each in sides)
    return here, there

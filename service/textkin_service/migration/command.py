"""`textkin-service migrate`: moves all articles from one store to another."""

# ruff: noqa: PLC0415 - what only the extra [service] installs is imported where it is used, as in `cli`

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console

from textkin_service.errors import StoreError
from textkin_service.extra import needed
from textkin_service.maintenance import message_of, settings_of
from textkin_service.settings import Settings
from textkin_service.store_address import ClusterAddress, FolderAddress, masked, parse

if TYPE_CHECKING:
    from textkin_service.migration.moving import Moment, Moved
    from textkin_service.store import Store

Address = FolderAddress | ClusterAddress


@click.command("migrate")
@click.option(
    "--from",
    "source",
    required=True,
    metavar="URL",
    envvar="TEXTKIN_MIGRATE_FROM",
    show_envvar=True,
    help="The store that has the articles, as --store takes it.",
)
@click.option(
    "--to",
    "target",
    required=True,
    metavar="URL",
    envvar="TEXTKIN_MIGRATE_TO",
    show_envvar=True,
    help="The store that is to have them; it is made if it is not there.",
)
@click.option("--prune", is_flag=True, help="Delete what the target has and the source has not.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(context: click.Context, source: str, target: str, prune: bool, as_json: bool) -> None:
    """Move all collections and articles from one store to another, with their times and in their order.

    Sketches are made anew, by the settings of this command line. The source stays as it is. Cut short, it goes on where it
    was when it is started again. No service may have an embedded store meanwhile. Exit code 0: both stores have the same
    number of articles in each collection; 1: something went wrong, which is named; 2: the command line is wrong.

    Example: textkin-service migrate --from sqlite:///var/lib/textkin --to redis://10.0.0.1:6379/news
    """
    addresses = _address("--from", source), _address("--to", target)
    if _are_one(*addresses):
        raise click.UsageError(f"--from and --to are the same store, {masked(target)}: give another")
    settings = settings_of(context)
    begin = time.monotonic()
    with _failures():
        moved = _migrate(addresses, (masked(source), masked(target)), settings, prune=prune)
    _tell(moved, masked(source), masked(target), time.monotonic() - begin, as_json)


def _migrate(
    addresses: tuple[Address, Address], names: tuple[str, str], settings: Settings, *, prune: bool
) -> "list[Moved]":
    with needed():
        from textkin_service.engine import Engine
        from textkin_service.migration.moving import Moment, migrate
        from textkin_service.migration.progress import Progress
        from textkin_service.migration.sides import Side
        from textkin_service.sketch import Scheme
    moment = Moment()
    with ExitStack() as stack:
        schemes = None, Scheme.of(settings).id
        stores: list[Store] = []
        for address, name, scheme in zip(addresses, names, schemes, strict=True):
            stores.append(_opened(address, name, scheme, moment, settings.store_replicas))
            stack.enter_context(closing(stores[-1]))
        progress = stack.enter_context(Progress(Console(stderr=True)))
        source, target = (Side(name, store) for name, store in zip(names, stores, strict=True))
        engine = Engine(target.store, settings, searched=False)
        return migrate(source, target, engine, moment, progress, prune=prune)


def _opened(address: Address, name: str, scheme: str | None, moment: "Moment", replicas: int) -> "Store":
    from textkin_service.store.choice import open_at

    try:
        return open_at(address, scheme, moment, replicas=replicas)
    except StoreError as error:
        raise click.ClickException(f"{name}: {message_of(error)}") from error


def _address(option: str, url: str) -> Address:
    try:
        return parse(url)
    except ValueError as error:
        raise click.UsageError(f"{option} {masked(url)!r}: {error}") from error


def _are_one(source: Address, target: Address) -> bool:
    if isinstance(source, FolderAddress) and isinstance(target, FolderAddress):
        return source.folder.resolve() == target.folder.resolve()
    if isinstance(source, ClusterAddress) and isinstance(target, ClusterAddress):
        return source.prefix == target.prefix and bool({*source.nodes} & {*target.nodes})
    return False


@contextmanager
def _failures() -> Iterator[None]:
    """Turns what can go wrong into the command's error; SIGTERM ends it as Ctrl-C does."""
    with needed():
        from textkin_service.migration.sides import MigrationFailed
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except MigrationFailed as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        raise click.ClickException(
            "stopped; start it again with the same arguments, and it goes on where it was"
        ) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(moved: "list[Moved]", source: str, target: str, seconds: float, as_json: bool) -> None:
    """Prints what both stores have."""
    articles, new = sum(each.articles for each in moved), sum(each.moved for each in moved)
    if as_json:
        values = {
            "from": source,
            "to": target,
            "articles": articles,
            "moved": new,
            "seconds": round(seconds, 3),
            "collections": [
                {"id": each.collection_id, "articles": each.articles, "moved": each.moved} for each in moved
            ],
        }
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    click.echo(
        f"Both stores have {articles:,} articles in {len(moved):,} collections; {new:,} were moved in {seconds:.1f} s:"
    )
    for each in moved:
        click.echo(f"  {each.articles:>13,}  {each.collection_id}")

"""The commands that care for a store: `backup`, `restore` and `check`."""

# ruff: noqa: PLC0415 - what only the extra [service] installs is imported where it is used, as in `cli`

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from textkin_service.errors import StoreError
from textkin_service.extra import needed
from textkin_service.settings import Settings, SettingsError, resolve

if TYPE_CHECKING:
    from textkin_service.store.whole import Contents

_DAMAGED, _USAGE = 1, 2
_MIB = 1_048_576
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace TARGET if it is there, once the new backup is whole.")
@_JSON
@click.pass_context
def backup(context: click.Context, target: Path, force: bool, as_json: bool) -> None:
    """Copy the whole store of the data folder to the file TARGET, whether a service has it or not.

    The copy is that of one moment, and is looked through before it gets its name. Run it as the user that the service
    runs as.

    Example: textkin-service --data ./articles backup backups/articles-$(date +%F).sqlite3
    """
    with needed():
        from textkin_service.store.backup import back_up
    begin = time.monotonic()
    with _failures(), _bar("Backing up", DownloadColumn()) as report:
        held = back_up(settings_of(context).data, target, overwrite=force, report=report)
    _tell(held, f"Backed up to {target} in {time.monotonic() - begin:.1f} s:", as_json, file=str(target))


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--force", is_flag=True, help="Set aside what the data folder holds, in a folder of its own within it."
)
@_JSON
@click.pass_context
def restore(context: click.Context, source: Path, force: bool, as_json: bool) -> None:
    """Make the backup SOURCE the store of the data folder, which must hold none and be served by nobody.

    It is looked through first; the folder then has all of it, or what it had. Start a service on it right away.

    Example: textkin-service --data ./articles restore backups/articles-2026-11-22.sqlite3
    """
    with needed():
        from textkin_service.sketch import Scheme
        from textkin_service.store.restore import restore as restore_store
    settings = settings_of(context)
    begin = time.monotonic()
    with _failures(), _bar("Restoring", DownloadColumn()) as report:
        done = restore_store(source, settings.data, Scheme.of(settings).id, replace=force, report=report)
    aside = None if done.aside is None else str(done.aside)
    _tell(
        done.contents,
        f"Restored {source} to {settings.data} in {time.monotonic() - begin:.1f} s:",
        as_json,
        folder=str(settings.data),
        aside=aside,
    )
    if aside and not as_json:
        click.echo(f"What was there before is in {aside}; remove it when you no longer need it.")


@click.command()
@click.argument("place", type=click.Path(exists=True, path_type=Path), required=False)
@_JSON
@click.pass_context
def check(context: click.Context, place: Path | None, as_json: bool) -> None:
    """Look through all of the data folder, or of PLACE, a backup or another data folder, and name what is damaged.

    Every page, row, text and sketch is read; nothing is changed. A service may have the folder meanwhile. Exit code 0: all is
    sound; 1: something is damaged; 2: there is nothing to look through.
    """
    with needed():
        from textkin_service.store.inspection import Damage, damages, opened
        from textkin_service.store.whole import contents
    at = place or settings_of(context).data
    found: list[Damage] = []
    held: Contents | None = None

    def note(damage: Damage) -> None:
        found.append(damage)
        if not as_json:
            click.echo(str(damage))

    begin = time.monotonic()
    try:
        with opened(at) as (db, file), _bar("Checking", MofNCompleteColumn()) as report:
            for damage in damages(db, file.name, report):
                note(damage)
            held = None if found else contents(db, file)
    except StoreError as error:
        if error.reason != "STORE_DAMAGED":
            click.echo(f"Error: {message_of(error)}", err=True)
            sys.exit(_USAGE)
        note(Damage(error.metadata.get("file", at.name), error.message.partition(": ")[2] or error.message))
    _judge(at, found, held, time.monotonic() - begin, as_json)


def _judge(at: Path, found: list[Any], held: "Contents | None", seconds: float, as_json: bool) -> None:
    """Prints the sum of a check, and ends the command if something is damaged."""
    if held is not None:
        _tell(
            held,
            f"{at} is sound, looked through in {seconds:.1f} s:",
            as_json,
            place=str(at),
            sound=True,
            damages=[],
        )
        return
    if as_json:
        listed = [
            {"file": each.file, "what": each.what, "collection": each.collection, "article": each.article}
            for each in found
        ]
        click.echo(json.dumps({"place": str(at), "sound": False, "damages": listed}, ensure_ascii=False))
        sys.exit(_DAMAGED)
    articles = len({(each.collection, each.article) for each in found if each.article})
    click.echo(
        f"{at} is damaged in {len(found)} places; articles known to be affected: {articles}.\n"
        "Stop the service, and restore the last sound backup: textkin-service restore BACKUP --force. It keeps what is there"
        " now."
    )
    sys.exit(_DAMAGED)


def settings_of(context: click.Context) -> Settings:
    """Returns the settings of the whole command line, of which `context` is a command. UsageError."""
    flags, config = context.obj
    try:
        return resolve(flags, config=config)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


@contextmanager
def _failures() -> Iterator[None]:
    """Turns what can go wrong with a copy into the command's error; SIGTERM ends it as Ctrl-C does, leaving nothing behind."""
    from textkin_service.store.backup import CopyRefused

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except CopyRefused as error:
        raise click.ClickException(str(error)) from error
    except StoreError as error:
        raise click.ClickException(message_of(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'a file'}: {error.strerror}") from error
    finally:
        signal.signal(signal.SIGTERM, before)


def message_of(error: StoreError) -> str:
    """Returns what people are told of an error, with the whole path of the file."""
    where = f" ({error.file})" if error.file else ""
    return f"{error.reason}: {error.message}{where}"


@contextmanager
def _bar(what: str, column: Any) -> Iterator[Callable[[int, int], None]]:
    """Yields what is told how much is done, of how much; on a terminal it shows as a bar."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), column, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what)

        def report(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield report


def _tell(held: "Contents", title: str, as_json: bool, **more: object) -> None:
    """Prints what a store holds."""
    if as_json:
        values = more | {
            "collections": held.collections,
            "articles": held.articles,
            "bytes": held.size,
            "newest": _time(held.newest),
            "made_at": _time(held.made_at),
            "scheme": held.scheme,
        }
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    click.echo(title)
    click.echo(f"  articles     {held.articles:,} in {held.collections:,} collections")
    click.echo(f"  size         {held.size / _MIB:,.1f} MiB")
    click.echo(f"  last ingest  {_time(held.newest) or 'none'}")
    if held.made_at is not None:
        click.echo(f"  backup of    {_time(held.made_at)}")


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")

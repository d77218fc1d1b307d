"""`textkin collections`."""

import re
from datetime import timedelta

import click

from textkin.cli._display import collections_view, stdout_console
from textkin.cli._json import collection_json, print_json
from textkin.cli._options import MAX_COUNT, Session, json_option, pass_session, service_options
from textkin.printable import printable
from textkin.types import Collection, CollectionSettings
from textkin.words import counted

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _retention(_context: click.Context, _parameter: click.Parameter, value: str | None) -> timedelta | None:
    if value is None:
        return None
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", value)
    if not match:
        raise click.BadParameter(f"{value!r} is not a number with a unit: write 90d, 12h, 30m or 45s")
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def _show(collections: list[Collection], *, as_json: bool) -> None:
    if as_json:
        for collection in collections:
            print_json(collection_json(collection))
    else:
        stdout_console().print(collections_view(collections))


@click.group(short_help="List, create, show and delete collections.")
def command() -> None:
    """Collections are sets of articles that are searched together. The collection "default" always exists."""


@command.command("list")
@json_option
@service_options
@pass_session
def list_command(session: Session, as_json: bool) -> None:
    """Lists the collections."""
    with session.connect() as client:
        _show(list(client.list_collections()), as_json=as_json)


@command.command("get")
@click.argument("collection_id", metavar="ID")
@json_option
@service_options
@pass_session
def get_command(session: Session, collection_id: str, as_json: bool) -> None:
    """Shows a collection."""
    with session.connect() as client:
        _show([client.get_collection(collection_id)], as_json=as_json)


@command.command("create")
@click.argument("collection_id", metavar="ID")
@click.option(
    "--language", default="", help="Language of articles that name none, a BCP 47 tag.  [default: detected]"
)
@click.option(
    "--retention",
    callback=_retention,
    metavar="TIME",
    help="How long an article is kept, such as 90d or 12h.  [default: for ever]",
)
@click.option(
    "--max-articles",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Most articles.  [default: no limit]",
)
@click.option(
    "--max-text-bytes",
    type=click.IntRange(0, MAX_COUNT),
    default=0,
    metavar="N",
    help="Longest text.  [default: the service's limit]",
)
@json_option
@service_options
@pass_session
def create_command(
    session: Session,
    *,
    collection_id: str,
    language: str,
    retention: timedelta | None,
    max_articles: int,
    max_text_bytes: int,
    as_json: bool,
) -> None:
    """Creates an empty collection. Its settings stay as they are."""
    settings = CollectionSettings(
        language=language, retention=retention, max_articles=max_articles, max_text_bytes=max_text_bytes
    )
    with session.connect() as client:
        _show([client.create_collection(collection_id, settings)], as_json=as_json)


@command.command("delete")
@click.argument("collection_id", metavar="ID")
@click.option("--force", is_flag=True, help="Delete it with all its articles.")
@json_option
@service_options
@pass_session
def delete_command(session: Session, collection_id: str, force: bool, as_json: bool) -> None:
    """Deletes a collection."""
    with session.connect() as client:
        count = client.delete_collection(collection_id, force=force)
    if as_json:
        print_json({"id": collection_id, "deleted_articles": count})
    else:
        click.echo(printable(f"deleted {collection_id} with {counted(count, 'article')}"))

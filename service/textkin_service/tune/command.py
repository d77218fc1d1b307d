"""`textkin tune`. The client's command line finds it as an entry point of the group textkin.commands."""

# ruff: noqa: PLC0415 - what only the extra [service] installs, and takes long to import, is imported when the command
# runs: `textkin --help` imports this module

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from textkin.cli._failures import ExitCode, Failure, bad_input
from textkin.cli._options import encoding_option, json_option
from textkin.printable import printable

if TYPE_CHECKING:
    from textkin_service.tune.sample import NamedPair, Text

_EXTRA = "`textkin tune` needs more than the client: pip install 'textkin[service]' ({} is missing)"
_FORMATS = ("jsonl", "csv", "text")
_T = TypeVar("_T")

_EXAMPLES = """\b
Examples:
  textkin tune articles.jsonl
  textkin tune --recall 0.98 --similarity 0.5 articles/ --pairs known.jsonl
  textkin tune --max-bytes 1500 --articles 1000000 articles.jsonl --json
"""


@click.command(short_help="Choose the sketches' parameters from a sample of articles.", epilog=_EXAMPLES)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, allow_dash=True),
    metavar="FILE|FOLDER|-...",
)
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), help="What the files are, whatever their names."
)
@click.option(
    "--recall",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="Share of the copies, and of the rewrites, that is to be found.",
)
@click.option(
    "--similarity",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.6,
    show_default=True,
    help="Resemblance of the copies that are to be found: Jaccard similarity of their runs of five words.",
)
@click.option(
    "--pairs",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help='Known rewrites, JSON Lines with "a" and "b": ids of the sample, or texts. `a` is searched for, `b` to be found.',
)
@click.option(
    "--max-bytes", type=click.IntRange(64), metavar="N", help="Most memory of the index an article."
)
@click.option(
    "--articles",
    "collection_size",
    type=click.IntRange(1),
    metavar="N",
    help="Articles that the collection will have; candidates are scaled to it.  [default: as the sample]",
)
@click.option(
    "--sample-size",
    type=click.IntRange(2, 100_000),
    default=2_000,
    show_default=True,
    metavar="N",
    help="Most articles that are measured on; of more, some are drawn at random.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of all that is drawn at random.")
@encoding_option
@json_option
def command(
    *,
    paths: tuple[str, ...],
    form: str | None,
    recall: float,
    similarity: float,
    pairs: str | None,
    max_bytes: int | None,
    collection_size: int | None,
    sample_size: int,
    seed: int,
    encoding: str,
    as_json: bool,
) -> None:
    """Measures on a sample of articles which parameters of the sketches find what is to be found at least cost.

    Reads what `textkin ingest` reads. It talks to no service: it prints the flags to start one with. Copies of a given
    similarity are made of the sample's articles; so are rewrites, unless --pairs has real ones, which tell more.
    """
    try:
        from textkin_service.tune.sample import SampleError, draw
        from textkin_service.tune.tuning import Target, tune
    except ModuleNotFoundError as error:
        raise Failure(_EXTRA.format(error.name), ExitCode.BAD_INPUT) from error
    from textkin.cli._json import print_json
    from textkin_service.tune import view

    target = Target(recall, similarity, max_bytes, collection_size)
    try:
        named = list(_pairs(pairs, encoding)) if pairs else []
        sample = draw(_texts(paths, form, encoding), named, sample_size, seed)
        result = tune(sample, target, seed, _track)
    except SampleError as error:
        raise bad_input(str(error)) from error
    if as_json:
        print_json(view.as_json(result))
    else:
        view.show(result)


def _texts(paths: Sequence[str], form: str | None, encoding: str) -> "Iterator[Text]":
    """Yields the articles. What cannot be read is reported, and left out."""
    from textkin.cli._readers import BadRecord
    from textkin.cli._records import item_of
    from textkin.cli._sources import Sources
    from textkin_service.tune.sample import Text

    for record in Sources(paths, form, encoding).records():
        item = item_of(record)
        if isinstance(item, BadRecord):
            click.echo(printable(str(item)), err=True)
        else:
            yield Text(item.article.id, item.article.text, item.article.language)


def _pairs(path: str, encoding: str) -> "Iterator[NamedPair]":
    from textkin.cli._readers import BadRecord
    from textkin.cli._sources import Sources
    from textkin_service.tune.sample import pair_of

    for record in Sources([path], "jsonl", encoding).records():
        if isinstance(record, BadRecord):
            raise bad_input(str(record))
        yield pair_of(record.fields, str(record.position))


def _track(items: Sequence[_T], what: str) -> Iterable[_T]:
    """Shows a bar on standard error, if that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, what, console=console, transient=True, disable=not console.is_terminal)

"""The command line. Each command has a module of its own, loaded when it is called.

Other packages add commands as entry points of the group `textkin.commands`: `textkin_service` adds `tune`.
"""

import importlib
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from textkin.cli._failures import ExitCode, Failure, bad_input, failure_of
from textkin.cli._interrupts import ends_when_interrupted
from textkin.cli._options import Session, service_options
from textkin.errors import TextkinError

# The commands in the order of `textkin --help`, with the line that stands there.
_COMMANDS = {
    "compare": "Compare two texts and show what they share.",
    "ingest": "Take articles in, from files, folders or standard input.",
    "search": "Find the articles that a text copies or rewrites.",
    "get": "Show a stored article.",
    "list": "List the articles of a collection.",
    "delete": "Delete articles.",
    "collections": "List, create, show and delete collections.",
    "info": "Show what the service is: version, limits, counts.",
    "completion": "Print the script that completes commands in a shell.",
}

_GROUP = "textkin.commands"

_EPILOG = """\b
Exit codes:
  0    all went well
  1    some of many items failed; the others are done
  2    the command line or the input is wrong
  3    no service there, or it is not ready
  4    the service refused, failed, or took too long
  130  interrupted

\b
Examples:
  textkin ingest articles/ more.jsonl
  textkin search draft.txt
  textkin compare draft.txt original.txt --json

A service is started with `textkin-service --data DIR` and found through --address or TEXTKIN_ADDRESS.
"""


class _Commands(click.Group):
    """A group that loads its commands late and ends every failure with one message and its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The commands in their order, those of other packages last."""
        return [*_COMMANDS, *_added()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        """Loads the command from its module."""
        if cmd_name in _COMMANDS:
            command: click.Command = importlib.import_module(f"textkin.cli.{cmd_name}").command
            return command
        point = _added().get(cmd_name)
        return _loaded(point) if point else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command; of one that there is not, says which may be meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            alike = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not alike:
                raise
            raise click.UsageError(f"No such command {args[0]!r}. Did you mean {alike[0]!r}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- as above
        """Writes the list of commands without loading our own."""
        added = {name: _loaded(point).get_short_help_str(formatter.width) for name, point in _added().items()}
        with formatter.section("Commands"):
            formatter.write_dl(list((_COMMANDS | added).items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        session = ctx.ensure_object(Session)
        try:
            with ends_when_interrupted():
                return super().invoke(ctx)
        except TextkinError as error:
            raise failure_of(error, session.address, session.timeout) from error
        except UnicodeEncodeError as error:
            raise bad_input(
                f"an argument holds bytes that are no text in this locale, near position {error.start}"
            ) from error
        except KeyboardInterrupt:
            raise Failure("interrupted", ExitCode.INTERRUPTED) from None


def _added() -> dict[str, EntryPoint]:
    """The commands of other packages. None replaces one of ours."""
    return {point.name: point for point in entry_points(group=_GROUP) if point.name not in _COMMANDS}


def _loaded(point: EntryPoint) -> click.Command:
    """The command of another package, or one that tells why it cannot be loaded: it must not take the others along."""
    try:
        command: click.Command = point.load()
    except (ImportError, AttributeError) as error:
        problem = f"{point.value} cannot be loaded: {error}"

        @click.command(
            point.name,
            short_help=problem,
            context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        )
        def command() -> None:
            raise bad_input(f"`textkin {point.name}`: {problem}")

    return command


@click.command(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@service_options
@click.version_option(package_name="textkin", message="textkin %(version)s")
def main() -> None:
    """Find the articles that a text copies, republishes or rewrites in other words."""

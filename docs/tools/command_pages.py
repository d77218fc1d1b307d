"""The pages of both command lines, made of what click knows of them."""

import inspect
import re
import textwrap
from collections.abc import Iterator

import click

from textkin.cli import main as textkin
from textkin_service.cli import main as textkin_service

_TEXTKIN = """\
# textkin

The command line of the client, made of its own help by `make reference`. Options that say which service to call stand before or
after the name of the command, and are listed [once](#options-of-every-command).
"""

_SERVICE = """\
# textkin-service

The command line of the service, made of its own help by `make reference`. Without a command it serves. Its flags are the
[settings](settings.md), and stand before the name of a command: `textkin-service --data articles backup FILE`.
"""

_SHARED = "## Options of every command"

# The width of prose in the project's documents.
_COLUMNS = 128

# What help gives in brackets, which is no prose: a default, a variable, a range.
_BRACKETS = re.compile(r"\[([^]]*)\]")


def textkin_page(group: click.Group = textkin) -> str:
    """Returns the page of `textkin`."""
    context = click.Context(group, info_name="textkin")
    options = [option for option in _options(group) if not _asks_for_help(option)]
    below = {
        flag for name in group.list_commands(context) for flag in _flags(group.get_command(context, name))
    }
    shared = [option for option in options if option.opts[0] in below]
    parts = [_TEXTKIN, _body(group), _table([option for option in options if option not in shared], context)]
    parts += [
        each for name in group.list_commands(context) for each in _command(group, name, context, 2, shared)
    ]
    if shared:
        parts += [f"{_SHARED}\n", _table(shared, context)]
    return "\n".join(parts).rstrip() + "\n"


def service_page(group: click.Group = textkin_service) -> str:
    """Returns the page of `textkin-service`."""
    context = click.Context(group, info_name="textkin-service")
    own = [option for option in _options(group) if not _is_setting(option) and not _asks_for_help(option)]
    parts = [_SERVICE, _body(group), _table(own, context)]
    parts += [each for name in sorted(group.commands) for each in _command(group, name, context, 2, [])]
    return "\n".join(parts).rstrip() + "\n"


def _command(
    group: click.Group, name: str, above: click.Context, level: int, shared: list[click.Option]
) -> Iterator[str]:
    """A command with those below it."""
    command = group.get_command(above, name)
    assert command is not None, name
    context = click.Context(command, info_name=name, parent=above)
    yield f"{'#' * level} {context.command_path}\n"
    yield f"```text\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield _body(command)
    known = {option.opts[0] for option in shared}
    own = [
        option for option in _options(command) if option.opts[0] not in known and not _asks_for_help(option)
    ]
    if own:
        yield _table(own, context)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from _command(command, below, context, level + 1, shared)


def _options(command: click.Command) -> list[click.Option]:
    """The options that a command's help shows."""
    context = click.Context(command)
    return [
        each for each in command.get_params(context) if isinstance(each, click.Option) and not each.hidden
    ]


def _flags(command: click.Command | None) -> set[str]:
    """The flags of a command."""
    return {flag for option in _options(command) for flag in option.opts} if command else set()


def _asks_for_help(option: click.Option) -> bool:
    return "--help" in option.opts


def _is_setting(option: click.Option) -> bool:
    return option.metavar == "VALUE"


def _table(options: list[click.Option], context: click.Context) -> str:
    rows = ["| option | meaning |", "|---|---|"]
    for option in options:
        record = option.get_help_record(context)
        assert record is not None, option.name
        flags, meaning = record
        rows.append(f"| `{_cell(flags)}` | {_prose_cell(meaning)} |")
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _prose_cell(text: str) -> str:
    """Help as a cell."""
    return _BRACKETS.sub(lambda found: f"`[{found[1]}]`", _cell(text))


def _body(command: click.Command) -> str:
    """The help and the epilogue of a command as Markdown."""
    parts = [inspect.cleandoc(each) for each in (command.help, command.epilog) if each]
    paragraphs = [
        each for part in parts for each in re.split(r"\n\s*\n", part.split("\f")[0]) if each.strip()
    ]
    return "\n\n".join(map(_paragraph, paragraphs)) + "\n"


def _paragraph(text: str) -> str:
    """A paragraph of help: one that click is told not to wrap is shown as it stands."""
    if text.startswith("Example: "):
        return f"Example:\n\n```sh\n{' '.join(text.removeprefix('Example: ').split())}\n```"
    if not text.startswith("\b"):
        return textwrap.fill(" ".join(text.split()), _COLUMNS, break_long_words=False, break_on_hyphens=False)
    title, _, rest = text.removeprefix("\b").strip("\n").partition("\n")
    language = "sh" if title.startswith("Example") else "text"
    return f"{title}\n\n```{language}\n{textwrap.dedent(rest)}\n```"

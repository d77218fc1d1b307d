"""Options that commands share, and the session that they make."""

import codecs
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from textkin import _access
from textkin._address import ADDRESS_VARIABLE, DEFAULT_ADDRESS, address_or_default
from textkin._channel import DEFAULT_TIMEOUT
from textkin.cli._failures import ExitCode, Failure, bad_input
from textkin.errors import TextkinError
from textkin.types import OffsetUnit

if TYPE_CHECKING:
    from textkin.client import Client

F = TypeVar("F", bound=Callable[..., Any])

# The largest number that the API's counts take.
MAX_COUNT = 2**32 - 1

# Whoever pressed TAB waits.
_COMPLETION_SECONDS = 1.0
_MOST_COMPLETIONS = 1_000
_COMMON_ENCODINGS = (
    "utf-8",
    "utf-16",
    "latin-1",
    "cp1250",
    "cp1251",
    "cp1252",
    "shift_jis",
    "euc-jp",
    "gb18030",
    "big5",
)


@dataclass(slots=True)
class Session:
    """Which service the command talks to, how it shows who it is, and how long it waits for an answer, in seconds."""

    address: str = field(default_factory=lambda: address_or_default(None))
    timeout: float = DEFAULT_TIMEOUT
    token_file: str | None = None
    tls: bool = False
    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    insecure: bool = False

    def connect(self) -> "Client":
        """A client for the service; close it."""
        # What gRPC logs of its connections is no message to the user: errors reach the user as exceptions.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        from textkin.client import Client  # noqa: PLC0415 -- gRPC is slow to import, and `textkin --help` needs none

        try:
            token = _access.token_in(self.token_file) if self.token_file else None
            tls = _access.tls_with_defaults(self.ca, self.cert, self.key, wanted=self.tls)
            return Client(
                self.address, token=token, tls=tls or False, insecure=self.insecure, timeout=self.timeout
            )
        except OSError as error:
            if error.filename is None:
                raise Failure(f"{error.strerror}: give another --address", ExitCode.UNREACHABLE) from error
            raise bad_input(f"{error.filename} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise bad_input(str(error)) from error


pass_session = click.make_pass_decorator(Session, ensure=True)


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and parameter.name:
        setattr(context.ensure_object(Session), parameter.name, value)


def _remember_given(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    _remember(context, parameter, value or None)


def _service_option(
    flag: str, metavar: str | None, help_text: str, kind: "click.ParamType[Any] | None" = None
) -> Callable[[F], F]:
    """An option that the session keeps; without a metavar a switch."""
    return click.option(
        flag,
        metavar=metavar,
        type=kind,
        is_flag=metavar is None,
        callback=_remember if metavar else _remember_given,
        expose_value=False,
        help=help_text,
    )


def complete_files(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Leaves it to the shell to complete the name of a file."""
    return [CompletionItem(incomplete, type="file")]


_SERVICE_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    _service_option(
        "--address",
        "HOST:PORT",
        "Where the service listens; among several, with commas between them, or dns:///NAME:PORT, calls are balanced."
        f"  [default: ${ADDRESS_VARIABLE}, else {DEFAULT_ADDRESS}]",
    ),
    _service_option(
        "--timeout",
        "SECONDS",
        f"How long to wait for the answer to one text; ingest waits on.  [default: {DEFAULT_TIMEOUT:g}]",
        click.FloatRange(min=0, min_open=True),
    ),
    _service_option(
        "--token-file",
        "FILE",
        f"Holds the token to show.  [default: ${_access.TOKEN_VARIABLE}, else the file ${_access.TOKEN_FILE_VARIABLE}]",
        click.Path(),
    ),
    _service_option(
        "--tls", None, f"Connect over TLS; --ca and --cert do, too.  [${_access.TLS_VARIABLE}=yes]"
    ),
    _service_option(
        "--ca",
        "FILE",
        f"Authorities, PEM, of the service's certificate.  [default: ${_access.CA_VARIABLE}]",
        click.Path(),
    ),
    _service_option(
        "--cert",
        "FILE",
        f"Certificate, PEM, to show.  [default: ${_access.CERTIFICATE_VARIABLE}]",
        click.Path(),
    ),
    _service_option("--key", "FILE", f"Its key, PEM.  [default: ${_access.KEY_VARIABLE}]", click.Path()),
    _service_option("--insecure", None, "Let the token go to another machine without TLS."),
)


def service_options(function: F) -> F:
    """Adds the options of the session, which stand before or after the command's name."""
    for option in reversed(_SERVICE_OPTIONS):
        function = option(function)
    return function


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")


def _collections(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The collections of the service that begin so; none if it cannot be asked, or does not answer at once."""
    session = context.ensure_object(Session)
    try:
        with session.connect() as client:
            found = islice(client.list_collections(timeout=_COMPLETION_SECONDS), _MOST_COMPLETIONS)
            return [each.id for each in found if each.id.startswith(incomplete)]
    except (TextkinError, click.ClickException):
        return []


collection_option = click.option(
    "--collection",
    default="",
    metavar="ID",
    shell_complete=_collections,
    help='The collection.  [default: "default"]',
)


def _offset_unit(_context: click.Context, _parameter: click.Parameter, value: str) -> OffsetUnit:
    return OffsetUnit(value)


offset_unit_option = click.option(
    "--offset-unit",
    type=click.Choice([unit.value for unit in OffsetUnit]),
    default=OffsetUnit.CODE_POINT.value,
    callback=_offset_unit,
    show_default=True,
    help="What the spans in JSON count.",
)


def _known_encoding(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        "".encode(value)
        return codecs.lookup(value).name
    except (LookupError, ValueError):
        raise click.BadParameter(
            f"{value!r} is not a text encoding that Python knows: try utf-8, latin-1, cp1252 or utf-16"
        ) from None


def _encodings(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in _COMMON_ENCODINGS if name.startswith(incomplete)]


encoding_option = click.option(
    "--encoding",
    default="utf-8",
    shell_complete=_encodings,
    callback=_known_encoding,
    show_default=True,
    help="The encoding of the files read.",
)

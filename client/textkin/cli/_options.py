"""Options that commands share, and the session that they make."""

import codecs
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from textkin._channel import ADDRESS_VARIABLE, DEFAULT_ADDRESS, DEFAULT_TIMEOUT, address_or_default
from textkin.types import OffsetUnit

if TYPE_CHECKING:
    from textkin.client import Client

F = TypeVar("F", bound=Callable[..., Any])

# The largest number that the API's counts take.
MAX_COUNT = 2**32 - 1


@dataclass(slots=True)
class Session:
    """Which service the command talks to, and how long it waits for an answer, in seconds."""

    address: str = field(default_factory=lambda: address_or_default(None))
    timeout: float = DEFAULT_TIMEOUT

    def connect(self) -> "Client":
        """A client for the service; close it."""
        # What gRPC logs of its connections is no message to the user: errors reach the user as exceptions.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        from textkin.client import Client  # noqa: PLC0415 -- gRPC is slow to import, and `textkin --help` needs none

        return Client(self.address, timeout=self.timeout)


pass_session = click.make_pass_decorator(Session, ensure=True)


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and parameter.name:
        setattr(context.ensure_object(Session), parameter.name, value)


def service_options(function: F) -> F:
    """Adds --address and --timeout, which stand before or after the command's name."""
    address = click.option(
        "--address",
        metavar="HOST:PORT",
        callback=_remember,
        expose_value=False,
        help=f"Where the service listens.  [default: ${ADDRESS_VARIABLE}, else {DEFAULT_ADDRESS}]",
    )
    timeout = click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        callback=_remember,
        expose_value=False,
        help=f"How long to wait for the answer to one text; ingest waits on.  [default: {DEFAULT_TIMEOUT:g}]",
    )
    return address(timeout(function))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")

collection_option = click.option(
    "--collection", default="", metavar="ID", help='The collection.  [default: "default"]'
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


encoding_option = click.option(
    "--encoding",
    default="utf-8",
    callback=_known_encoding,
    show_default=True,
    help="The encoding of the files read.",
)

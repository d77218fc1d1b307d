"""What ends a command early, and the exit codes."""

from enum import IntEnum
from typing import IO, Any

import click

from textkin._access import TOKEN_FILE_VARIABLE, TOKEN_VARIABLE
from textkin.errors import (
    DeadlineExceeded,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    TextkinError,
    Unauthenticated,
    Unavailable,
)
from textkin.printable import printable

# What gRPC says of a connection that was refused by what is spoken over it: one side without TLS, or the certificate.
_BROKEN_OFF = ("Socket closed", "WRONG_VERSION_NUMBER", "Connection reset")


# What to type next, by the reason of the service.
_WAYS_OUT = {
    "ARTICLE_NOT_FOUND": "`textkin list` shows what there is",
    "COLLECTION_NOT_EMPTY": "`textkin collections delete --force` deletes its articles too",
    "OVERLOADED": "try again in a moment",
}


class ExitCode(IntEnum):
    """What the process answers to its caller; `textkin --help` explains each."""

    SOME_FAILED = 1
    BAD_INPUT = 2
    UNREACHABLE = 3
    REFUSED = 4
    INTERRUPTED = 130


class Failure(click.ClickException):
    """Ends the command with one message on standard error and an exit code."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = int(code)  # type: ignore[misc]  # as click documents it

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints the message, with control characters made visible: what it quotes may come from anywhere."""
        click.echo(f"Error: {printable(self.message)}", file=file, err=file is None)


def bad_input(message: str) -> Failure:
    """The failure for input that cannot be used."""
    return Failure(message, ExitCode.BAD_INPUT)


def failure_of(error: TextkinError, address: str, timeout: float) -> Failure:
    """The failure for an error of the service at `address`, with a way out where there is one."""
    match error:
        case Unavailable():
            return Failure(_unavailable(error, address), ExitCode.UNREACHABLE)
        case InvalidRequest():
            return Failure(error.message, ExitCode.BAD_INPUT)
        case DeadlineExceeded():
            message = f"no answer from {address} within {timeout:g} seconds: allow more with --timeout"
        case NotFound(reason="COLLECTION_NOT_FOUND"):
            message = f"{error.message} (`textkin collections list` shows what there is)"
        case Unauthenticated():
            message = (
                f"{error.message} (--token-file, {TOKEN_VARIABLE} or {TOKEN_FILE_VARIABLE} gives the token)"
            )
        case PermissionDenied():
            message = f"{error.message} (whoever keeps the service's access file can grant it)"
        case _:
            way_out = _WAYS_OUT.get(error.reason)
            message = f"{error.message} ({f'{error.reason}: {way_out}' if way_out else error.reason})"
    return Failure(message, ExitCode.REFUSED)


def _unavailable(error: Unavailable, address: str) -> str:
    """Why there is no service, as far as gRPC's words tell."""
    if error.reason == "NOT_READY":
        return f"the service at {address} is starting up or shutting down: try again in a moment"
    if "CERTIFICATE_VERIFY_FAILED" in error.message:
        return (
            f"the certificate of {address} is not trusted: its authority is not that of --ca, or it has expired or is "
            "of another name"
        )
    if "failed to connect" in error.message and any(each in error.message for each in _BROKEN_OFF):
        return (
            f"{address} broke the connection off: it may want TLS (--tls, --ca), or none, or a client certificate "
            "that it trusts (--cert, --key)"
        )
    return f"no service at {address}: start one with `textkin-service --data DIR`, or name another with --address"

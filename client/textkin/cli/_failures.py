"""What ends a command early, and the exit codes."""

from enum import IntEnum
from typing import IO, Any

import click

from textkin.errors import DeadlineExceeded, InvalidRequest, NotFound, TextkinError, Unavailable
from textkin.printable import printable


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
        case Unavailable(reason="NOT_READY"):
            return Failure(
                f"the service at {address} is starting up or shutting down: try again in a moment",
                ExitCode.UNREACHABLE,
            )
        case Unavailable():
            return Failure(
                f"no service at {address}: start one with `textkin-service --data DIR`, "
                "or name another with --address",
                ExitCode.UNREACHABLE,
            )
        case InvalidRequest():
            return Failure(error.message, ExitCode.BAD_INPUT)
        case DeadlineExceeded():
            return Failure(
                f"no answer from {address} within {timeout:g} seconds: allow more with --timeout",
                ExitCode.REFUSED,
            )
        case NotFound(reason="COLLECTION_NOT_FOUND"):
            return Failure(
                f"{error.message} (`textkin collections list` shows what there is)", ExitCode.REFUSED
            )
        case _:
            return Failure(f"{error.message} ({error.reason})", ExitCode.REFUSED)

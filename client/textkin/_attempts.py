"""How often an ingest stream that broke off is opened anew, and one of many calls made again; and after how long.

gRPC cannot repeat a stream. To ingest an article twice does no harm, so the clients send again what was not acknowledged, as
patiently as gRPC repeats a call. Who makes many calls can wait longer than who waits for one answer.
"""

import math
import random
import time

from google.rpc import code_pb2

from textkin._status import error_of_status
from textkin.errors import (
    InternalError,
    ResourceExhausted,
    TextkinError,
    Unauthenticated,
    Unavailable,
    UnexpectedError,
)
from textkin.v1 import textkin_service_pb2 as pb

# The reason of a service that has too much to do.
OVERLOADED = "OVERLOADED"

# As in `_channel`: four waits, of about 0.1, 0.2, 0.4 and 0.8 seconds, with neither an answer nor a stream that
# held between them.
_MOST_ATTEMPTS = 5
_FIRST_WAIT = 0.1
_NOT_NOW = {code_pb2.UNAVAILABLE, code_pb2.RESOURCE_EXHAUSTED}
# A stream that stood so long was a connection: it may have had nothing to answer.
_HELD_SECONDS = 10.0

# One of many calls is made eight times, each as often as gRPC repeats it, over half a minute and more.
_MOST_TRIES = 8
_FIRST_WAIT_OF_MANY = 0.25

# What grpc.aio may say of a stream that the service ended while a message was sent, whatever its status was
# (github.com/grpc/grpc/issues/36066). Another attempt ends in the same way, or better.
_STATUS_LOST = "Internal error from Core"
# What gRPC says of a call that it turned away itself, because the service ended; of what the caller cancels it says more.
_TURNED_AWAY = "CANCELLED"


class Attempts:
    """The attempts at one ingest. `timeout`: seconds for all of them, None without a limit."""

    def __init__(self, timeout: float | None) -> None:
        self._end = math.inf if timeout is None else time.monotonic() + timeout
        self._failed = 0
        self._began = time.monotonic()

    def begin(self) -> float | None:
        """Begins an attempt, and returns the seconds that it has; None: no limit."""
        self._began = time.monotonic()
        return None if self._end == math.inf else self._end - self._began

    def wait_after(self, error: TextkinError) -> float | None:
        """Returns after how many seconds to try again; None: not at all."""
        if not _may_pass(error):
            return None
        now = time.monotonic()
        if now - self._began >= _HELD_SECONDS:
            self._failed = 0
        self._failed += 1
        if self._failed >= _MOST_ATTEMPTS:
            return None
        # Not at the same moment as others whose streams ended together.
        wait = _FIRST_WAIT * 2 ** (self._failed - 1) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
        wait = max(wait, error.retry_delay or 0)
        return wait if now + wait < self._end else None

    def final(self, error: TextkinError) -> TextkinError:
        """Returns what to raise when no other attempt is made: a status that gRPC lost is no defect of the service."""
        if not _is_lost(error):
            return error
        return Unavailable("the stream broke off again and again, and how is not known")

    def wait_after_answer(self, response: pb.BatchIngestArticlesResponse) -> float | None:
        """Returns after how many seconds to send an answered batch again, with all behind it; None: it stays at the answer."""
        for result in response.results:
            if result.status.code in _NOT_NOW:
                error = error_of_status(result.status)
                if error is not None and _may_pass(error):
                    return self.wait_after(error)
        self._failed = 0
        return None


class Patience:
    """The tries of one of many calls while the service is too busy."""

    def __init__(self) -> None:
        self._tried = 0

    def wait_after(self, error: TextkinError) -> float | None:
        """Returns after how many seconds to try again; None: not at all."""
        self._tried += 1
        if error.reason != OVERLOADED or self._tried >= _MOST_TRIES:
            return None
        # Not as long as others that were refused at the same time.
        wait: float = max(_FIRST_WAIT_OF_MANY * 2 ** (self._tried - 1), error.retry_delay or 0)
        return wait * random.uniform(1, 1.5)  # noqa: S311 - no secret


def befalls_all(error: TextkinError) -> bool:
    """Whether the calls that follow would fail in the same way, so that going on makes no sense."""
    return isinstance(error, Unavailable | Unauthenticated | UnexpectedError) or error.reason == OVERLOADED


def _may_pass(error: TextkinError) -> bool:
    """Whether another attempt, or another replica, may do better. The service says so of what is too much for now."""
    match error:
        case Unavailable():
            return True
        case ResourceExhausted():
            return error.retry_delay is not None
        case InternalError():
            return _is_lost(error)
        case UnexpectedError(code="CANCELLED"):
            return error.message == _TURNED_AWAY
        case _:
            return False


def _is_lost(error: TextkinError) -> bool:
    return isinstance(error, InternalError) and error.message == _STATUS_LOST

"""The arrival of a request's message, which whoever sends half of it and stops must not make others wait for."""

import asyncio
from collections.abc import Callable
from typing import Any

import grpc

from textkin_service.errors import DeadlineExceeded, InvalidRequest

Context = grpc.aio.ServicerContext[Any, Any]

# A message that takes longer holds no permit until it is there.
_PROMPT_SECONDS = 1.0
# A call is ended whose message takes longer: 16 MiB arrive in that time over 2 Mbit/s.
_ARRIVAL_SECONDS = 60.0


class Arrivals:
    """Reads the messages of requests. At most `most_late` of them may be long in coming; one more ends its call."""

    def __init__(self, most_late: int) -> None:
        self._most_late = most_late
        self._late = 0

    @property
    def late(self) -> int:
        """How many messages are long in coming."""
        return self._late

    async def message(self, context: Context, give_back: Callable[[], None]) -> bytes:
        """Returns the bytes of a call's message; calls `give_back` when they are late. DeadlineExceeded, InvalidRequest."""
        loop = asyncio.get_running_loop()
        is_late = False

        def be_late() -> None:
            nonlocal is_late
            is_late = True
            self._late += 1
            give_back()
            if self._late > self._most_late:
                patience.reschedule(loop.time())

        turn = loop.call_later(_PROMPT_SECONDS, be_late)
        try:
            async with asyncio.timeout(_ARRIVAL_SECONDS) as patience:
                data: Any = await context.read()
        except TimeoutError:
            raise DeadlineExceeded(
                "the message did not arrive in time; send all of it at once", reason="DEADLINE_EXCEEDED"
            ) from None
        finally:
            turn.cancel()
            self._late -= is_late
        if data is grpc.aio.EOF:
            raise InvalidRequest(
                "request", "is missing: the call ended without a message", reason="MALFORMED_MESSAGE"
            )
        return bytes(data)

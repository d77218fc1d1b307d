"""The threads that do the work, so that the event loop only ever waits."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from textkin_service.engine import Work
from textkin_service.telemetry.steps import Listener, heard_by, listeners

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# Of ten steps that a processor takes where a worker and the event loop want it, two or three are the worker's (sched(7)).
_NICE = 5


class Workers:
    """A thread pool for functions of the engine. `threads` 0: one a processor that the process may use."""

    def __init__(self, threads: int) -> None:
        self.threads = threads or _processors()
        self._pool = ThreadPoolExecutor(
            self.threads, thread_name_prefix="textkin-worker", initializer=_give_way
        )

    async def run(
        self, function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Calls a function in the pool. When the caller is cancelled, one that has not begun never does.

        Who hears of the caller's steps hears of those of the function.
        """
        call = partial(function, *args, **kwargs)
        heard = listeners()
        future = self._pool.submit(partial(_heard, heard, call) if heard else call)
        return await asyncio.wrap_future(future)

    async def work(
        self,
        work: Work,
        function: Callable[Concatenate[Work, Parameters], Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Calls a function with its leave to go on; when the caller is cancelled, the leave ends."""
        try:
            return await self.run(function, work, *args, **kwargs)
        except asyncio.CancelledError:
            work.cancel()
            raise

    def hand_over(self, function: Callable[[], Result], take: Callable[[Result | Exception], None]) -> None:
        """Calls a function in the pool, then `take` in this event loop with what it returned or raised.

        With less on the way than `run` has: no task, and no future of the loop's.
        """
        loop = asyncio.get_running_loop()

        def call() -> None:
            result: Result | Exception
            try:
                result = function()
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for it
                result = error
            loop.call_soon_threadsafe(take, result)

        self._pool.submit(call)

    def close(self) -> None:
        """Waits for what runs, and ends the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _heard(heard: Sequence[Listener], function: Callable[[], Result]) -> Result:
    with heard_by(heard):
        return function()


def _give_way() -> None:
    """Has this thread give way to the event loop's and gRPC's, which need a processor often but hardly ever for long.

    A server accepts one call of a method each time that its event loop comes round. On one processor two busy threads held that
    up so much that calls waited for seconds to be accepted, or refused, at four times the load that can be answered; so, 20 ms.
    """
    if sys.platform == "linux":  # elsewhere it would be the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _processors() -> int:
    """Returns how many processors the process may use, or, where the system does not tell, how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

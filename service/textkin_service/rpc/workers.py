"""The threads that do the work, so that the event loop only ever waits."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from textkin_service.engine import Work

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Workers:
    """A thread pool for functions of the engine. `threads` 0: one a processor."""

    def __init__(self, threads: int) -> None:
        self.threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="textkin-worker")

    async def run(
        self, function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Calls a function in the pool. When the caller is cancelled, one that has not begun never does."""
        future = self._pool.submit(function, *args, **kwargs)
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

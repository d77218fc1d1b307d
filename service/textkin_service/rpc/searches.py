"""Searches that wait for a thread at the same time go to it together: they take less time there, and one hand-over."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.engine import Asked, Engine, Work
from textkin_service.model import SearchResult
from textkin_service.rpc import convert
from textkin_service.rpc.convert import Unit
from textkin_service.rpc.workers import Workers
from textkin_service.telemetry.steps import Listener, heard_by, listeners

Result = TypeVar("Result")

# So many searches go together at most, and no more texts than so many code points unless it is one: others want their turn.
TOGETHER = 16
_TOGETHER_LENGTH = 131_072
# Searches that take longer let those behind them have another thread, as long as the pool has one.
_PATIENCE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A search that waits for its turn. `length`: that of its text; `heard`: who hears of its steps."""

    asked: Asked
    unit: Unit
    length: int
    answer: asyncio.Future[pb.SearchResponse]
    heard: Sequence[Listener]


@dataclass(slots=True)
class _Batch:
    """Searches that a thread does. `is_slow`: it has had long enough for others to have another thread."""

    searches: Sequence[_Waiting]
    is_slow: bool = False
    patience: asyncio.TimerHandle | None = None


class Searches:
    """Does searches in the pool, with half of its threads, or one. For one event loop.

    A search is half Python, which one thread runs at a time: on two processors two threads did three quarters as many searches
    a second as one, in a third more processor time. Where some take long, others get more threads.
    """

    def __init__(self, engine: Engine, workers: Workers) -> None:
        self._engine = engine
        self._workers = workers
        self._waiting: deque[_Waiting] = deque()
        self._threads = max(1, workers.threads // 2)
        self._busy = self._slow = 0  # how many threads search, and how many of them have for long
        self._turn = asyncio.Semaphore(self._threads)  # of batches

    @property
    def waiting(self) -> int:
        """How many searches wait for a thread."""
        return len(self._waiting)

    async def response(self, asked: Asked, unit: Unit) -> pb.SearchResponse:
        """Answers a search, whose leave ends when the caller is cancelled. InvalidRequest, NotFound, DeadlineExceeded."""
        answer: asyncio.Future[pb.SearchResponse] = asyncio.get_running_loop().create_future()
        length = 0 if isinstance(asked.query, str) else len(asked.query.text)
        self._waiting.append(_Waiting(asked, unit, length, answer, listeners()))
        self._hand_over()
        try:
            return await answer
        except asyncio.CancelledError:
            asked.work.cancel()
            raise

    async def part(self, work: Work, function: Callable[[Work, int], Result], first: int) -> Result:
        """Has a thread do what is part of a batch, when it is the turn of that: those of other batches get theirs between."""
        async with self._turn:
            return await self._workers.work(work, function, first)

    def _hand_over(self) -> None:
        """Has one more thread do some of what waits, if there is one for it."""
        if self._busy - self._slow >= self._threads or self._busy == self._workers.threads:
            return
        batch = _Batch(self._take())
        if batch.searches:
            self._busy += 1
            batch.patience = asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, self._relieve, batch)
            self._workers.hand_over(partial(self._respond, batch.searches), partial(self._answer, batch))

    def _relieve(self, batch: _Batch) -> None:
        """Lets searches have another thread beside a batch that takes long."""
        batch.is_slow = True
        self._slow += 1
        self._hand_over()

    def _answer(self, batch: _Batch, found: Sequence[pb.SearchResponse | Exception] | Exception) -> None:
        """Answers searches with what was found, or with what they failed with."""
        if batch.patience is not None:
            batch.patience.cancel()
        self._busy -= 1
        self._slow -= batch.is_slow
        self._hand_over()
        together = batch.searches
        if isinstance(found, Exception):
            found = [found] * len(together)
        for each, response in zip(together, found, strict=True):
            if each.answer.done():  # its caller has gone
                continue
            if isinstance(response, Exception):
                each.answer.set_exception(response)
            else:
                each.answer.set_result(response)

    def _take(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        length = 0
        while self._waiting and len(taken) < TOGETHER:
            each = self._waiting[0]
            if taken and length + each.length > _TOGETHER_LENGTH:
                break
            self._waiting.popleft()
            if not each.answer.done():
                taken.append(each)
                length += each.length
        return taken

    def _respond(self, together: Sequence[_Waiting]) -> list[pb.SearchResponse | Exception]:
        """Returns the answer to each search, or what it failed with. Who hears of one hears of the steps of all."""
        with heard_by([listener for each in together for listener in each.heard]):
            answers = self._engine.search_all([each.asked for each in together])
        return [_response(answer, each.unit) for answer, each in zip(answers, together, strict=True)]


def _response(answer: tuple[SearchResult, str] | Exception, unit: Unit) -> pb.SearchResponse | Exception:
    if isinstance(answer, Exception):
        return answer
    result, text = answer
    try:
        matches = convert.match_messages(result, text, unit)
    except Exception as error:  # noqa: BLE001 - of this search alone
        return error
    return pb.SearchResponse(matches=matches, truncated=result.truncated)

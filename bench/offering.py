"""Offers a service calls from a process of its own, at a fixed rate whatever comes back, and writes down what came of each.

    python bench/offering.py ADDRESS PLAN RECORD

PLAN: a file, pickled: a `Plan`. RECORD: the file to write, pickled: a list of the fields of each `Outcome`. Messages are
neither made nor read here.
"""

import asyncio
import pickle
import random
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from itertools import cycle
from pathlib import Path

import grpc

SERVICE = "/textkin.v1.TextkinService/"
# What a call may take, in seconds.
PATIENCE = 5.0
_CHANNELS = 4
# Calls that could not be made within so long of their time are not made.
_LATE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Kind:
    """Calls of one kind, which come by chance, in proportion to `share`. `requests`: sent in turn."""

    name: str
    method: str
    share: float
    requests: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Phase:
    """So many calls a second for so many seconds; or, if `in_flight`, so many at any time. `batches`: of streams, a second."""

    name: str
    rate: float
    seconds: float
    in_flight: int = 0
    batches: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to offer. `stream`: what a BatchIngestArticles stream that stays open is sent, in turn."""

    kinds: Sequence[Kind]
    stream: Sequence[bytes]
    phases: Sequence[Phase]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: when it was made, in seconds from the beginning of its phase, how long it took, its status."""

    phase: str
    kind: str
    at: float
    seconds: float
    code: str


class _Offering:
    """Makes the calls of a plan."""

    def __init__(self, plan: Plan, channels: Sequence[grpc.aio.Channel]) -> None:
        self._plan = plan
        self._channels = cycle(channels)
        self._calls = {
            kind.name: cycle([each.unary_unary(SERVICE + kind.method) for each in channels])
            for kind in plan.kinds
        }
        self._requests = {kind.name: cycle(kind.requests) for kind in plan.kinds}
        self._batches = cycle(plan.stream)
        self._chance = random.Random(7)  # noqa: S311 - no secret
        self._under_way: set[asyncio.Task[None]] = set()
        self.outcomes: list[Outcome] = []

    async def run(self, phase: Phase) -> None:
        """Has one phase."""
        begin = time.perf_counter()
        streaming = asyncio.create_task(self._stream(phase, begin))
        if phase.in_flight:
            await asyncio.gather(*(self._call_on(phase, begin) for _ in range(phase.in_flight)))
        else:
            await self._call_at_times(phase, begin)
        streaming.cancel()
        with suppress(asyncio.CancelledError):
            await streaming

    async def _call_on(self, phase: Phase, begin: float) -> None:
        while time.perf_counter() < begin + phase.seconds:
            await self._call(phase, begin, self._kind())

    async def _call_at_times(self, phase: Phase, begin: float) -> None:
        calls: set[asyncio.Task[None]] = set()
        due = begin
        while (due := due + self._chance.expovariate(phase.rate)) < begin + phase.seconds:
            early = due - time.perf_counter()
            if early > 0:
                await asyncio.sleep(early)
            elif early < -_LATE_SECONDS:
                continue  # this process does not keep up: to make up for it would be more than was asked for
            call = asyncio.create_task(self._call(phase, begin, self._kind()))
            calls.add(call)
            call.add_done_callback(calls.discard)
        # The next phase does not wait for them.
        self._under_way |= calls

    async def _call(self, phase: Phase, begin: float, kind: Kind) -> None:
        call, request = next(self._calls[kind.name]), next(self._requests[kind.name])
        at = time.perf_counter()
        try:
            await call(request, timeout=PATIENCE)
            code = "OK"
        except grpc.aio.AioRpcError as error:
            code = error.code().name
        self._note(phase, kind.name, begin, at, code)

    async def _stream(self, phase: Phase, begin: float) -> None:
        """Sends batches on a stream at a fixed rate, and notes how long each waits for its answer."""
        if not phase.batches:
            return
        call = next(self._channels).stream_stream(SERVICE + "BatchIngestArticles")()
        sent: asyncio.Queue[float] = asyncio.Queue()

        async def answered() -> None:
            while True:
                at = await sent.get()
                code = "OK"
                try:
                    if await call.read() is grpc.aio.EOF:
                        code = (await call.code()).name
                except grpc.aio.AioRpcError as error:
                    code = error.code().name
                self._note(phase, "stream batch", begin, at, code)

        answers = asyncio.create_task(answered())
        try:
            while True:
                sent.put_nowait(time.perf_counter())
                await call.write(next(self._batches))
                await asyncio.sleep(1 / phase.batches)
        finally:
            answers.cancel()
            call.cancel()

    def _kind(self) -> Kind:
        return self._chance.choices(self._plan.kinds, [kind.share for kind in self._plan.kinds])[0]

    def _note(self, phase: Phase, kind: str, begin: float, at: float, code: str) -> None:
        self.outcomes.append(Outcome(phase.name, kind, at - begin, time.perf_counter() - at, code))


async def main(address: str, plan: Plan) -> list[Outcome]:
    """Has all phases, whose names it prints as they begin; returns what came of the calls."""
    options = [("grpc.use_local_subchannel_pool", 1)]  # a connection for each channel
    channels = [grpc.aio.insecure_channel(address, options) for _ in range(_CHANNELS)]
    for channel in channels:
        await channel.channel_ready()
    offering = _Offering(plan, channels)
    for phase in plan.phases:
        print(phase.name, flush=True)
        await offering.run(phase)
    await asyncio.sleep(PATIENCE)
    for channel in channels:
        await channel.close()
    return offering.outcomes


if __name__ == "__main__":
    given = pickle.loads(Path(sys.argv[2]).read_bytes())  # noqa: S301 - our own
    Path(sys.argv[3]).write_bytes(
        pickle.dumps([astuple(each) for each in asyncio.run(main(sys.argv[1], given))])
    )

"""Calls a service from a process of its own, so many calls in flight, and prints what came of it as JSON.

    python bench/calling.py ADDRESS METHOD IN_FLIGHT SECONDS [REQUESTS]

REQUESTS: a file of requests, pickled as a list of bytes; they are sent in turn. Without: empty ones. Messages are neither
made nor read here, so that the service is what is measured.
"""

import asyncio
import json
import pickle
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import grpc


async def main(requests: Iterator[bytes], address: str, method: str, in_flight: str, seconds: str) -> None:
    taken: list[float] = []

    async def call_on() -> None:
        while (begin := time.perf_counter()) < end:
            await call(next(requests))
            taken.append(time.perf_counter() - begin)

    async with grpc.aio.insecure_channel(address) as channel:
        await channel.channel_ready()
        call = channel.unary_unary(method)
        begin = time.perf_counter()
        end = begin + float(seconds)
        await asyncio.gather(*(call_on() for _ in range(int(in_flight))))
    elapsed = time.perf_counter() - begin
    taken.sort()
    quantiles = {name: 1_000 * taken[int(share * len(taken))] for name, share in _QUANTILES.items()}
    print(json.dumps({"rate": len(taken) / elapsed, "calls": len(taken)} | quantiles))


_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

if __name__ == "__main__":
    some = pickle.loads(Path(sys.argv[5]).read_bytes()) if len(sys.argv) > 5 else [b""]  # noqa: S301 - our own
    asyncio.run(main(cycle(some), *sys.argv[1:5]))

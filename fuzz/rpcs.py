"""Fuzzes every RPC of a real service over a real channel, and prints what its calls came to.

    python fuzz/rpcs.py [--requests N] [--seed N]

Ends with exit code 1 if a call ended as none may, an answer was wrong, the log tells of an error, or the service ended.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter

import grpc
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from calling import Fuzzed, Tally, call_all, calls
from serving import Serving, serving

# So many calls are on their way at a time.
_AT_A_TIME = 24
# Hypothesis is asked for so many of these at a time, so that the time is looked at in between.
_EXAMPLES = 100
_SHOWN = 20


def fuzz(address: str, requests: int, seed_number: int = 0) -> Tally:
    """Calls the service at an address with about so many requests, the same for the same seed."""
    tally = Tally()
    with grpc.insecure_channel(address) as channel:
        for number in range(seed_number, sys.maxsize):
            if tally.requests >= requests or tally.failures:
                break
            examples = min(_EXAMPLES, -(-(requests - tally.requests) // _AT_A_TIME))
            for drawn in _drawn(number, examples):
                call_all(channel, drawn, tally)
    return tally


def _drawn(seed_number: int, examples: int) -> list[list[Fuzzed]]:
    """Returns calls to make side by side, for each example."""
    found: list[list[Fuzzed]] = []

    @seed(seed_number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(calls(), min_size=_AT_A_TIME, max_size=_AT_A_TIME))
    def draw(drawn: list[Fuzzed]) -> None:
        found.append(drawn)

    draw()
    return found


def faults(running: Serving) -> list[str]:
    """Returns what the log of a service tells that is no ordinary line."""
    return [line for line in running.lines() if '"level": "info"' not in line]


def main() -> None:
    """Runs it from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="textkin-fuzz-") as folder, serving(folder) as running:
        begin = time.perf_counter()
        tally = fuzz(running.address, arguments.requests, arguments.seed)
        seconds = time.perf_counter() - begin
        alive = running.is_alive()
    wrong = [*tally.failures, *faults(running), *([] if alive else ["the service ended"])]
    by_code: Counter[str] = Counter()
    for (_, code), count in tally.codes.items():
        by_code[code] += count
    print(
        f"RPCs: {tally.requests:,} requests in {tally.codes.total():,} calls, {seconds:.0f} s, {len(wrong)} failures"
    )
    print("  " + ", ".join(f"{code} {count:,}" for code, count in by_code.most_common()))
    for method in sorted({method for method, _ in tally.codes}):
        own = {code: count for (name, code), count in tally.codes.items() if name == method}
        print(f"  {method}: " + ", ".join(f"{code} {count:,}" for code, count in sorted(own.items())))
    for each in wrong[:_SHOWN]:
        print(f"WRONG {each}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

"""Measures what metrics and traces cost a service, in processor time a call, beside a service without.

    python bench/telemetry.py [--rounds 8] [--seconds 4]

The services run side by side and are called in turn, one at a time, so that whatever else the machine does hits all of them.
Counting cannot be turned off: what it takes is measured by itself, as many times as a call does it.
"""

import argparse
import pickle
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from running import Service, service
from searching import reworded, texts
from tables import show
from textkin import Article, Client
from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.telemetry import metrics
from textkin_service.telemetry.steps import SCREENING, Step

_CALLING = Path(__file__).parent / "calling.py"
_IN_FLIGHT = 4
_ARTICLES, _QUERIES = 1_000, 200
_METHODS = {
    "GetServiceInfo": "/textkin.v1.TextkinService/GetServiceInfo",
    "Search": "/textkin.v1.TextkinService/Search",
}
# What an RPC counts, and a search beside it.
_STEPS_A_SEARCH, _COUNTS, _TIMES = 4, 2_000, 50
_METRICS = "127.0.0.1:19464"


class Receiver(trace_service_pb2_grpc.TraceServiceServicer):
    """Takes spans and counts them."""

    def __init__(self) -> None:
        self.spans = 0

    def Export(self, request, context):  # noqa: ANN001, ANN201, ARG002, D102, N802 - the name in its proto
        self.spans += sum(len(each.spans) for part in request.resource_spans for each in part.scope_spans)
        return trace_service_pb2.ExportTraceServiceResponse()


def measure(rounds: int, seconds: float) -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory(prefix="textkin-bench-") as folder, ExitStack() as stack:
        receiver, endpoint = stack.enter_context(_receiver())
        traced = {"TEXTKIN_TRACING": "yes", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        some = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.01"}
        services = {
            "without": stack.enter_context(service()),
            "metrics, read every second": stack.enter_context(service(TEXTKIN_METRICS_LISTEN=_METRICS)),
            "one in 100 traced": stack.enter_context(service(**traced, **some)),
            "all traced": stack.enter_context(service(**traced)),
        }
        stack.enter_context(_scraping())
        requests = _filled(list(services.values()), Path(folder))
        taken: dict[tuple[str, str], list[float]] = {}
        for _ in range(rounds):
            for method, path in requests.items():
                for name, running in services.items():
                    taken.setdefault((method, name), []).append(_milliseconds(running, method, path, seconds))
        rows = []
        for method in requests:
            for name in services:
                times = zip(taken[method, name], taken[method, "without"], strict=True)
                ratio = median(mine / plain for mine, plain in times)
                rows.append((method, name, f"{median(taken[method, name]):.3f}", f"{ratio:.3f}"))
        show("Processor time of a call", ("call", "service", "ms", "times that without"), rows)
        print(f"\n{receiver.spans:,} spans were received.\n")
        _show_counting({method: median(taken[method, "without"]) for method in requests})


def _show_counting(milliseconds: dict[str, float]) -> None:
    """Prints what counting takes of a call."""
    counted = {"GetServiceInfo": _of_an_rpc, "Search": _of_a_search}
    rows = []
    for method, count in counted.items():
        microseconds = min(_microseconds(count) for _ in range(_TIMES))
        rows.append((method, f"{microseconds:.1f}", f"{microseconds / 10 / milliseconds[method]:.2f}"))
    show("Counting", ("call", "us", "% of its processor time"), rows)


def _microseconds(count: Callable[[], None]) -> float:
    begin = time.thread_time()
    for _ in range(_COUNTS):
        count()
    return (time.thread_time() - begin) / _COUNTS * 1e6


def _of_an_rpc() -> None:
    metrics.series(metrics.RPCS_IN_FLIGHT, "Search").inc()
    metrics.series(metrics.RPCS_IN_FLIGHT, "Search").dec()
    metrics.series(metrics.RPC_SECONDS, "Search").observe(0.01)
    metrics.series(metrics.RPCS, "Search", "OK").inc()


def _of_a_search() -> None:
    _of_an_rpc()
    for _ in range(_STEPS_A_SEARCH):
        with Step(SCREENING):
            pass
    metrics.series(metrics.OUTLINES, "hit").inc(11)
    metrics.series(metrics.OUTLINES, "miss").inc(0)
    metrics.SEARCHES.inc()
    metrics.SEARCH_CANDIDATES.observe(11)
    metrics.CANDIDATES_COMPARED.inc(2)
    metrics.series(metrics.MATCHES, "rewrite").inc()


@contextmanager
def _receiver() -> Iterator[tuple[Receiver, str]]:
    receiver, server = Receiver(), grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(receiver, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield receiver, f"http://127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


@contextmanager
def _scraping() -> Iterator[None]:
    """Reads the metrics every second."""
    ending = threading.Event()

    def scrape() -> None:
        while not ending.wait(1):
            with urllib.request.urlopen(f"http://{_METRICS}/metrics") as answer:
                answer.read()

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _filled(services: list[Service], folder: Path) -> dict[str, Path]:
    """Ingests the samples everywhere; returns the files of requests by method."""
    found = list(texts(_ARTICLES))
    for running in services:
        with Client(running.address) as client:
            list(client.ingest_many(Article(id=f"{n}", text=text) for n, text in enumerate(found)))
    searches = [
        pb.SearchRequest(inline=pb.InlineText(text=text)).SerializeToString() for text in _reworded(found)
    ]
    files = {"GetServiceInfo": [b""], "Search": searches}
    for method, requests in files.items():
        (folder / method).write_bytes(pickle.dumps(requests))
    return {method: folder / method for method in files}


def _reworded(found: list[str]) -> list[str]:
    return [reworded(text, seed) for seed, text in enumerate(found[:_QUERIES])]


def _milliseconds(running: Service, method: str, requests: Path, seconds: float) -> float:
    """Returns the processor time that a service takes for a call."""
    before = running.processor_seconds()
    command = [
        sys.executable,
        _CALLING,
        running.address,
        _METHODS[method],
        str(_IN_FLIGHT),
        str(seconds),
        requests,
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    calls = int(told.split('"calls": ')[1].split(",")[0])
    return (running.processor_seconds() - before) / calls * 1_000


def main() -> None:
    """Reads the arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4)
    given = parser.parse_args()
    measure(given.rounds, given.seconds)


if __name__ == "__main__":
    main()

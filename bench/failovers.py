"""Ends masters of a cluster, and services over it, with kill -9 while clients ingest and search, and looks what they met.

    python bench/failovers.py --kills 20

Two services share a cluster of three masters with two replicas each, and acknowledge what one replica has. One kill in four
takes a service, the others the master that has the collection: as it stands, or while one or both of its replicas do not hear
from it. What was killed is started again once the rest answers, and no master is killed before the cluster has put the election
before behind it. Callers with retries use the client library, with the addresses of both services; those without call each
service by itself.
"""

import argparse
import itertools
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import grpc

from tables import show
from textkin import Article, Client, TextkinError
from textkin.v1 import article_pb2
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from redis_cluster import RedisCluster, redis_cluster

_REPLICAS = 2
# Of the collection that all use: the first that there is.
_STATE = "textkin:{1}:state"
# No failover, and no start, takes nearly as long.
_PATIENCE_SECONDS = 120.0
_LOOK_SECONDS = 0.005
_CALL_SECONDS = 60.0
_ACKNOWLEDGED_BEFORE = 100
_STREAMED = 500
# While nobody hears a master, changes wait; without --store-replicas they are acknowledged.
_UNHEARD_SECONDS = 0.5
# A replica that stood for an election stands at once in one that follows within so many node timeouts, even if another has
# more: Redis plans anew only after that time (cluster.c, auth_retry_time).
_TIMEOUTS_OF_AN_ELECTION = 4
_SERVICE = "a service"
# What is killed, in turn; of a master, from how many replicas it is cut off before.
_KINDS = {
    "a master, unheard by its replicas": 2,
    _SERVICE: 0,
    "a master": 0,
    "a master, unheard by one replica": 1,
}
_SYLLABLES = [
    first + second
    for first in ("ba", "co", "di", "fu", "gre", "hal")
    for second in ("lin", "mo", "rat", "ven")
]


def _text(name: str) -> str:
    """Returns an article of its own under a name."""
    draw = random.Random(name)  # noqa: S311 - no secret
    words = ["".join(draw.choices(_SYLLABLES, k=2)) for _ in range(54)]
    sentences = [" ".join(words[at : at + 9]).capitalize() for at in range(0, len(words), 9)]
    return ". ".join([*sentences, f"Told by {name}"]) + "."


class Service:
    """A service process at a port of its own."""

    def __init__(self, store: str, waited_for: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self._command = [sys.executable, "-m", "textkin_service", "--store", store, "--listen", self.address]
        self._command += ["--store-replicas", str(waited_for), "--log-level", "error"]
        self.start()

    def start(self) -> None:
        """Starts it; calls reach it once it serves."""
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.wait()


@dataclass(slots=True)
class Tally:
    """What callers met. `calls`: of each caller when the last call that was answered began."""

    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[tuple[str, str]] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    missed: set[str] = field(default_factory=set)
    calls: dict[str, float] = field(default_factory=dict)
    kind: str = ""


class Callers:
    """Threads that call until they are stopped."""

    def __init__(self, tally: Tally, services: list[Service]) -> None:
        self._tally = tally
        self._stopped = threading.Event()
        both = ",".join(each.address for each in services)
        self.with_retries = [f"{what} {i}" for what in ("ingest", "search") for i in range(2)]
        self.without = [f"raw {each.address}" for each in services]
        self._threads = [
            *(threading.Thread(target=self._ingest, args=(f"ingest {i}", both)) for i in range(2)),
            *(threading.Thread(target=self._search, args=(f"search {i}", both)) for i in range(2)),
            *(
                threading.Thread(target=self._call, args=(f"raw {each.address}", each.address))
                for each in services
            ),
            *(
                threading.Thread(target=self._stream, args=(f"stream {each.address}", each.address))
                for each in services
            ),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Waits for the calls under way."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _ingest(self, name: str, address: str) -> None:
        """Ingests by the client library, some articles twice."""
        with Client(address, timeout=_CALL_SECONDS) as client:
            for number in itertools.count():
                of = f"{name} {number - (number % 4 == 1)}"
                article = Article(of, _text(of))
                if self._with_retries(name, partial(client.ingest, article)) is not None:
                    self._tally.acknowledged.append(article.id)
                if self._stopped.is_set():
                    return

    def _search(self, name: str, address: str) -> None:
        """Searches, by the client library, for what was acknowledged."""
        draw = random.Random(name)  # noqa: S311 - no secret
        with Client(address, timeout=_CALL_SECONDS) as client:
            while not self._stopped.is_set():
                known = self._tally.acknowledged
                sought = known[draw.randrange(len(known))] if known else ""
                found = self._with_retries(name, partial(client.search, _text(sought)))
                if found is not None and sought and sought not in {each.article_id for each in found.matches}:
                    self._tally.missed.add(sought)

    def _with_retries(self, name: str, call: Callable[[], Any]) -> Any:
        begin = time.monotonic()
        try:
            answer = call()
        except TextkinError as error:
            self._tally.reached[f"{error.code} {error.reason}"] += 1
            return None
        self._tally.calls[name] = begin
        return answer

    def _call(self, name: str, address: str) -> None:
        """Ingests and searches in turn, without any retry."""
        with grpc.insecure_channel(address, [("grpc.enable_retries", 0)]) as channel:
            stub = pb_grpc.TextkinServiceStub(channel)
            for number in itertools.count():
                article = article_pb2.Article(id=f"{name} {number}", text=_text(f"{name} {number}"))
                query = pb.SearchRequest()
                query.inline.text = article.text
                begin = time.monotonic()
                try:
                    stub.IngestArticle(pb.IngestArticleRequest(article=article), timeout=_CALL_SECONDS)
                    self._tally.acknowledged.append(article.id)
                    stub.Search(query, timeout=_CALL_SECONDS)
                    self._tally.calls[name] = begin
                except grpc.RpcError as error:
                    self._tally.statuses[self._tally.kind, error.code().name] += 1
                    self._stopped.wait(_LOOK_SECONDS)
                if self._stopped.is_set():
                    return

    def _stream(self, name: str, address: str) -> None:
        """Ingests in streams, which the client library does not repeat."""
        numbers = itertools.count()

        def articles() -> Iterator[Article]:
            for number in itertools.islice(numbers, _STREAMED):
                if self._stopped.wait(_LOOK_SECONDS):
                    return
                yield Article(f"{name} {number}", _text(f"{name} {number}"))

        with Client(address) as client:
            while not self._stopped.is_set():
                try:
                    for each in client.ingest_many(articles()):
                        if each.error is None:
                            self._tally.acknowledged.append(each.article_id)
                        else:
                            self._tally.statuses[self._tally.kind, each.error.code] += 1
                except TextkinError as error:
                    self._tally.statuses[self._tally.kind, error.code] += 1


class Trial:
    """Kills one after the other, and what came of each kind. `_elected`: when the last failover was over."""

    def __init__(self, cluster: RedisCluster, kills: int, seed: int, waited_for: int) -> None:
        self._cluster = cluster
        self._kills = kills
        self._draw = random.Random(seed)  # noqa: S311 - no secret
        self.tally = Tally()
        self.kills: Counter[str] = Counter()
        self.lost: set[str] = set()
        self.again: dict[str, list[float]] = {kind: [] for kind in _KINDS}
        self._elected = float("-inf")
        self._services = [Service(cluster.url, waited_for) for _ in range(2)]

    def run(self) -> None:
        """Kills, and in the end compares what is there with what was acknowledged."""
        try:
            for service in self._services:
                _wait_for(partial(_answers, service.address), "a service")
            callers = Callers(self.tally, self._services)
            try:
                for kind in itertools.islice(itertools.cycle(_KINDS), self._kills):
                    self._kill(kind, callers)
            finally:
                callers.stop()
            for service in self._services:
                with Client(service.address) as client:
                    there = {article.id for article in client.list(page_size=1_000)}
                self.lost |= set(self.tally.acknowledged) - there
        finally:
            for service in self._services:
                service.kill()

    def _kill(self, kind: str, callers: Callers) -> None:
        self._all_answered(callers, time.monotonic())
        self._some_acknowledged()
        time.sleep(self._draw.uniform(0, 0.2))
        self.tally.kind = kind
        self.kills[kind] += 1
        if kind == _SERVICE:
            self._kill_service(callers)
        else:
            self._kill_master(kind, callers)

    def _kill_service(self, callers: Callers) -> None:
        service = self._draw.choice(self._services)
        begin = time.monotonic()
        service.kill()
        _wait_for(lambda: self._answered(callers.with_retries, begin), "callers with retries")
        self.again[_SERVICE].append(time.monotonic() - begin)
        service.start()
        self._all_answered(callers, begin)

    def _kill_master(self, kind: str, callers: Callers) -> None:
        cluster = self._cluster
        apart = _TIMEOUTS_OF_AN_ELECTION * cluster.node_timeout / 1_000
        time.sleep(max(0.0, self._elected + apart - time.monotonic()))
        master = cluster.master_of(_STATE)
        deaf = cluster.fed_by(master)[: _KINDS[kind]]
        for node in deaf:
            node.process.send_signal(signal.SIGSTOP)
        if deaf:
            with master.client() as client:
                client.execute_command("CLIENT KILL TYPE replica")
            _wait_for(lambda: len(cluster.fed_by(master)) == _REPLICAS - len(deaf), "the replica that hears")
            if len(deaf) < _REPLICAS:
                self._some_acknowledged()
            else:
                time.sleep(_UNHEARD_SECONDS)
        begin = time.monotonic()
        master.kill()
        for node in deaf:
            node.process.send_signal(signal.SIGCONT)
        self._all_answered(callers, begin)
        self._elected = time.monotonic()
        self.again[kind].append(self._elected - begin)
        master.start()
        _wait_for(
            lambda: len(cluster.fed_by(cluster.master_of(_STATE))) == _REPLICAS, "the killed node's return"
        )

    def _some_acknowledged(self) -> None:
        enough = len(self.tally.acknowledged) + _ACKNOWLEDGED_BEFORE
        _wait_for(lambda: len(self.tally.acknowledged) >= enough, "acknowledgements")

    def _all_answered(self, callers: Callers, since: float) -> None:
        _wait_for(lambda: self._answered(callers.with_retries + callers.without, since), "all callers")

    def _answered(self, names: list[str], since: float) -> bool:
        """Whether a call of each that began after `since` was answered."""
        return all(self.tally.calls.get(name, 0.0) > since for name in names)


def _wait_for(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > end:
            raise SystemExit(f"waited {_PATIENCE_SECONDS:.0f} s in vain for {what}")
        time.sleep(_LOOK_SECONDS)


def _answers(address: str) -> bool:
    try:
        with Client(address) as client:
            client.info(timeout=1)
    except TextkinError:
        return False
    return True


def main() -> None:
    """Prints the table; exit code 1 if anything acknowledged was lost, or an error was met that nobody may meet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--node-timeout", type=int, default=1_500, help="of the cluster, in milliseconds")
    parser.add_argument(
        "--store-replicas", type=int, default=1, help="of the services; with 0 some may be lost"
    )
    given = parser.parse_args()
    begin = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="textkin-failovers-") as folder,
        redis_cluster(Path(folder) / "redis", node_timeout=given.node_timeout, replicas=_REPLICAS) as cluster,
    ):
        trial = Trial(cluster, given.kills, given.seed, given.store_replicas)
        trial.run()
    tally = trial.tally
    show(
        f"Kill -9, {given.kills} times, a node missed after {given.node_timeout} ms, seed {given.seed}",
        ("killed", "times", "statuses met without retries", "answered again after, median", "longest"),
        [
            (
                kind,
                trial.kills[kind],
                ", ".join(f"{code} {n}" for (of, code), n in tally.statuses.items() if of == kind) or "none",
                f"{median(seconds):.1f} s",
                f"{max(seconds):.1f} s",
            )
            for kind, seconds in trial.again.items()
            if seconds
        ],
    )
    met = {code for _, code in tally.statuses}
    show(
        f"What came of it, in {time.monotonic() - begin:.0f} s",
        ("what", "how many"),
        [
            ("acknowledged ingests", len(tally.acknowledged)),
            ("lost", len(trial.lost)),
            ("acknowledged and not found by a search", len(tally.missed)),
            ("errors that reached callers with retries", tally.reached.total()),
            ("statuses but UNAVAILABLE without retries", len(met - {"UNAVAILABLE"})),
        ],
    )
    for error, count in tally.reached.items():
        print(f"{count} times {error} reached a caller with retries", file=sys.stderr)
    sys.exit(1 if trial.lost or tally.missed or tally.reached or met - {"UNAVAILABLE"} else 0)


if __name__ == "__main__":
    main()

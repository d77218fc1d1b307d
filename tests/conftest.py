"""Fixtures that start real service processes, and give each test a collection of its own."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from redis_cluster import RedisCluster, installed, redis_cluster
from textkin.v1 import collection_pb2, textkin_service_pb2, textkin_service_pb2_grpc

# Bounds how long a test waits for something that never comes; nothing that works takes nearly as long.
PATIENCE_SECONDS = 180


def pytest_sessionstart() -> None:
    """Has what tests start hear an interrupt, also where the tests were started in the background, which ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On CI a skipped test fails the run: the machine has, or installs, all that tests need."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Service:
    """A service process. `lines` are its log lines, as parsed; all of them once the process has ended."""

    def __init__(self, data: Path, flags: dict[str, Any], environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.lines: list[dict[str, Any]] = []
        self.raw: list[str] = []
        self.address = ""
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        command = [sys.executable, "-m", "textkin_service", "--data", str(data), "--listen", "127.0.0.1:0"]
        for name, value in flags.items():
            command += [f"--{name.replace('_', '-')}", str(value)]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("TEXTKIN_")}
        self.process = subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=clean | (environment or {}),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.raw.append(line.rstrip("\n"))
            try:
                event = json.loads(line)
            except ValueError:
                continue
            self.lines.append(event)
            self._events.put(event)
        self._events.put(None)

    def wait_for(self, name: str) -> dict[str, Any]:
        """Returns the next log line of that event; fails when the process ends without one."""
        while (event := self._events.get(timeout=PATIENCE_SECONDS)) is not None:
            if event.get("event") == name:
                return event
        raise AssertionError(f"the service ended without {name!r}: " + "\n".join(self.raw[-20:]))

    def wait_ready(self) -> "Service":
        """Waits until it serves; `address` is known from then on."""
        self.address = self.wait_for("serving")["address"]
        return self

    def _join(self) -> int:
        code = self.process.wait(timeout=PATIENCE_SECONDS)
        self._reader.join(timeout=PATIENCE_SECONDS)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends it as an operator does, and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self._join()

    def kill(self) -> None:
        """Ends it as a power cut does."""
        self.process.kill()
        self._join()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for the whole session. Tests keep apart by collections of their own."""
    running = Service(tmp_path_factory.mktemp("service"), {})
    try:
        yield running.wait_ready()
    finally:
        running.stop()


@pytest.fixture
def service_factory(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Makes services of the test's own, ready unless `wait=False`: `service_factory(data=folder, max_matches=5)`."""
    made: list[Service] = []

    def make(
        data: Path = tmp_path / "data",
        *,
        wait: bool = True,
        environment: dict[str, str] | None = None,
        **flags: Any,
    ) -> Service:
        made.append(Service(data, flags, environment))
        return made[-1].wait_ready() if wait else made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture(scope="module")
def module_service_factory() -> Iterator[Callable[..., Service]]:
    """Makes services of a module's own, ready: `module_service_factory(folder, max_matches=5)`."""
    made: list[Service] = []

    def make(data: Path, **flags: Any) -> Service:
        made.append(Service(data, flags))
        return made[-1].wait_ready()

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def channel(service: Service) -> Iterator[grpc.Channel]:
    """A channel to the session's service."""
    with grpc.insecure_channel(service.address) as open_channel:
        yield open_channel


@pytest.fixture
def stub(channel: grpc.Channel) -> textkin_service_pb2_grpc.TextkinServiceStub:
    """The generated stub over `channel`."""
    return textkin_service_pb2_grpc.TextkinServiceStub(channel)


@pytest.fixture
def collection(stub: textkin_service_pb2_grpc.TextkinServiceStub) -> Iterator[str]:
    """The id of a new, empty collection of the session's service."""
    name = f"test-{uuid.uuid4().hex[:16]}"
    request = textkin_service_pb2.CreateCollectionRequest(collection=collection_pb2.Collection(id=name))
    stub.CreateCollection(request, timeout=PATIENCE_SECONDS)
    yield name
    forget = textkin_service_pb2.DeleteCollectionRequest(collection_id=name, force=True)
    try:
        stub.DeleteCollection(forget, timeout=PATIENCE_SECONDS)
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.NOT_FOUND  # noqa: PT017 - the test may have deleted it


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """A Redis Cluster for the whole session. Tests keep apart by prefixes of their own."""
    if not installed():
        pytest.skip("redis-server is not installed")
    with redis_cluster(tmp_path_factory.mktemp("redis")) as running:
        yield running

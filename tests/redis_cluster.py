"""A real Redis Cluster on this machine: three masters and a replica of each, by Debian's redis-server."""

import contextlib
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

MASTERS = 3


class Node:
    """A server process."""

    def __init__(self, folder: Path, port: int, bus: int, node_timeout: int) -> None:
        folder.mkdir(parents=True)
        self.port = port
        self.process = subprocess.Popen(
            [
                "redis-server",
                *("--port", str(port), "--cluster-port", str(bus), "--bind", "127.0.0.1"),
                *("--cluster-enabled", "yes", "--cluster-node-timeout", str(node_timeout)),
                *("--dir", str(folder), "--save", "", "--appendonly", "no", "--logfile", "log"),
                *("--repl-diskless-sync-delay", "0"),
            ],
            stdout=subprocess.DEVNULL,
        )

    def client(self) -> redis.Redis:
        """A connection that waits until the server is there."""
        return redis.Redis(
            port=self.port, retry=Retry(ConstantBackoff(0.05), 200), retry_on_error=[redis.ConnectionError]
        )

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Ends it."""
        self.process.send_signal(number)
        self.process.wait(60)


class RedisCluster:
    """The nodes; the first three are the masters."""

    def __init__(self, folder: Path, node_timeout: int) -> None:
        ports = _free_ports(4 * MASTERS)
        self.nodes = [
            Node(folder / str(port), port, bus, node_timeout)
            for port, bus in zip(ports[::2], ports[1::2], strict=True)
        ]
        self.addresses = [("127.0.0.1", node.port) for node in self.nodes]
        for node in self.nodes:
            with contextlib.closing(node.client()) as client:
                client.ping()
        subprocess.run(
            [
                "redis-cli",
                *("--cluster", "create", *(f"{host}:{port}" for host, port in self.addresses)),
                *("--cluster-replicas", "1", "--cluster-yes"),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )

    @property
    def url(self) -> str:
        """As `--store` takes it."""
        return "redis://" + ",".join(f"{host}:{port}" for host, port in self.addresses)

    def stop(self) -> None:
        """Ends all nodes."""
        for node in self.nodes:
            if node.process.poll() is None:
                node.kill()


def installed() -> bool:
    """Whether the server is on this machine."""
    return shutil.which("redis-server") is not None and shutil.which("redis-cli") is not None


@contextlib.contextmanager
def redis_cluster(folder: Path, *, node_timeout: int = 5_000) -> Iterator[RedisCluster]:
    """A cluster, ended with the block. `node_timeout`: milliseconds until a node that says nothing counts as gone."""
    cluster = RedisCluster(folder, node_timeout)
    try:
        yield cluster
    finally:
        cluster.stop()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()

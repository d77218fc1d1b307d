"""A real Redis Cluster on this machine: three masters and replicas of each, by Debian's redis-server."""

import contextlib
import shutil
import signal
import socket
import subprocess
import time
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
        self._command = [
            "redis-server",
            *("--port", str(port), "--cluster-port", str(bus), "--bind", "127.0.0.1"),
            *("--cluster-enabled", "yes", "--cluster-node-timeout", str(node_timeout)),
            *("--dir", str(folder), "--save", "", "--appendonly", "no", "--logfile", "log"),
            # Each replica stays with its master.
            *("--repl-diskless-sync-delay", "0", "--cluster-allow-replica-migration", "no"),
        ]
        self.start()

    def start(self) -> None:
        """Starts it, again after its end: without data, and as what it was in the cluster."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)

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
    """The nodes; the first three are the masters, to begin with. `node_timeout`: in milliseconds."""

    def __init__(self, folder: Path, node_timeout: int, replicas: int) -> None:
        self.node_timeout = node_timeout
        ports = _free_ports(2 * MASTERS * (1 + replicas))
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
                *("--cluster-replicas", str(replicas), "--cluster-yes"),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        for node in self.nodes[:MASTERS]:
            while len(self.fed_by(node)) < replicas:
                time.sleep(0.02)

    @property
    def url(self) -> str:
        """As `--store` takes it."""
        return "redis://" + ",".join(f"{host}:{port}" for host, port in self.addresses)

    def master_of(self, key: str) -> Node:
        """Returns the node that has a key, as one that runs says."""
        asked = next(node for node in self.nodes if node.process.poll() is None)
        with asked.client() as client:
            slot = client.execute_command("CLUSTER KEYSLOT", key)
            for low, high, (_, port, *_), *_ in client.execute_command("CLUSTER SLOTS"):
                if low <= slot <= high:
                    return self._at(port)
        raise AssertionError(f"no node serves slot {slot}")

    def replicas_of(self, key: str) -> list[Node]:
        """Returns the replicas that the node that has a key feeds."""
        return self.fed_by(self.master_of(key))

    def fed_by(self, node: Node) -> list[Node]:
        """Returns the replicas that a node feeds; none while it is one itself."""
        with node.client() as client:
            role, _, replicas, *_ = client.execute_command("ROLE")
        return [self._at(int(port)) for _, port, _ in replicas] if role == b"master" else []

    def _at(self, port: int) -> Node:
        return next(node for node in self.nodes if node.port == port)

    def stop(self) -> None:
        """Ends all nodes."""
        for node in self.nodes:
            if node.process.poll() is None:
                node.kill()


def installed() -> bool:
    """Whether the server is on this machine."""
    return shutil.which("redis-server") is not None and shutil.which("redis-cli") is not None


@contextlib.contextmanager
def redis_cluster(folder: Path, *, node_timeout: int = 5_000, replicas: int = 1) -> Iterator[RedisCluster]:
    """A cluster, ended with the block. `node_timeout`: milliseconds until a node that says nothing counts as gone.

    `replicas`: of each master.
    """
    cluster = RedisCluster(folder, node_timeout, replicas)
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

"""Commands to the nodes of a cluster, many at a time: one pipelined round trip to each node that has a part in it.

redis-py finds the nodes, connects, and follows the cluster as it changes. Its own pipeline for clusters takes ten times as long
as the wire for the hundreds of small commands of a search; so they are written to, and read from, its connections here.
"""

import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from redis import exceptions
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import Connection
from redis.crc import key_slot

from textkin_service.errors import StoreError
from textkin_service.store.refusals import closing

Value = str | bytes | int

# While nodes fail over, commands are tried again for so long, with pauses that grow.
_PATIENCE_SECONDS = 15.0
# A node that takes longer to be connected to, or to answer, counts as gone.
_CONNECT_SECONDS, _ANSWER_SECONDS = 2.0, 5.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.01, 0.5
_MOVING = (
    exceptions.MovedError,
    exceptions.AskError,
    exceptions.TryAgainError,
    exceptions.ClusterDownError,
    exceptions.MasterDownError,
    exceptions.ReadOnlyError,
    exceptions.SlotNotCoveredError,
)
_BROKEN = (exceptions.ConnectionError, exceptions.TimeoutError)
_ANY = (exceptions.RedisError, exceptions.RedisClusterException)


@dataclass(frozen=True, slots=True)
class Command:
    """A command and its arguments; the node is that of `key`. `otherwise`: what to send where a script is not known."""

    key: str
    words: tuple[Value, ...]
    otherwise: tuple[Value, ...] = ()


def command(name: str, key: str, *arguments: Value) -> Command:
    """Returns a command whose first argument is a key."""
    return Command(key, (name, key, *arguments))


class Script:
    """A script that nodes run, from a file beside this module."""

    def __init__(self, file: str) -> None:
        self._source = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
        self._sha1 = hashlib.sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    def on(self, keys: Sequence[str], *arguments: Value) -> Command:
        """Returns the command that runs it; all keys are of one slot."""
        rest = (len(keys), *keys, *arguments)
        return Command(keys[0], ("EVALSHA", self._sha1, *rest), ("EVAL", self._source, *rest))


class Cluster:
    """A connection to a cluster. Safe for threads. StoreError (STORE_UNAVAILABLE) while it does not answer."""

    def __init__(self, addresses: Sequence[tuple[str, int]], **options: Any) -> None:
        """`options`: as `redis.Redis` takes them."""
        try:
            self._redis = RedisCluster(
                startup_nodes=[ClusterNode(host, port) for host, port in addresses],
                protocol=2,  # lists as they come
                socket_connect_timeout=_CONNECT_SECONDS,
                socket_timeout=_ANSWER_SECONDS,
                **options,
            )
        except _ANY as error:
            # Whoever starts the service is told what redis-py says, of a wrong password for example.
            raise StoreError(f"the cluster cannot be used: {error}", reason="STORE_UNAVAILABLE") from error
        self._refreshing = threading.Lock()
        self._refreshed = 0
        self._closed = False

    def close(self) -> None:
        """Closes all connections."""
        self._closed = True
        self._redis.close()

    def run(self, commands: Sequence[Command]) -> list[Any]:
        """Returns the reply to each command. NotReady once closed; StoreError; redis.ResponseError for what is no command.

        One whose connection broke may have run, and is run again.
        """
        if self._closed:
            raise closing()
        commands = list(commands)
        replies: list[Any] = [None] * len(commands)
        left = list(range(len(commands)))
        until = time.monotonic() + _PATIENCE_SECONDS
        pause = _FIRST_PAUSE_SECONDS
        while True:
            topology = self._refreshed
            failed: list[int] = []
            # All of them, before any is looked at: a connection is given back once everything was read of it.
            for at, reply in list(self._attempt(commands, left)):
                if isinstance(reply, _MOVING + _BROKEN):
                    failed.append(at)
                elif isinstance(reply, exceptions.NoScriptError) and commands[at].otherwise:
                    commands[at] = Command(commands[at].key, commands[at].otherwise)
                    failed.append(at)
                elif isinstance(reply, exceptions.OutOfMemoryError):
                    raise _full() from reply
                elif isinstance(reply, Exception):
                    raise reply
                replies[at] = reply
            if not failed:
                return replies
            if time.monotonic() > until:
                raise _unavailable(replies[failed[0]])
            left = failed
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            self._refresh(topology)

    def _attempt(self, commands: Sequence[Command], which: Sequence[int]) -> Iterator[tuple[int, Any]]:
        """Sends commands to their nodes, then reads the replies; yields each, or the exception instead."""
        by_node: dict[str, tuple[ClusterNode, list[int]]] = {}
        for at in which:
            try:
                node = self._redis.nodes_manager.get_node_from_slot(key_slot(commands[at].key.encode()))
            except exceptions.SlotNotCoveredError as error:
                yield at, error
                continue
            by_node.setdefault(node.name, (node, []))[1].append(at)
        under_way: list[tuple[ClusterNode, Connection, list[int]]] = []
        for node, places in by_node.values():
            try:
                connection = _connection(self._redis, node)
            except _BROKEN as error:
                yield from ((at, error) for at in places)
                continue
            try:
                connection.send_packed_command(
                    connection.pack_commands([commands[at].words for at in places])
                )
            except _BROKEN as error:
                _give_back(self._redis, node, connection)
                yield from ((at, error) for at in places)
                continue
            under_way.append((node, connection, places))
        for node, connection, places in under_way:
            try:
                yield from _replies(connection, places)
            finally:
                _give_back(self._redis, node, connection)

    def _refresh(self, seen: int) -> None:
        """Asks the cluster for its nodes, unless another thread did since `seen`."""
        with self._refreshing:
            if self._refreshed == seen:
                try:
                    self._redis.nodes_manager.initialize()
                except _ANY:
                    return
                self._refreshed += 1


def _connection(redis: RedisCluster, node: ClusterNode) -> Connection:
    connection: Connection = redis.get_redis_connection(node).connection_pool.get_connection()
    return connection


def _give_back(redis: RedisCluster, node: ClusterNode, connection: Connection) -> None:
    redis.get_redis_connection(node).connection_pool.release(connection)


def _replies(connection: Connection, places: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Reads a reply for each place."""
    broken: Exception | None = None
    for at in places:
        if broken is None:
            try:
                yield at, connection.read_response(disable_decoding=True)
                continue
            except exceptions.ResponseError as error:
                yield at, error
                continue
            except _BROKEN as error:
                broken = error
        yield at, broken


def _full() -> StoreError:
    return StoreError(
        "the store's cluster has no memory left for it; nothing of the change was kept", reason="STORE_FULL"
    )


def _unavailable(error: Exception) -> StoreError:
    refusal = StoreError("the store's cluster does not answer; retry later", reason="STORE_UNAVAILABLE")
    refusal.__cause__ = error
    return refusal

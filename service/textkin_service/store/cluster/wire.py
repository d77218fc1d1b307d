"""Commands to the nodes of a cluster, many at a time: one pipelined round trip to each node that has a part in it.

redis-py finds the nodes, connects, and follows the cluster as it changes. Its own pipeline for clusters takes ten times as long
as the wire for the hundreds of small commands of a search; so they are written to, and read from, its connections here.
"""

import hashlib
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from hiredis import pack_command
from redis import exceptions
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import Connection
from redis.crc import key_slot

from textkin_service.errors import StoreError
from textkin_service.store.refusals import closing
from textkin_service.telemetry.metrics import CLUSTER_ROUND_TRIP_SECONDS, cluster_error

Value = str | bytes | int

_packed = cast("Callable[[tuple[Value, ...]], bytes]", pack_command)

# While nodes fail over, commands are tried again for so long, with pauses that grow.
_PATIENCE_SECONDS = 15.0
# A node that takes longer to be connected to, or to answer, counts as gone.
_CONNECT_SECONDS, _ANSWER_SECONDS = 2.0, 5.0
# A master waits so long for its replicas' word; then the change is sent again, to whichever node has its slot by then.
_WORD_MILLISECONDS = 1_000
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.01, 0.5
# A node that says how the cluster is says so at once.
_LOOK_SECONDS = 1.0
_IN_ORDER = b"cluster_state:ok"


class _TooFewReplicas(Exception):
    """A master did the change, and not enough of its replicas said in time that they have it."""


# The node answers; asking it again is all there is to do. TRYAGAIN: some keys of a slot that moves are here, some there.
_NOT_YET = (_TooFewReplicas, exceptions.TryAgainError)
_BROKEN = (exceptions.ConnectionError, exceptions.TimeoutError)
# Another node may have the slot by now.
_ELSEWHERE = (
    *_BROKEN,
    exceptions.MovedError,
    exceptions.AskError,
    exceptions.ClusterDownError,
    exceptions.MasterDownError,
    exceptions.ReadOnlyError,
    exceptions.SlotNotCoveredError,
)
_ANY = (exceptions.RedisError, exceptions.RedisClusterException)


@dataclass(frozen=True, slots=True)
class Command:
    """A command and its arguments; the node is that of `key`. `otherwise`: what to send where a script is not known.

    `kept`: it is done only once enough replicas have all that its node had written by then. It must be a write, and
    answer the same when it is sent again. `copied`: the same for one replica, if its node has any.
    """

    key: str
    words: tuple[Value, ...]
    otherwise: tuple[Value, ...] = ()
    kept: bool = False
    copied: bool = False


def command(name: str, key: str, *arguments: Value) -> Command:
    """Returns a command whose first argument is a key."""
    return Command(key, (name, key, *arguments))


def kept(name: str, key: str, *arguments: Value) -> Command:
    """Returns a write that replicas are waited for; its first argument is a key."""
    return Command(key, (name, key, *arguments), kept=True)


def copied(commands: Iterable[Command]) -> list[Command]:
    """Returns writes of what will be nowhere else: each is done only once a replica has it, if there is one."""
    return [replace(each, copied=True) for each in commands]


class Script:
    """A script that nodes run, from a file beside this module."""

    def __init__(self, file: str) -> None:
        self._source = resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
        self._sha1 = hashlib.sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    def on(self, keys: Sequence[str], *arguments: Value) -> Command:
        """Returns the command that runs it, a write that replicas are waited for; all keys are of one slot."""
        rest = (len(keys), *keys, *arguments)
        return Command(keys[0], ("EVALSHA", self._sha1, *rest), ("EVAL", self._source, *rest), kept=True)


class Cluster:
    """A connection to a cluster. Safe for threads. StoreError (STORE_UNAVAILABLE) while it does not answer.

    `replicas`: how many replicas must have a change that is to be kept.
    """

    def __init__(self, addresses: Sequence[tuple[str, int]], replicas: int = 0, **options: Any) -> None:
        """`options`: as `redis.Redis` takes them."""
        self.replicas = replicas
        self._addresses = list(addresses)
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
        self._broken = ""
        self._looks = itertools.count()
        self._waiting = threading.local()
        # Nodes to which slots move, before they have any.
        self._newcomers: dict[str, ClusterNode] = {}
        self._closed = False

    def close(self) -> None:
        """Closes all connections."""
        self._closed = True
        self._redis.close()
        for node in self._newcomers.values():
            if node.redis_connection is not None:
                node.redis_connection.close()

    def is_in_order(self) -> bool:
        """Whether a node says within seconds that the cluster is in order; each call asks another of those that have slots."""
        nodes = self._redis.nodes_manager.get_nodes_by_server_type("primary")
        node = nodes[next(self._looks) % len(nodes)]
        try:
            connection = _connection(self._redis, node)
            try:
                connection.send_packed_command(connection.pack_command("CLUSTER", "INFO"))
                return _IN_ORDER in connection.read_response(disable_decoding=True, timeout=_LOOK_SECONDS)
            finally:
                _give_back(self._redis, node, connection)
        except _ANY:
            return False

    def find_nodes(self) -> None:
        """Asks the cluster for its nodes; where none that is known answers, those of the addresses that it was made with."""
        self._refresh(self._refreshed)

    @contextmanager
    def since(self, began: float) -> Iterator[None]:
        """Has this thread wait as one that began to then, by `time.monotonic`: not anew after others who waited in vain."""
        before = getattr(self._waiting, "since", None)
        self._waiting.since = began if before is None else min(before, began)
        try:
            yield
        finally:
            self._waiting.since = before

    def run(self, commands: Sequence[Command]) -> list[Any]:
        """Returns the reply to each command. NotReady once closed; StoreError; redis.ResponseError for what is no command.

        One whose connection broke may have run, and is run again; so is one that too few replicas have.
        """
        if self._closed:
            raise closing()
        commands = list(commands)
        replies: list[Any] = [None] * len(commands)
        left: Sequence[int] = range(len(commands))
        asked: dict[int, ClusterNode] = {}
        until = (getattr(self._waiting, "since", None) or time.monotonic()) + _PATIENCE_SECONDS
        pause = _FIRST_PAUSE_SECONDS
        while True:
            topology = self._refreshed
            errors: dict[int, Exception] = {}
            began = time.monotonic()
            # All of them, before any is looked at: a connection is given back once everything was read of it.
            for at, reply in list(self._attempt(commands, left, asked)):
                replies[at] = reply
                if isinstance(reply, Exception):
                    errors[at] = reply
                    cluster_error(reply)
            CLUSTER_ROUND_TRIP_SECONDS.observe(time.monotonic() - began)
            self._read_apart(commands, replies, errors)
            if not errors:
                return replies
            left = sorted(errors)
            failed = _but_unknown_scripts(commands, errors)
            # Of a slot that moves, what has left the old node is asked of the new one, once.
            asked = {
                at: self._node(error.host, error.port)
                for at, error in failed.items()
                if isinstance(error, exceptions.AskError) and at not in asked
            }
            failed = {at: error for at, error in failed.items() if at not in asked}
            if failed:
                self._bear(failed.values(), until)
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            # A node whose replicas do not answer may have others by now, or none.
            if any(isinstance(error, (*_ELSEWHERE, _TooFewReplicas)) for error in failed.values()):
                self._refresh(topology)

    def _read_apart(
        self, commands: Sequence[Command], replies: list[Any], errors: dict[int, Exception]
    ) -> None:
        """Reads one by one, each where it is, the keys that are read together and of which some have moved and some not yet."""
        for at, error in list(errors.items()):
            name, *keys = commands[at].words
            if isinstance(error, exceptions.TryAgainError) and name == "MGET":
                replies[at] = self.run([command("GET", str(key)) for key in keys])
                del errors[at]

    def _bear(self, failed: Iterable[Exception], until: float) -> None:
        """Raises what no further attempt will help, or all of it when it is time to give up."""
        for error in failed:
            if not isinstance(error, (*_ELSEWHERE, *_NOT_YET)):
                raise _full(error) if isinstance(error, exceptions.OutOfMemoryError) else error
        if time.monotonic() > until:
            raise _unavailable(next(iter(failed)), self.replicas)

    def _attempt(
        self, commands: Sequence[Command], which: Sequence[int], asked: Mapping[int, ClusterNode]
    ) -> Iterator[tuple[int, Any]]:
        """Sends commands to their nodes, then reads the replies; yields each, or the exception instead.

        `asked`: nodes that commands are to go to although they do not have their slots yet.
        """
        by_node: dict[str, tuple[ClusterNode, bool, list[int]]] = {}
        slots = self._redis.nodes_manager.slots_cache
        for at in which:
            # Looked up here: redis-py takes ten times as long.
            nodes = slots.get(_slot_of(commands[at].key))
            node = asked.get(at) or (nodes[0] if nodes else None)
            if node is None:
                yield at, exceptions.SlotNotCoveredError("no node has the slot")
                continue
            has_replicas = nodes is not None and len(nodes) > 1
            by_node.setdefault(node.name, (node, has_replicas, []))[-1].append(at)
        for sent in [self._send(*each, commands, asked) for each in by_node.values()]:
            yield from self._answers(sent, commands, asked)

    def _send(
        self,
        node: ClusterNode,
        has_replicas: bool,
        places: Sequence[int],
        commands: Sequence[Command],
        asked: Mapping[int, ClusterNode],
    ) -> "_Sent":
        words: list[tuple[Value, ...]] = []
        for at in places:
            words += [("ASKING",), commands[at].words] if at in asked else [commands[at].words]
        # What the node wrote for any connection is waited for: once is enough, after all the commands.
        waits = self.replicas if any(commands[at].kept for at in places) else 0
        if has_replicas and any(commands[at].copied for at in places):
            waits = max(waits, 1)
        if waits:
            words.append(("WAIT", waits, _WORD_MILLISECONDS))
        try:
            connection = _connection(self._redis, node)
        except _BROKEN as error:
            return _Sent(node, places, waits, [error] * len(words))
        try:
            # redis-py would look at each word of each command, for what these never are.
            connection.send_packed_command([b"".join(map(_packed, words))])
        except _BROKEN as error:
            _give_back(self._redis, node, connection)
            return _Sent(node, places, waits, [error] * len(words))
        return _Sent(node, places, waits, [None] * len(words), connection)

    def _answers(
        self, sent: "_Sent", commands: Sequence[Command], asked: Mapping[int, ClusterNode]
    ) -> Iterator[tuple[int, Any]]:
        replies = sent.replies
        if sent.connection is not None:
            try:
                replies = _replies(sent.connection, len(replies))
            finally:
                _give_back(self._redis, sent.node, sent.connection)
        if isinstance(replies[-1], _BROKEN):
            self._broken = sent.node.name
        problem = _problem(replies.pop(), sent.waits) if sent.waits else None
        answers = iter(replies)
        for at in sent.places:
            if at in asked:
                next(answers)  # to ASKING itself
            reply = next(answers)
            waited = commands[at].kept or commands[at].copied
            done = problem is None or not waited or isinstance(reply, Exception)
            yield at, reply if done else problem

    def _node(self, host: str, port: int) -> ClusterNode:
        known: ClusterNode | None = self._redis.get_node(host, port)
        return known or self._newcomers.setdefault(f"{host}:{port}", ClusterNode(host, port))

    def _refresh(self, seen: int) -> None:
        """Asks the cluster for its nodes, unless another thread did since `seen`; last the node that broke last."""
        with self._refreshing:
            if self._refreshed == seen:
                try:
                    # All nodes may have got other addresses, behind the names that we were given.
                    self._redis.nodes_manager.initialize(self._addresses, last_failed_node_name=self._broken)
                except _ANY:
                    return
                self._refreshed += 1


@dataclass(frozen=True, slots=True)
class _Sent:
    """Commands, by their places, on their way to a node; behind them WAIT for so many replicas, if it `waits`.

    `replies`: as many as come; errors, where nothing could be sent.
    """

    node: ClusterNode
    places: Sequence[int]
    waits: int
    replies: list[Any]
    connection: Connection | None = None


def _slot_of(key: str) -> int:
    """Returns the hash slot of a key: that of what stands in its braces, if it has any."""
    return _slot_of_tag(key[key.find("{") + 1 : key.find("}")] if "{" in key else key)


@lru_cache(1 << 16)
def _slot_of_tag(tag: str) -> int:
    return key_slot(tag.encode())


def _problem(word: Any, replicas: int) -> Exception | None:
    """Returns what a command comes to whose WAIT for replicas was answered so. None: as many have it."""
    if isinstance(word, (*_BROKEN, exceptions.NoPermissionError)):
        return word
    if isinstance(word, Exception):  # the node has become a replica itself
        return _TooFewReplicas(str(word))
    return None if word >= replicas else _TooFewReplicas(f"{word} of {replicas}")


def _but_unknown_scripts(commands: list[Command], errors: Mapping[int, Exception]) -> dict[int, Exception]:
    """Returns the other errors, and has scripts sent whole that a node does not know."""
    others: dict[int, Exception] = {}
    for at, error in errors.items():
        if isinstance(error, exceptions.NoScriptError) and commands[at].otherwise:
            commands[at] = replace(commands[at], words=commands[at].otherwise, otherwise=())
        else:
            others[at] = error
    return others


def _connection(redis: RedisCluster, node: ClusterNode) -> Connection:
    connection: Connection = redis.get_redis_connection(node).connection_pool.get_connection()
    return connection


def _give_back(redis: RedisCluster, node: ClusterNode, connection: Connection) -> None:
    redis.get_redis_connection(node).connection_pool.release(connection)


def _replies(connection: Connection, count: int) -> list[Any]:
    """Reads so many replies. Where one is an error, the exception; where the connection broke, that of each."""
    replies: list[Any] = []
    while len(replies) < count:
        try:
            replies.append(connection.read_response(disable_decoding=True))
        except exceptions.ResponseError as error:
            replies.append(error)
        except _BROKEN as error:
            replies += [error] * (count - len(replies))
    return replies


def _full(error: Exception) -> StoreError:
    refusal = StoreError(
        "the store's cluster has no memory left for it; nothing of the change was kept", reason="STORE_FULL"
    )
    refusal.__cause__ = error
    return refusal


def _unavailable(error: Exception, replicas: int) -> StoreError:
    problem = (
        f"fewer than {max(replicas, 1)} replicas of the store's cluster have the change by now"
        if isinstance(error, _TooFewReplicas)
        else "the store's cluster does not answer"
    )
    refusal = StoreError(f"{problem}; retry later", reason="STORE_UNAVAILABLE")
    refusal.__cause__ = error
    return refusal

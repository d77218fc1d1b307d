"""What the nodes of a cluster say of themselves, asked for without a change to any of them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis, exceptions
from redis.cluster import ClusterNode, RedisCluster

from textkin_service.errors import StoreError
from textkin_service.store.cluster.keys import Keys
from textkin_service.store.cluster.options import options_of
from textkin_service.store_address import ClusterAddress

_SECONDS = 3.0
_ERRORS = (exceptions.RedisError, exceptions.RedisClusterException, OSError)


@dataclass(frozen=True, slots=True)
class Node:
    """What one node says. Memory in bytes, `most_memory` 0: as much as there is; `clock_ahead` in seconds."""

    name: str
    version: str
    is_master: bool
    replicas: int
    eviction: str
    appends: bool
    memory: int
    most_memory: int
    clock_ahead: float

    @property
    def version_number(self) -> tuple[int, ...]:
        """The version to compare with: that of Redis which it is compatible with."""
        return tuple(int(part) for part in self.version.split()[-1].split(".")[:2] if part.isdigit())


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a cluster is like. `silent`: nodes that do not answer; `about`: what the store under the prefix says of itself."""

    is_in_order: bool
    nodes: list[Node]
    silent: Sequence[str]
    about: dict[str, str]
    collections: int

    @property
    def masters(self) -> list[Node]:
        """Those that have slots, or could."""
        return [each for each in self.nodes if each.is_master]


def look_at(address: ClusterAddress) -> Diagnosis:
    """Asks all nodes of a cluster. StoreError (STORE_UNAVAILABLE): none answers as one of a cluster."""
    options: dict[str, Any] = options_of(address) | {
        "socket_connect_timeout": _SECONDS,
        "socket_timeout": _SECONDS,
        "decode_responses": True,
    }
    try:
        startup = [ClusterNode(host, port) for host, port in address.nodes]
        cluster = RedisCluster(startup_nodes=startup, **options)
    except _ERRORS as error:
        raise StoreError(f"it cannot be used: {error}", reason="STORE_UNAVAILABLE") from error
    keys = Keys(address.prefix)
    nodes, silent = [], []
    with cluster:
        for each in cluster.get_nodes():
            try:
                nodes.append(_node(each, options))
            except _ERRORS:
                silent.append(str(each.name))
        try:
            state: Any = cluster.execute_command("CLUSTER INFO")
            about: Any = cluster.hgetall(keys.about)
            collections: Any = cluster.hlen(keys.collections)
        except _ERRORS:
            return Diagnosis(False, nodes, silent, {}, 0)
    return Diagnosis(state.get("cluster_state") == "ok", nodes, silent, about, collections)


def _node(node: ClusterNode, options: dict[str, Any]) -> Node:
    with Redis(node.host, node.port, **options) as client:
        said: Any = client.info("everything")
        before = time.time()
        seconds, microseconds = client.time()
        middle = (before + time.time()) / 2
    own = said.get("valkey_version")
    return Node(
        name=str(node.name),
        version=f"Valkey {own}, as Redis {said['redis_version']}"
        if own
        else f"Redis {said['redis_version']}",
        is_master=said["role"] == "master",
        replicas=int(said.get("connected_slaves", 0)),
        eviction=str(said.get("maxmemory_policy", "noeviction")),
        appends=bool(int(said.get("aof_enabled", 0))),
        memory=int(said.get("used_memory", 0)),
        most_memory=int(said.get("maxmemory", 0)),
        clock_ahead=float(seconds) + float(microseconds) / 1e6 - middle,
    )

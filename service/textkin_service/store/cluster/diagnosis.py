"""What the nodes of a cluster say of themselves, asked for without a change to any of them."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
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
# What INFO must tell of a node: of what it leaves out, nothing may be taken for well.
_FIELDS = (
    "redis_version",
    "role",
    "connected_slaves",
    "maxmemory_policy",
    "aof_enabled",
    "used_memory",
    "maxmemory",
)


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
    """What a cluster is like.

    `untold`: the names of the nodes that told nothing of themselves, by why they did not; `about`: what the store under the
    prefix says of itself.
    """

    is_in_order: bool
    nodes: list[Node]
    untold: Mapping[str, Sequence[str]]
    about: dict[str, str]
    collections: int

    @property
    def masters(self) -> list[Node]:
        """Those that have slots, or could."""
        return [each for each in self.nodes if each.is_master]


def look_at(address: ClusterAddress) -> Diagnosis:
    """Asks all nodes of a cluster.

    StoreError (STORE_UNAVAILABLE): none answers as one of a cluster, or the store may not be read.
    """
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
    nodes: list[Node] = []
    untold: dict[str, list[str]] = defaultdict(list)
    with cluster:
        for each in cluster.get_nodes():
            try:
                nodes.append(_asked(each, options))
            except (exceptions.NoPermissionError, ValueError) as error:
                untold[str(error)].append(str(each.name))
            except _ERRORS:
                untold["no answer"].append(str(each.name))
        try:
            state: Any = cluster.execute_command("CLUSTER INFO")
            about: Any = cluster.hgetall(keys.about)
            collections: Any = cluster.hlen(keys.collections)
        except exceptions.NoPermissionError as error:
            raise StoreError(f"it cannot be used: {error}", reason="STORE_UNAVAILABLE") from error
        except _ERRORS:
            return Diagnosis(False, nodes, untold, {}, 0)
    return Diagnosis(state.get("cluster_state") == "ok", nodes, untold, about, collections)


def _asked(node: ClusterNode, options: dict[str, Any]) -> Node:
    """Returns what a node says of itself. ValueError: it leaves out what matters."""
    with Redis(node.host, node.port, **options) as client:
        said: Any = client.info("everything")
        before = time.time()
        seconds, microseconds = client.time()
        middle = (before + time.time()) / 2
    return node_of(str(node.name), said, float(seconds) + float(microseconds) / 1e6 - middle)


def node_of(name: str, said: Mapping[str, Any], clock_ahead: float) -> Node:
    """Returns what the fields of INFO say of a node. ValueError, which names those that it lacks."""
    lacking = [field for field in _FIELDS if field not in said]
    if lacking:
        raise ValueError(f"INFO lacks {', '.join(lacking)}")
    own = said.get("valkey_version")
    return Node(
        name=name,
        version=f"Valkey {own}, as Redis {said['redis_version']}"
        if own
        else f"Redis {said['redis_version']}",
        is_master=said["role"] == "master",
        replicas=int(said["connected_slaves"]),
        eviction=str(said["maxmemory_policy"]),
        appends=bool(int(said["aof_enabled"])),
        memory=int(said["used_memory"]),
        most_memory=int(said["maxmemory"]),
        clock_ahead=clock_ahead,
    )

"""The store's cluster: whether it answers, and whether its nodes are set up to keep what they are given. Nothing is written."""

from collections.abc import Iterator

from textkin_service.doctor.finding import Finding, ok, problem, warning
from textkin_service.errors import StoreError
from textkin_service.store.cluster.diagnosis import Diagnosis, Node, look_at
from textkin_service.store_address import ClusterAddress

# What it was tried with first.
_LEAST_VERSION = (7, 0)
_LITTLE_MEMORY = 0.8
# Times of ingests come from the services, and decide what is past its retention.
_CLOCK_SECONDS = 5.0


def findings(address: ClusterAddress, scheme: str, index: str, replicas: int) -> Iterator[Finding]:
    """Yields what is found. `scheme`, `index`: what the service would make; `replicas`: how many it waits for."""
    try:
        seen = look_at(address)
    except StoreError as error:
        yield problem(
            "cluster", error.message, "look at its nodes, the network, and user and password in --store"
        )
        return
    yield _state(seen)
    yield _contents(seen, scheme, index)
    if not seen.nodes:
        return
    yield _versions(seen.nodes)
    yield _eviction(seen.nodes)
    yield _persistence(seen.nodes)
    if seen.masters:
        yield _replicas(seen.masters, replicas)
    yield _memory(seen.nodes)
    yield _clocks(seen.nodes)


def _state(seen: Diagnosis) -> Finding:
    said = f"{len(seen.masters)} masters and {len(seen.nodes) - len(seen.masters)} replicas answer"
    untold = ", ".join(f"{', '.join(names)} ({why})" for why, names in seen.untold.items())
    without = f"told nothing of themselves: {untold}; what follows is without them"
    if not seen.is_in_order:
        return problem(
            "cluster",
            f"it is not in order: {said}{f'; {without}' if untold else ''}",
            "redis-cli --cluster check tells which slots nobody has",
        )
    if untold:
        return problem(
            "cluster",
            without,
            "start them, or have the cluster forget them; give the user of --store the commands INFO and TIME, and INFO all"
            " of its fields",
        )
    return ok("cluster", said)


def _contents(seen: Diagnosis, scheme: str, index: str) -> Finding:
    if not seen.about:
        return ok("store", "there is none under this prefix yet; the first start makes it")
    for name, expected in (("scheme", scheme), ("index", index)):
        stored = seen.about.get(name, expected)
        if stored != expected:
            return problem(
                "store",
                f"its {name} is {stored!r}, this service would make {expected!r}",
                "start with the settings of then (verbatim_bands, verbatim_rows, content_keys, content_segment_words), or"
                " choose another prefix",
            )
    return ok("store", f"there is one under this prefix, in {seen.collections:,} collections")


def _versions(nodes: list[Node]) -> Finding:
    versions = ", ".join(sorted({each.version for each in nodes}))
    old = [each.name for each in nodes if each.version_number < _LEAST_VERSION]
    if old:
        least = ".".join(map(str, _LEAST_VERSION))
        message = f"{versions}: {', '.join(old)} have one that was never tried"
        return warning("cluster version", message, f"run Redis {least} or later, or Valkey")
    return ok("cluster version", versions)


def _eviction(nodes: list[Node]) -> Finding:
    wrong = [each for each in nodes if each.eviction != "noeviction"]
    if wrong:
        names, policy = ", ".join(each.name for each in wrong), wrong[0].eviction
        return problem(
            "eviction",
            f"{names}: maxmemory-policy {policy} drops articles when memory is short",
            "set maxmemory-policy noeviction on every node",
        )
    return ok("eviction", "no node drops keys")


def _persistence(nodes: list[Node]) -> Finding:
    without = [each.name for each in nodes if not each.appends]
    if without:
        return warning(
            "persistence",
            f"{', '.join(without)}: nothing is written to disk as it changes",
            "set appendonly yes on every node",
        )
    return ok("persistence", "every node writes its changes to disk")


def _replicas(masters: list[Node], asked: int) -> Finding:
    least = min(each.replicas for each in masters)
    message = f"each master has {least} at least; store_replicas is {asked}"
    if least < asked:
        return problem(
            "replicas",
            f"{message}: no change would be acknowledged",
            "give each master more replicas, or lower store_replicas",
        )
    if least == 0:
        return warning(
            "replicas", f"{message}: what one has is lost with it", "give each master a replica, better two"
        )
    return ok("replicas", message)


def _memory(nodes: list[Node]) -> Finding:
    limited = [each for each in nodes if each.most_memory]
    fullest = max((each.memory / each.most_memory for each in limited), default=0.0)
    if len(limited) < len(nodes):
        return warning(
            "cluster memory",
            f"{len(nodes) - len(limited)} of {len(nodes)} nodes have no maxmemory: the system ends those that outgrow it",
            "set maxmemory on every node, below what its machine has",
        )
    message = f"the fullest node uses {fullest:.0%} of its maxmemory"
    if fullest > _LITTLE_MEMORY:
        return warning(
            "cluster memory", message, "give the nodes more memory, or add masters and move slots to them"
        )
    return ok("cluster memory", message)


def _clocks(nodes: list[Node]) -> Finding:
    apart = max(abs(each.clock_ahead) for each in nodes)
    message = f"the clocks of the nodes are {apart:.1f} s or less from this machine's"
    if apart > _CLOCK_SECONDS:
        return warning("cluster clocks", message, "run a time service (NTP) on every machine")
    return ok("cluster clocks", message)

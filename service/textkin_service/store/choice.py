"""Opens the store that the settings, or an address, name."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from textkin_service.errors import StoreError
from textkin_service.store.base import Store
from textkin_service.store.folder import Files, is_new
from textkin_service.store.sqlite import SqliteStore
from textkin_service.store_address import ClusterAddress, FolderAddress, parse


def _now() -> datetime:
    return datetime.now(UTC)


def open_store(url: str, data: Path, scheme: str, replicas: int = 0) -> Store:
    """Returns the store at a URL, or, if that is empty, the embedded one in the folder `data`. ValueError, StoreError.

    `replicas`: how many replicas of a cluster must have a change before it is acknowledged.
    """
    return open_at(parse(url) if url else FolderAddress(data), scheme, replicas=replicas)


def open_at(
    address: FolderAddress | ClusterAddress,
    scheme: str | None,
    clock: Callable[[], datetime] = _now,
    *,
    replicas: int = 0,
) -> Store:
    """Returns the store at an address. `scheme` None: it must be there, whatever made its sketches. StoreError."""
    if isinstance(address, ClusterAddress):
        return _in_cluster(address, scheme, clock, replicas)
    if scheme is None and is_new(Files(address.folder)):
        raise StoreError(f"the folder {address.folder} holds no store", reason="STORE_UNAVAILABLE")
    return SqliteStore(address.folder, scheme, clock)


def _in_cluster(
    address: ClusterAddress, scheme: str | None, clock: Callable[[], datetime], replicas: int
) -> Store:
    # Who has the embedded store waits for no client of clusters.
    from textkin_service.store.cluster.options import options_of  # noqa: PLC0415 - see above
    from textkin_service.store.cluster.store import RedisStore  # noqa: PLC0415 - see above
    from textkin_service.store.cluster.wire import Cluster  # noqa: PLC0415 - as above

    cluster = Cluster(address.nodes, replicas, **options_of(address))
    return RedisStore(cluster, address.prefix, scheme, clock)

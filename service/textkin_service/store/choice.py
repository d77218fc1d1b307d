"""Opens the store that the settings name."""

from pathlib import Path

from textkin_service.store.base import Store
from textkin_service.store.sqlite import SqliteStore
from textkin_service.store_address import ClusterAddress, FolderAddress, parse


def open_store(url: str, data: Path, scheme: str) -> Store:
    """Returns the store at a URL, or, if that is empty, the embedded one in the folder `data`. ValueError, StoreError."""
    address = parse(url) if url else FolderAddress(data)
    if isinstance(address, FolderAddress):
        return SqliteStore(address.folder, scheme)
    return _in_cluster(address, scheme)


def _in_cluster(address: ClusterAddress, scheme: str) -> Store:
    # Who has the embedded store waits for no client of clusters.
    from textkin_service.store.cluster.store import RedisStore  # noqa: PLC0415 - see above
    from textkin_service.store.cluster.wire import Cluster  # noqa: PLC0415 - as above

    options: dict[str, object] = {}
    if address.user:
        options["username"] = address.user
    if address.password:
        options["password"] = address.password
    if address.tls:
        options["ssl"] = True
        if address.ca:
            options["ssl_ca_certs"] = address.ca
    return RedisStore(Cluster(address.nodes, **options), address.prefix, scheme)

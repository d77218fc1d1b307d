"""What redis-py is told besides the nodes: who asks, and how connections are encrypted."""

from textkin_service.store_address import ClusterAddress


def options_of(address: ClusterAddress) -> dict[str, object]:
    """Returns the options by which redis-py connects to the nodes of an address."""
    options: dict[str, object] = {}
    if address.user:
        options["username"] = address.user
    if address.password:
        options["password"] = address.password
    if address.tls:
        options["ssl"] = True
        if address.ca:
            options["ssl_ca_certs"] = address.ca
    return options

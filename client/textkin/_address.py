"""Which replicas of the service an address names, and how they are said to gRPC.

::

    127.0.0.1:50051                      one service
    dns:///textkin.example:50051         all that the name has addresses of, as they change
    10.0.0.1:50051,10.0.0.2:50051        these; names among them are looked up once

Among several, calls are balanced. Other forms are gRPC's own (`unix:PATH`, `ipv4:...`, `dns://SERVER/NAME:PORT`).
"""

import errno
import ipaddress
import os
import re
import socket

ADDRESS_VARIABLE = "TEXTKIN_ADDRESS"
DEFAULT_ADDRESS = "127.0.0.1:50051"

_LARGEST_PORT = 65_535
_LOCAL = ("unix:", "unix-abstract:")
_BALANCED = ("dns:", "ipv4:", "ipv6:")
_RESOLVER = re.compile(r"^(dns:(//[^/]*/)?|ipv4:|ipv6:)")
_PLACE = re.compile(r"(?P<host>\[[^\]]+\]|[^\[\]:]+):(?P<port>\d{1,5})", re.ASCII)


def address_or_default(address: str | None) -> str:
    """The address given, else that of TEXTKIN_ADDRESS, else 127.0.0.1:50051."""
    return address or os.environ.get(ADDRESS_VARIABLE) or DEFAULT_ADDRESS


def names_several(address: str) -> bool:
    """Whether an address may name several replicas."""
    return address.startswith(_BALANCED) or _is_list(address)


def target(address: str) -> str:
    """What gRPC connects to. Looks up the names of a list.

    Raises ValueError for a list that is not HOST:PORT,HOST:PORT, and OSError if no name in it is known.
    """
    return _addresses(address) if _is_list(address) else address


def name_in_certificates(address: str) -> str | None:
    """The name that the certificate of each in a list must be for: the first's. None: gRPC takes it from the address."""
    return _split(address.split(",", 1)[0])[0] if _is_list(address) else None


def is_loopback(address: str) -> bool:
    """Whether all that an address, as gRPC takes it, names is of this machine."""
    if address.startswith(_LOCAL):
        return True
    return all(_is_of_this_machine(place) for place in _RESOLVER.sub("", address).split(","))


def _is_of_this_machine(place: str) -> bool:
    host = place[1 : place.find("]")] if place.startswith("[") else place.rpartition(":")[0] or place
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_list(address: str) -> bool:
    return "," in address and not address.startswith((*_LOCAL, *_BALANCED))


def _split(place: str) -> tuple[str, int]:
    """Host, without brackets, and port. Raises ValueError."""
    match = _PLACE.fullmatch(place.strip())
    if match is None or int(match["port"]) > _LARGEST_PORT:
        raise ValueError(
            f"{place!r} cannot be one of several addresses: each must be HOST:PORT, such as 10.0.0.1:50051"
        )
    return match["host"].strip("[]"), int(match["port"])


def _addresses(address: str) -> str:
    """All addresses of a list in gRPC's form, which has them of one family."""
    found: list[tuple[str, int]] = []
    unknown = []
    for place in address.split(","):
        host, port = _split(place)
        try:
            found.extend((each, port) for each in _looked_up(host))
        except (OSError, UnicodeError):  # not known, or no name at all
            unknown.append(host)
    if not found:
        raise OSError(errno.EHOSTUNREACH, f"no address is known of {', '.join(unknown)}")
    hosts = [ipaddress.ip_address(host) for host, _ in found]
    if all(host.version == 4 for host in hosts):  # noqa: PLR2004 - the version of IP
        return "ipv4:" + ",".join(f"{host}:{port}" for host, port in found)
    mapped = [f"::ffff:{host}" if host.version == 4 else str(host) for host in hosts]  # noqa: PLR2004 - as above
    return "ipv6:" + ",".join(f"[{host}]:{port}" for host, (_, port) in zip(mapped, found, strict=True))


def _looked_up(host: str) -> list[str]:
    """The IPv4 addresses of a host, else its IPv6 addresses. Raises OSError if it has none."""
    every = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    of_four = [str(each[4][0]) for each in every if each[0] == socket.AF_INET]
    return of_four or [str(each[4][0]) for each in every]

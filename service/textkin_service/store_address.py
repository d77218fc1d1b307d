"""Which store the articles are in, as `--store` says it.

::

    sqlite:///var/lib/textkin                                  embedded, in a folder of this machine
    redis://10.0.0.1:6379,10.0.0.2:6379/news                   a cluster, known by some of its nodes; keys begin with news:
    rediss://service:secret@valkey.internal:6379?ca=/ca.pem    over TLS, as an ACL user
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

_DEFAULT_PORT = 6379
_DEFAULT_PREFIX = "textkin"
_LARGEST_PORT = 65_535
# All up to the last @: a password that was not encoded may have any character.
_PASSWORD = re.compile(r"(?<=:).*(?=@)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """The embedded store, in a folder."""

    folder: Path


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """A cluster that speaks the protocol of Redis Cluster. `ca`: authorities; one must have signed the nodes' certificates."""

    nodes: tuple[tuple[str, int], ...]
    prefix: str = _DEFAULT_PREFIX
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ca: str = ""


def parse(url: str) -> FolderAddress | ClusterAddress:
    """Returns what a store's URL says. ValueError, which says what would be right and does not repeat a password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _wrong() from None
    if parts.scheme == "sqlite":
        if parts.netloc or not parts.path.strip("/") or parts.query:
            raise ValueError(
                "must be sqlite:///PATH with the path of a folder, such as sqlite:///var/lib/textkin"
            )
        return FolderAddress(Path(unquote(parts.path)))
    if parts.scheme not in {"redis", "rediss"}:
        raise _wrong()
    login, _, places = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    prefix = parts.path.strip("/") or _DEFAULT_PREFIX
    if any(each in prefix for each in "/:{}"):
        raise ValueError("the prefix of the keys, behind the nodes, must have none of the characters / : { }")
    tls = parts.scheme == "rediss"
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    ca = options.pop("ca", "")
    if options or (ca and not tls):
        raise ValueError("may end with ?ca=PATH, for rediss:// only, and with nothing else")
    nodes = tuple(_node(place) for place in places.split(","))
    return ClusterAddress(nodes, unquote(prefix), unquote(user), unquote(password), tls, ca)


def masked(url: str) -> str:
    """Returns a store's URL to be shown, without its password."""
    scheme, colon, rest = url.partition("://")
    return f"{scheme}{colon}{_PASSWORD.sub('***', rest)}" if colon else _PASSWORD.sub("***", url)


def _node(place: str) -> tuple[str, int]:
    """Returns host and port of "HOST", "HOST:PORT" or "[IPv6]:PORT". ValueError."""
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, port = place, str(_DEFAULT_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= _LARGEST_PORT:
        raise _wrong()
    return host, int(port)


def _wrong() -> ValueError:
    return ValueError(
        "must be sqlite:///PATH, redis://HOST:PORT,HOST:PORT or rediss://HOST:PORT,HOST:PORT, with USER:PASSWORD@ before the"
        " nodes if they ask for that"
    )

"""How a client shows who it is, and tells whether the service is the right one: tokens and TLS."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from textkin._address import is_loopback

TOKEN_VARIABLE = "TEXTKIN_TOKEN"  # noqa: S105 -- a name, no token
TOKEN_FILE_VARIABLE = "TEXTKIN_TOKEN_FILE"  # noqa: S105 -- as above
TLS_VARIABLE = "TEXTKIN_TLS"
CA_VARIABLE = "TEXTKIN_CA"
CERTIFICATE_VARIABLE = "TEXTKIN_CERT"
KEY_VARIABLE = "TEXTKIN_KEY"

# A token, or what gives the one to send with the next call.
Token = str | Callable[[], str]

# RFC 6750, 2.1.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
_YES, _NO = {"yes", "true", "1"}, {"", "no", "false", "0"}


@dataclass(frozen=True, slots=True)
class Tls:
    """How a connection is encrypted; the files are PEM.

    `ca`: the authorities of which one must have signed the service's certificate, None for those that gRPC knows.
    `certificate` and `key`: the client's own, for a service that asks for one. `name`: what the service's certificate must be
    for, where that is not the host of the address, as through a tunnel.

    >>> Tls(ca="authority.pem", certificate="client.pem")
    Traceback (most recent call last):
    ValueError: a client certificate needs its key, and a key its certificate: give both
    """

    ca: str | os.PathLike[str] | None = None
    certificate: str | os.PathLike[str] | None = None
    key: str | os.PathLike[str] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for a certificate without its key, and the other way round."""
        if bool(self.certificate) != bool(self.key):
            raise ValueError("a client certificate needs its key, and a key its certificate: give both")

    def read(self) -> tuple[bytes | None, bytes | None, bytes | None]:
        """Returns what gRPC takes: authorities, key, certificate. Raises OSError."""
        return _read(self.ca), _read(self.key), _read(self.certificate)


def _read(path: str | os.PathLike[str] | None) -> bytes | None:
    return Path(path).read_bytes() if path else None


def tls_or_default(tls: Tls | bool | None) -> Tls | None:
    """What was asked for, else what the environment says; None: no encryption. Raises ValueError."""
    if tls is None:
        return tls_with_defaults()
    if isinstance(tls, Tls):
        return tls
    return Tls() if tls else None


def tls_with_defaults(
    ca: str | None = None, certificate: str | None = None, key: str | None = None, *, wanted: bool = False
) -> Tls | None:
    """TLS with these files, the others from the environment. None if neither asks for any. Raises ValueError."""
    ca = ca or os.environ.get(CA_VARIABLE)
    certificate = certificate or os.environ.get(CERTIFICATE_VARIABLE)
    key = key or os.environ.get(KEY_VARIABLE)
    switch = os.environ.get(TLS_VARIABLE, "").lower()
    if switch not in _YES | _NO:
        raise ValueError(f"{TLS_VARIABLE} is {switch!r}: it must be yes or no")
    return Tls(ca, certificate, key) if ca or certificate or key or wanted or switch in _YES else None


def token_or_default(token: Token | None) -> Token | None:
    """The token given, else that of TEXTKIN_TOKEN, else that in the file of TEXTKIN_TOKEN_FILE. Raises OSError, ValueError."""
    if token is None:
        token = os.environ.get(TOKEN_VARIABLE)
    if token is None and (path := os.environ.get(TOKEN_FILE_VARIABLE)):
        token = token_in(path)
    return token or None


def token_in(path: str | os.PathLike[str]) -> str:
    """The token in a file. Raises OSError, and ValueError for a file without one."""
    try:
        token = Path(path).read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        token = ""
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"{path} holds no token: it must have one, and nothing else")
    return token


def metadata(token: Token | None) -> tuple[tuple[str, str], ...] | None:
    """The metadata of a call with a token. Raises ValueError, which does not repeat it."""
    if token is None:
        return None
    value = token if isinstance(token, str) else token()
    if not _TOKEN.fullmatch(value):
        raise ValueError(
            "the token has characters that no token has: it must be as `textkin-service token` showed it"
        )
    return (("authorization", f"Bearer {value}"),)


def check_plaintext(address: str, token: Token | None, tls: Tls | None, *, insecure: bool) -> None:
    """Raises ValueError for a token that everybody on the way to another machine could read, unless that is wanted."""
    if token is not None and tls is None and not insecure and not is_loopback(address):
        raise ValueError(
            f"a token would go to {address} unencrypted: connect over TLS, or say that it may go insecure"
        )

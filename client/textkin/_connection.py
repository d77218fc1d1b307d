"""What both clients are made from: where the service is, how they show who they are, and how long they wait."""

import os
from types import ModuleType
from typing import Any

import grpc

from textkin import _access, _channel
from textkin._access import Tls, Token
from textkin._address import address_or_default, target


class Connection:
    """How to reach a service, from one process."""

    def __init__(
        self,
        address: str | None,
        *,
        token: Token | None,
        tls: Tls | bool | None,
        insecure: bool,
        timeout: float | None,
        stream_timeout: float | None,
    ) -> None:
        """Reads what is not given from the environment; see `Client`. Raises ValueError and OSError."""
        self.address = address_or_default(address)
        self._timeout, self._stream_timeout = timeout, stream_timeout
        self._token = _access.token_or_default(token)
        encryption = _access.tls_or_default(tls)
        _access.check_plaintext(self.address, self._token, encryption, insecure=insecure)
        self._target = target(self.address)
        self._options = _channel.channel_options(self.address, encryption.name if encryption else "")
        self._credentials = grpc.ssl_channel_credentials(*encryption.read()) if encryption else None
        self._process = os.getpid()
        self._closed = False

    def open(self, library: ModuleType) -> Any:
        """A channel of `grpc` or of `grpc.aio`, which connects when it is first used."""
        if self._credentials:
            return library.secure_channel(self._target, self._credentials, self._options)
        return library.insecure_channel(self._target, self._options)

    def check(self) -> None:
        """Raises RuntimeError where a call could not be made, and might never end."""
        if self._closed:
            raise RuntimeError("the client is closed: make another one")
        if self._process != os.getpid():
            # gRPC's threads did not come along.
            raise RuntimeError("the client was made before this process was forked: make one in each process")

    def close(self) -> None:
        """Lets no more calls be made."""
        self._closed = True

    def metadata(self) -> tuple[tuple[str, str], ...] | None:
        """What each call shows. Raises what giving the token does, and ValueError for what is none."""
        return _access.metadata(self._token)

    def deadline(self, timeout: float | None) -> float | None:
        """Seconds for a call; None: no limit."""
        return _channel.deadline(timeout, self._timeout)

    def stream_deadline(self, timeout: float | None) -> float | None:
        """Seconds for a whole ingest; None: no limit."""
        return _channel.deadline(timeout, self._stream_timeout)

"""Who calls: the one that the access file has for the token of a call, or for the client certificate of its connection."""

import re
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import grpc

from textkin_service.access import Caller, Callers
from textkin_service.errors import PermissionDenied, Unauthenticated
from textkin_service.reloading import Reloading

Context = grpc.aio.ServicerContext[Any, Any]

_HEADER = "authorization"
# RFC 6750, 2.1; the name of the scheme in any case, as RFC 9110, 11.1, has it.
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Presented:
    """What a call came with: a token, None for none, and whose that is."""

    token: str | None
    caller: Caller | None


_presented: ContextVar[Presented] = ContextVar("textkin_presented")


def presented() -> Presented:
    """Returns what the call of the current task came with."""
    return _presented.get()


class Known:
    """The callers that the access file has now."""

    def __init__(self, callers: Reloading[Callers], *, by_certificate: bool = False) -> None:
        """`by_certificate`: connections have client certificates, so that a call may come without a token."""
        self._callers = callers
        self._by_certificate = by_certificate

    def begin(self, metadata: Iterable[tuple[str, str | bytes]] | None) -> None:
        """Hears of a call before anything of it is read. Unauthenticated."""
        values = [value for key, value in metadata or () if key == _HEADER]
        if not values:
            if not self._by_certificate:
                raise _missing()
            _presented.set(Presented(None, None))
            return
        token = _token(values)
        _presented.set(Presented(token, self.of_token(token)))

    def of_token(self, token: str | None) -> Caller:
        """Returns whose token it is. Unauthenticated; nobody learns how a token is wrong."""
        caller = self._callers.value.of_token(token) if token else None
        if caller is None:
            raise Unauthenticated(
                "the token is not known: send `authorization: Bearer TOKEN`, once, with a token of the access file",
                reason="TOKEN_INVALID",
            )
        if caller.expires is not None and caller.expires <= time.time():
            raise Unauthenticated(
                f"the token of {caller.name!r} has expired: ask for a new one",
                reason="TOKEN_EXPIRED",
                metadata={"caller": caller.name},
            )
        return caller

    def of_certificate(self, context: Context) -> Caller:
        """Returns whose certificate a connection was made with. Unauthenticated, PermissionDenied."""
        names = [name.decode("utf-8", "replace") for name in context.peer_identities() or ()]
        if not names:
            raise _missing()
        caller = self._callers.value.of_certificate(names)
        if caller is None:
            raise PermissionDenied(
                "the access file lists no name of the client certificate", reason="CERTIFICATE_UNKNOWN"
            )
        return caller

    def now(self, context: Context) -> Caller:
        """Returns who calls, if the access file still has it. Unauthenticated, PermissionDenied."""
        token = presented().token
        return self.of_certificate(context) if token is None else self.of_token(token)


def _missing() -> Unauthenticated:
    return Unauthenticated(
        "no token: send the metadata `authorization: Bearer TOKEN`", reason="TOKEN_MISSING"
    )


def _token(values: list[str | bytes]) -> str:
    """Returns the token of the only header; "" if there are several, or it is of another form."""
    match = _BEARER.fullmatch(values[0]) if len(values) == 1 and isinstance(values[0], str) else None
    return match[1] if match else ""

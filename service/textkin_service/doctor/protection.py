"""Certificates and the access file: whether they can be used, for how long, and whether others may read them."""

import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from textkin_service import exposure
from textkin_service.access import AccessError
from textkin_service.access import read as read_access
from textkin_service.doctor.finding import Finding, ok, problem, warning
from textkin_service.rpc import tls
from textkin_service.rpc.traces import check_tracing
from textkin_service.settings import Settings, SettingsError

_DAY_SECONDS = 86_400
_SOON_DAYS = 14


def findings(settings: Settings) -> Iterator[Finding]:
    """Yields what is found."""
    yield _exposure(settings)
    if settings.tls_certificate and settings.tls_key:
        yield _certificate(settings)
    if settings.access_file:
        yield _access(Path(settings.access_file))
    for name in ("access_file", "tls_key"):
        value = getattr(settings, name)
        if value and Path(value).exists() and Path(value).stat().st_mode & stat.S_IRWXO:
            yield warning(name, f"every user of this machine may read {value}", f"chmod o= {value}")
    if settings.tracing == "yes":
        yield _tracing()


def _exposure(settings: Settings) -> Finding:
    try:
        exposure.check(settings)
    except SettingsError as error:
        return problem("exposure", str(error).partition(": ")[0], str(error).partition(": ")[2])
    if settings.insecure == "yes" and not exposure.is_loopback(settings.listen):
        return warning(
            "exposure",
            f"insecure: {settings.listen} is open to whoever can connect, without TLS or without a token",
            "give tls_certificate, tls_key and access_file, unless a proxy or a mesh does both",
        )
    if settings.metrics_listen and not exposure.is_loopback(settings.metrics_listen):
        return ok("exposure", f"metrics at {settings.metrics_listen} are open to whoever can connect there")
    return ok("exposure", "as the settings ask for")


def _certificate(settings: Settings) -> Finding:
    try:
        identity = tls.read(tls.Paths.of(settings))
    except tls.TlsError as error:
        return problem(
            "certificate", str(error), "give a certificate in force and its key (docs/security.md, TLS)"
        )
    ends = datetime.fromtimestamp(identity.expires, UTC)
    days = (identity.expires - time.time()) / _DAY_SECONDS
    message = f"for {identity.name}, until {ends:%Y-%m-%d %H:%M} UTC"
    if days < _SOON_DAYS:
        return warning(
            "certificate", f"{message}: {days:.0f} days", "renew it; the service takes it up by itself"
        )
    return ok("certificate", message)


def _access(path: Path) -> Finding:
    try:
        callers = read_access(path)
    except AccessError as error:
        return problem("access file", str(error), "docs/security.md has an example")
    now = time.time()
    expired = sorted(each.name for each in callers.all if each.expires is not None and each.expires <= now)
    message = f"{len(callers.all)} callers"
    if len(expired) == len(callers.all):
        return problem(
            "access file", f"{message}, whose tokens have all expired", "make new ones: textkin-service token"
        )
    if expired:
        return warning(
            "access file",
            f"{message}; the tokens of {', '.join(expired)} have expired",
            "remove them, or make new ones",
        )
    return ok("access file", message)


def _tracing() -> Finding:
    try:
        check_tracing()
    except SettingsError as error:
        return problem("tracing", str(error), "install it or correct the variable, or set tracing to no")
    return ok("tracing", "OpenTelemetry can begin")

"""The machine: kernels, processors, memory, files, the clock, and the addresses to serve at."""

import errno
import os
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from textkin_service.doctor.finding import Finding, ok, problem, warning
from textkin_service.doctor.folder import Held
from textkin_service.kernels import cache_folder, is_cached
from textkin_service.rpc import probe
from textkin_service.settings import Settings, SettingsError, split_address
from textkin_service.telemetry.endpoint import PATH, SERVER

_MIB, _GIB = 1_048_576, 1_073_741_824
# What a process takes before the first article, and of index an article takes (docs/operations.md, Memory).
_BASE_BYTES, _ARTICLE_BYTES = 1_000_000_000, 2_500
_LITTLE_MEMORY = 0.8
# Beside a connection for each request and stream: the store's files, watches of health, a scraper.
_SPARE_FILES = 200
_FILES = 1_024
_ASK_SECONDS = 2.0
# No certificate, token or article of ours is from before.
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
# Where the limit of a container's memory is, in control groups of version 2 and 1.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))

_Number = IPv4Address | IPv6Address


def findings(settings: Settings, held: Held) -> Iterator[Finding]:
    """Yields what is found; `held`: what the data folder holds."""
    yield _kernels()
    yield _threads(settings)
    yield _memory(settings, held)
    yield _files(settings)
    yield _clock(held)
    yield from _addresses(settings)


def _kernels() -> Finding:
    folder = cache_folder()
    if folder is None:
        return warning(
            "kernels",
            "there is no folder to keep compiled kernels in: every start takes a minute",
            "name one that this user can write to in NUMBA_CACHE_DIR, and run textkin-service warm",
        )
    if not is_cached():
        return warning(
            "kernels",
            f"{folder} has none for this processor and this numba: the next start takes a minute",
            "run textkin-service warm, as the service's user",
        )
    return ok("kernels", f"compiled, in {folder}")


def _threads(settings: Settings) -> Finding:
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    message = f"{settings.threads or there} threads on {there} processors"
    if settings.threads > there:
        return warning("threads", message, f"set threads to {there}, or to 0: more gain nothing")
    return ok("threads", message)


def _memory(settings: Settings, held: Held) -> Finding:
    articles = held.contents.articles if held.contents else 0
    needed = _BASE_BYTES + articles * _ARTICLE_BYTES + settings.cache_mib * _MIB
    there = _memory_limit()
    if not there:
        return ok("memory", f"{needed / _GIB:.1f} GiB are needed; the system does not tell how much there is")
    message = f"{needed / _GIB:.1f} GiB are needed for {articles:,} articles and the cache, of {there / _GIB:.1f} GiB"
    remedy = "give the machine or the container more memory, or lower cache_mib"
    if needed > there:
        return problem("memory", message, remedy)
    return warning("memory", message, remedy) if needed > _LITTLE_MEMORY * there else ok("memory", message)


def _memory_limit() -> int:
    """Returns how much memory the process may have, in bytes; 0: it is not known."""
    limits = []
    for file in _LIMITS:
        try:
            limits.append(int(file.read_text(encoding="ascii")))
        except (OSError, ValueError):  # not there, or "max"
            continue
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(limits, default=0)


def _files(settings: Settings) -> Finding:
    if sys.platform == "win32":
        return ok("open files", "without a limit")
    import resource  # noqa: PLC0415 - Windows has none

    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = settings.max_in_flight + settings.max_streams + _SPARE_FILES
    message = f"{most:,} files and connections may be open"
    remedy = f"raise the limit to {max(needed, _FILES):,} or more: ulimit -n, or LimitNOFILE of systemd"
    if most == resource.RLIM_INFINITY:
        return ok("open files", "without a limit")
    if most < needed:
        return problem("open files", f"{message}; max_in_flight and max_streams need {needed:,}", remedy)
    return warning("open files", message, remedy) if most < _FILES else ok("open files", message)


def _clock(held: Held) -> Finding:
    now = datetime.fromtimestamp(time.time(), UTC)
    newest = held.contents.newest if held.contents else None
    remedy = "set the clock, and run a time service (NTP)"
    if now < _EPOCH:
        return problem("clock", f"it says {now:%Y-%m-%d %H:%M} UTC", remedy)
    if newest is not None and newest > now:
        return problem(
            "clock",
            f"it says {now:%Y-%m-%d %H:%M} UTC, and the newest article came {newest:%Y-%m-%d %H:%M} UTC: retention is wrong",
            remedy,
        )
    return ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def _addresses(settings: Settings) -> Iterator[Finding]:
    """Yields what is found of each address to serve at."""
    taken: dict[str, str] = {}
    for name in ("listen", "health_listen", "metrics_listen"):
        address = getattr(settings, name)
        if not address:
            continue
        other = next((each for each in taken if _exclude(each, address)), None)
        if other is not None:
            owner = taken[other]
            why = (
                f"is that of {owner} too" if other == address else f"cannot be had beside {other} of {owner}"
            )
            yield problem(name, f"{address} {why}", "give each a port of its own")
            continue
        taken[address] = name
        yield _address(settings, name, address)


def _exclude(earlier: str, later: str) -> bool:
    """Whether a service that listens at one address cannot have another, too."""
    (host, port), (other, other_port) = split_address(earlier), split_address(later)
    if port != other_port or not port:
        return False
    return any(_overlap(first, second) for first in _numbers(host) for second in _numbers(other))


def _overlap(earlier: _Number, later: _Number) -> bool:
    # gRPC, which comes first, takes 0.0.0.0 for all of IPv6 too.
    if earlier == later or earlier.is_unspecified:
        return True
    return later.is_unspecified and later.version >= earlier.version


def _numbers(host: str) -> list[_Number]:
    """Returns the addresses of a host; none where it is not known."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [ip_address(where[0]) for *_, where in found]


def _address(settings: Settings, name: str, address: str) -> Finding:
    host, port = split_address(address)
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except OSError as error:
        return problem(
            name, f"{host} is no address of this machine ({error.strerror})", f"name another with {name}"
        )
    family, kind, protocol, _, where = found[0]
    try:
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(where)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return problem(
                name,
                f"{address} cannot be had ({error.strerror})",
                f"name another with {name}: an address of this machine",
            )
        return _in_use(settings, name, address)
    return ok(name, f"{address} is free" if port else f"{address}: a free port is picked")


def _in_use(settings: Settings, name: str, address: str) -> Finding:
    """Tells whether it is a service of ours that has the address."""
    status = ""
    if name != "metrics_listen":
        try:
            # What is asked is this address, and not the other one.
            apart = replace(settings, health_listen="") if name == "listen" else settings
            status = probe.status(probe.target(apart, address), _ASK_SECONDS)
        except SettingsError as error:  # it asks every caller for a certificate
            return ok(name, f"{address} is in use; whether by a service cannot be asked: {error}")
    if status in {"SERVING", "NOT_SERVING"}:
        return ok(name, f"a service has {address}, and says {status}")
    if name == "metrics_listen" and _is_ours(address):
        return ok(name, f"a service has {address}")
    return problem(name, f"{address} is in use by another program", f"stop that, or name another with {name}")


def _is_ours(address: str) -> bool:
    """Asks for metrics, past any proxy."""
    host, port = split_address(address)
    connection = HTTPConnection(host.strip("[]"), port, timeout=_ASK_SECONDS)
    try:
        connection.request("HEAD", PATH)
        return connection.getresponse().headers["Server"] == SERVER
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()

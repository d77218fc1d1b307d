"""The files that settings name and that may change while the service runs: who may call, and the certificate."""

import asyncio
import stat
from pathlib import Path
from typing import Any

import structlog

from textkin_service.access import Callers, read
from textkin_service.reloading import Reloading, UnusableFile
from textkin_service.rpc import tls
from textkin_service.settings import Settings, SettingsError

# How often files are looked at, in seconds: so long a token that was taken back is good.
_LOOK_SECONDS = 1.0
_log = structlog.get_logger("textkin")


class Files:
    """What is made of those files. SettingsError, which names the setting, for one that cannot be used at the start."""

    def __init__(self, settings: Settings) -> None:
        try:
            self.callers = _callers(settings)
            self.identities = _identities(settings)
        except UnusableFile as error:
            raise SettingsError(str(error)) from error
        watched: dict[str, Reloading[Any] | None] = {
            "access_file": self.callers,
            "tls_certificate": self.identities,
        }
        self._watched = {setting: each for setting, each in watched.items() if each is not None}
        for secret in (settings.access_file, settings.tls_key):
            if secret:
                _warn_of_readers(Path(secret))

    async def watch(self) -> None:
        """Reads what has changed, until it is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await asyncio.to_thread(self.refresh)

    def refresh(self) -> None:
        """Reads what has changed. What cannot be used is logged, and what was read before stays in force."""
        for setting, each in self._watched.items():
            try:
                if each.refresh():
                    _log.info("reloaded", setting=setting)
            except UnusableFile as error:
                _log.error("reload failed", setting=setting, problem=str(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, what changes next must be seen
                _log.error("reload failed", setting=setting, problem="unexpected", exc_info=error)


def _callers(settings: Settings) -> Reloading[Callers] | None:
    if not settings.access_file:
        return None
    path = Path(settings.access_file)
    return Reloading([path], lambda: read(path))


def _identities(settings: Settings) -> Reloading[tls.Identity] | None:
    if not settings.tls_certificate:
        return None
    paths = tls.Paths.of(settings)
    return Reloading(paths.all, lambda: tls.read(paths))


def _warn_of_readers(path: Path) -> None:
    if path.stat().st_mode & stat.S_IRWXO:
        _log.warning("readable by others", file=str(path), right=f"chmod o= {path}")

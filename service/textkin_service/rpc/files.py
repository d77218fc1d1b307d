"""The files that settings name and that may change while the service runs: who may call."""

import asyncio
import stat
from pathlib import Path

import structlog

from textkin_service.access import AccessError, Callers, read
from textkin_service.reloading import Reloading
from textkin_service.settings import Settings, SettingsError

# How often files are looked at, in seconds: so long a token that was taken back is good.
_LOOK_SECONDS = 1.0
_log = structlog.get_logger("textkin")


class Files:
    """What is made of those files. SettingsError, which names the setting, for one that cannot be used at the start."""

    def __init__(self, settings: Settings) -> None:
        self.callers: Reloading[Callers] | None = None
        if settings.access_file:
            path = Path(settings.access_file)
            try:
                self.callers = Reloading([path], lambda: read(path))
            except AccessError as error:
                raise SettingsError(f"access_file: {error}") from error
            _warn_of_readers(path)

    async def watch(self) -> None:
        """Reads what has changed, until it is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await asyncio.to_thread(self.refresh)

    def refresh(self) -> None:
        """Reads what has changed. What cannot be used is logged, and what was read before stays in force."""
        if self.callers is None:
            return
        try:
            changed = self.callers.refresh()
        except AccessError as error:
            _log.error("reload failed", setting="access_file", problem=str(error))
        else:
            if changed:
                _log.info("reloaded", setting="access_file", callers=len(self.callers.value))


def _warn_of_readers(path: Path) -> None:
    if path.stat().st_mode & stat.S_IRWXO:
        _log.warning("readable by others", file=str(path), right=f"chmod o= {path}")

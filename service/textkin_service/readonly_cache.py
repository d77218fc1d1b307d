"""Compiled kernels that are kept where they may be read but not written, as in an image whose file system is read-only.

numba takes no folder for its cache that it cannot write to, not even to read what is there: each start would compile for a
minute what the image comes with. What a folder lacks is compiled, and not kept.
"""

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from numba import config
from numba.core.caching import CompileResultCacheImpl, FunctionCache, UserProvidedCacheLocator


def attach(dispatcher: Any, function: Callable[..., Any]) -> bool:
    """Has what numba made of a function read the folder that NUMBA_CACHE_DIR names.

    False where there is none that may be read, or it may be written to, as numba does.
    """
    named = cast("Any", config).CACHE_DIR
    if not named:
        return False
    own = Path(named, cast("Any", _Locator).get_suitable_cache_subpath(inspect.getfile(function)))
    folder = own if own.is_dir() else Path(named)
    if not os.access(folder, os.R_OK | os.X_OK) or os.access(folder, os.W_OK):
        return False
    # There is no other way in: numba has `cache=True`, or nothing.
    dispatcher._cache = cast("Any", _ReadOnlyCache)(function)  # noqa: SLF001 - see above
    return True


class _Locator(UserProvidedCacheLocator):
    def ensure_cache_path(self) -> None:
        """Asks for nothing: numba would write a file to see whether it may."""


class _Files(CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012 - as numba has it


class _ReadOnlyCache(FunctionCache):
    _impl_class = _Files

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keeps nothing."""

"""Compiled kernels that are kept where they may be read but not written, as in an image whose file system is read-only.

numba takes no folder for its cache that it cannot write to, not even to read what is there: each start would compile for a
minute what the image comes with. What a folder lacks is compiled, and not kept.

numba also makes the folder as soon as a kernel is imported. Within `nothing_made` it makes none.
"""

import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, cast

from numba import config
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)

_makes_nothing: ContextVar[bool] = ContextVar("textkin_makes_nothing", default=False)


@contextmanager
def nothing_made() -> Iterator[None]:
    """Has kernels that are imported within be looked for where numba would keep them, without a folder made for them."""
    before = _makes_nothing.set(True)
    try:
        yield
    finally:
        _makes_nothing.reset(before)


def attach(dispatcher: Any, function: Callable[..., Any]) -> bool:
    """Has what numba made of a function read the folder of compiled kernels, and not write to it.

    That is the folder that NUMBA_CACHE_DIR names, where it may only be read; and within `nothing_made` the one that numba
    would make. False where it is neither, and numba does as it does.
    """
    kind = _ReadOnlyCache if _is_read_only(function) else _FutureCache if _makes_nothing.get() else None
    if kind is None:
        return False
    try:
        cache = cast("Any", kind)(function)
    except RuntimeError:  # there is no folder that could be made
        return True
    if kind is _FutureCache and Path(cache.cache_path).is_dir():
        return False
    # There is no other way in: numba has `cache=True`, or nothing.
    dispatcher._cache = cache  # noqa: SLF001 - see above
    return True


def _is_read_only(function: Callable[..., Any]) -> bool:
    """Whether NUMBA_CACHE_DIR names a folder that may be read and not written to."""
    named = cast("Any", config).CACHE_DIR
    if not named:
        return False
    own = Path(named, cast("Any", _Locator).get_suitable_cache_subpath(inspect.getfile(function)))
    folder = own if own.is_dir() else Path(named)
    return os.access(folder, os.R_OK | os.X_OK) and not os.access(folder, os.W_OK)


class _Locator(UserProvidedCacheLocator):
    def ensure_cache_path(self) -> None:
        """Asks for nothing: numba would write a file to see whether it may."""


class _Files(CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012 - as numba has it


class _ReadOnlyCache(FunctionCache):
    _impl_class: type[CompileResultCacheImpl] = _Files

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keeps nothing."""


class _InFuture:
    """Takes a folder that numba could make or write to, and does neither."""

    def ensure_cache_path(self) -> None:
        place = Path(cast("Any", self).get_cache_path()).absolute()
        while not place.exists() and place != place.parent:
            place = place.parent
        if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError


class _FutureProvided(_InFuture, UserProvidedCacheLocator):
    pass


class _FutureInTree(_InFuture, InTreeCacheLocator):
    pass


class _FutureUserWide(_InFuture, UserWideCacheLocator):
    pass


class _FutureFiles(CompileResultCacheImpl):
    # In numba's order.
    _locator_classes = [_FutureProvided, _FutureInTree, _FutureUserWide]  # noqa: RUF012 - as numba has it


class _FutureCache(_ReadOnlyCache):
    _impl_class = _FutureFiles

"""Kernels: functions over arrays and numbers alone, compiled by numba, that hold no interpreter lock while they run.

A kernel is compiled for the types that it is called with: call it with the same ones always (an array that may not be written
to is another type than one that may), and once before the first request, from a `prepare`. The compiled form is
cached on disk, and made anew when the file of the kernel changes; not when another file changes, so that kernels that call
each other stand in one module, and whoever changes a constant that kernels of another module take removes their `__pycache__`.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

_P = ParamSpec("_P")
_R = TypeVar("_R")


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compiles a function of arrays and numbers when it is first called. Its twin in plain Python stands in the tests."""
    try:
        compiled = njit(function, nogil=True, cache=True)
    except RuntimeError:
        # No folder for the cache may be written to: compiled anew at each start.
        compiled = njit(function, nogil=True)
    return cast("Callable[_P, _R]", compiled)

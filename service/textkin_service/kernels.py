"""Kernels: functions over arrays and numbers alone, compiled by numba, that hold no interpreter lock while they run.

A kernel is compiled for the types that it is called with: call it with the same ones always (an array that may not be written
to is another type than one that may), and once before the first request, from a `prepare`. The compiled form is
cached on disk, and made anew when the file of the kernel changes; not when another file changes, so that kernels that call
each other stand in one module, and whoever changes a constant that kernels of another module take removes their `__pycache__`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit

_P = ParamSpec("_P")
_R = TypeVar("_R")


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compiles a function of arrays and numbers when it is first called. Its twin in plain Python stands in the tests."""
    # Nobody calls kernels from C; the code for it would be a twentieth of what there is to compile.
    compiler = partial(njit, nogil=True, no_cfunc_wrapper=True)
    try:
        compiled = compiler(function, cache=True)
    except RuntimeError:
        # No folder for the cache may be written to: compiled anew at each start.
        compiled = compiler(function)
    return cast("Callable[_P, _R]", compiled)


@kernel
def _probe(number: int) -> int:
    """Returns the number: the kernel that is compiled fastest."""
    return number


def is_compiled_anew() -> bool:
    """Whether kernels are not in the cache yet: none was compiled before, or for another processor or numba."""
    probe = cast("Any", _probe)
    probe(0)
    return bool(probe.stats.cache_misses)

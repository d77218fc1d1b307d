"""Kernels: functions over arrays and numbers alone, compiled by numba, that hold no interpreter lock while they run.

A kernel is compiled for the types that it is called with: call it with the same ones always (an array that may not be written
to is another type than one that may), and once before the first request, from a `prepare`. The compiled form is
cached on disk, and made anew when the file of the kernel changes; not when another file changes, so that kernels that call
each other stand in one module, and whoever changes a constant that kernels of another module take removes their `__pycache__`.

They are compiled for the processor of the machine, unless the environment variable NUMBA_CPU_NAME names a kind of processor,
as in the image, so that the cache fits all of that kind.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from llvmlite.binding import get_host_cpu_features
from numba import config, njit, types

from textkin_service import readonly_cache

# What the processors of the kind "x86-64-v3" have that not all of x86-64 have, in LLVM's words (System V ABI for AMD64).
_X86_64_V3 = ("avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")

_config = cast("Any", config)
if _config.CPU_NAME == "x86-64-v3" and not all(map(get_host_cpu_features().get, _X86_64_V3)):
    # What is compiled for that kind would end the process here.
    _config.CPU_NAME = _config.CPU_FEATURES = None

_P = ParamSpec("_P")
_R = TypeVar("_R")


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compiles a function of arrays and numbers when it is first called. Its twin in plain Python stands in the tests."""
    return _compiled(function, from_python=True)


def part(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compiles a part of kernels, that they alone may call: Python cannot, and ends if it tries."""
    return _compiled(function, from_python=False)


def inner_part(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compiles a part as `part` does, into each place that it is called from: the call itself would count there."""
    return _compiled(function, from_python=False, forceinline=True)


def _compiled(
    function: Callable[_P, _R], *, from_python: bool, forceinline: bool = False
) -> Callable[_P, _R]:
    # Nobody calls kernels from C, and parts of them not from Python either: the code for each of that would be a twentieth of
    # what there is to compile.
    compiler = partial(
        njit, nogil=True, no_cfunc_wrapper=True, no_cpython_wrapper=not from_python, forceinline=forceinline
    )
    compiled = cast("Any", compiler(function))
    if not readonly_cache.attach(compiled, function):
        # Where no folder may be written to either, it is compiled anew at each start.
        with suppress(RuntimeError):
            compiled.enable_caching()
    return cast("Callable[_P, _R]", compiled)


@kernel
def probe(number: int) -> int:
    """Returns the number: the kernel that is compiled fastest."""
    return number


def is_compiled_anew() -> bool:
    """Whether kernels are not in the cache yet: none was compiled before, or for another processor or numba."""
    cached = cast("Any", probe)
    cached(0)
    return bool(cached.stats.cache_misses)


def is_cached() -> bool:
    """The same the other way round, without compiling anything."""
    cached = cast("Any", probe)
    return cached._cache.load_overload((types.int64,), cached.targetctx) is not None  # noqa: SLF001 - numba has no other way


def cache_folder() -> Path | None:
    """Returns the folder that compiled kernels are kept in, or only read from; None if there is none."""
    folder = cast("Any", probe).stats.cache_path
    return None if folder is None else Path(folder)

"""What takes long to make at a start, and is the same at each, is kept in a file beside the compiled kernels.

As with these: where there is no folder that may be written to, it is made anew at each start; and what a file there says is
taken for as true as the code beside it.
"""

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from textkin_service.kernels import cache_folder

_T = TypeVar("_T")

_SUFFIX = ".prebuilt"
# The folders whose code makes things.
_MADE_BY = ("analysis", "sketch")
# Of which packages other releases make other things.
_MADE_WITH = ("datasketch", "numpy", "py3langid", "PyStemmer", "regex", "wordfreq")


def prebuilt(name: str, make: Callable[[], _T]) -> _T:
    """Returns what `make` returns, read from its file if there is one of this code, these packages and this Python.

    A file of others is removed.
    """
    folder = cache_folder()
    if folder is None:
        return make()
    file = folder / f"{name}-{_made_by()}{_SUFFIX}"
    # Whatever is wrong with a file, it is made anew.
    with suppress(Exception):
        made: _T = pickle.loads(file.read_bytes())  # noqa: S301 - see above: it is as much ours as the code
        return made
    made = make()
    with suppress(OSError):
        _write(file, pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
        for other in folder.glob(f"{name}-*{_SUFFIX}"):
            if other != file:
                other.unlink(missing_ok=True)
    return made


def _write(file: Path, content: bytes) -> None:
    """Writes a file so that others see all of it or nothing."""
    written = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        written.write_bytes(content)
        written.replace(file)
    finally:
        written.unlink(missing_ok=True)


@cache
def _made_by() -> str:
    """Returns a name for all that decides what is made: this code, the packages, the Python."""
    digest = hashlib.blake2b(digest_size=8)
    digest.update(repr((sys.version, *map(version, _MADE_WITH))).encode())
    for part in _MADE_BY:
        for source in sorted((Path(__file__).parent / part).glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()

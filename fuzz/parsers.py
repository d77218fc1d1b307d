"""Fuzzes one target: guided by coverage where atheris is installed, else with seeds that are changed at random.

    python fuzz/parsers.py TARGET [--runs N] [--seed N]

Ends with another exit code than 0, and says with which input, at the first that breaks what the target promises.
"""

import argparse
import importlib
import random
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kernel_modules import KERNEL_MODULES
from target_names import TARGETS

_LONGEST = 2_048
_SHORT = (1, 1, 1, 2, 4, 16)


def main() -> None:
    """Runs it from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        import atheris  # noqa: PLC0415 - there are no wheels of it for every system
    except ModuleNotFoundError:
        _unguided(arguments.target, arguments.runs, arguments.seed)
    else:
        # Kernels are compiled of their bytecode, and know nothing of what atheris would put into it.
        with atheris.instrument_imports(include=["textkin", "textkin_service"], exclude=KERNEL_MODULES):
            target = _target(arguments.target)
        _guided(atheris, target, arguments)


def _target(name: str) -> Callable[[bytes], None]:
    """Returns the function of a target."""
    return getattr(importlib.import_module(TARGETS[name]), name)


def _guided(atheris: Any, target: Callable[[bytes], None], arguments: argparse.Namespace) -> None:
    from seeds import seeds  # noqa: PLC0415 - behind the instrumented imports

    with tempfile.TemporaryDirectory(prefix="textkin-fuzz-") as folder:
        for number, data in enumerate(seeds(arguments.target)):
            (Path(folder) / str(number)).write_bytes(data[:_LONGEST])
        options = [
            f"-runs={arguments.runs}",
            f"-seed={arguments.seed}",
            f"-max_len={_LONGEST}",
            "-len_control=0",
            "-timeout=60",
            "-rss_limit_mb=4096",
        ]
        atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", folder], _told(target))
        atheris.Fuzz()


def _told(target: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Returns the target; the input that breaks it is printed."""

    def tell(data: bytes) -> None:
        try:
            target(data)
        except BaseException:
            print(f"FAILED with {data.hex()}", file=sys.stderr)
            raise

    return tell


def unguided_inputs(name: str, runs: int, seed: int) -> list[bytes]:
    """Returns so many inputs: the seeds of a target, and what comes of changing some bytes of them."""
    from seeds import seeds  # noqa: PLC0415 - behind the instrumented imports

    draw = random.Random(f"{name} {seed}")  # noqa: S311 - no secret
    found = list(seeds(name))[:runs]
    begun = list(found)
    while len(found) < runs:
        data = bytearray(draw.choice(begun))
        for _ in range(draw.choice(_SHORT)):
            place = draw.randrange(len(data) + 1)
            match draw.randrange(3):
                case 0:
                    data[place : place + 1] = bytes([draw.randrange(256)])
                case 1:
                    data[place:place] = draw.randbytes(draw.choice(_SHORT))
                case _:
                    del data[place : place + draw.choice(_SHORT)]
        found.append(bytes(data))
    return found


def _unguided(name: str, runs: int, seed: int) -> None:
    target = _told(_target(name))
    for data in unguided_inputs(name, runs, seed):
        try:
            target(data)
        except Exception:  # noqa: BLE001 - whatever it is, it is what was looked for
            traceback.print_exc()
            sys.exit(1)
    print(f"Done {runs} runs", file=sys.stderr)


if __name__ == "__main__":
    main()

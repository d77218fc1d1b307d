"""Carries the Dockerfile out without a container engine, by bubblewrap, with this machine for the base image.

    python .ci/by_hand.py [--root FOLDER] TARGET        and prints how large the parts of it are

Each stage is a folder in TARGET; `image` is the last one. A RUN sees its stage's folders in their places and the rest of this
machine read-only, so that it fails if it writes elsewhere. What the last stage runs changes the base image alone, and is left
out. `command` runs a command in the image as a container engine would: no other file can be written to than those in /data and
/tmp, as a user without rights, in name spaces of its own but for the network.
"""

import argparse
import fnmatch
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from dockerfile import Instruction, Stage, stages, substituted

IMAGE = "image"
# The folder of the command `python` of the base image.
_BASE = "base"
_LARGEST = 12
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What pip needs to know of this machine.
_HANDED_ON = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_", "REQUESTS_CA_BUNDLE")


def build(root: Path, target: Path) -> Path:
    """Carries out the Dockerfile of a repository in a new folder, and returns that of the image."""
    target.mkdir(parents=True)
    every = stages(root / "Dockerfile")
    for stage in every[:-1]:
        _make(stage, every, root, target)
    image = target / IMAGE
    image.mkdir()
    for copy in every[-1].all_of("COPY"):
        _copy(copy, root, target, image, "/")
    return image


def _make(stage: Stage, every: list[Stage], root: Path, target: Path) -> None:
    """Makes the folder of a stage."""
    folder = target / stage.name
    if any(other.name == stage.base for other in every):
        _run("cp", "-a", str(target / stage.base), str(folder))
    else:
        folder.mkdir()
    values, workdir = _inherited(stage, every)
    for instruction in stage.instructions:
        if instruction.keyword in {"ARG", "ENV"}:
            values |= instruction.pairs
        elif instruction.keyword == "WORKDIR":
            workdir = instruction.arguments
            (folder / workdir[1:]).mkdir(parents=True, exist_ok=True)
        elif instruction.keyword == "COPY":
            _copy(instruction, root, target, folder, workdir)
        elif instruction.keyword == "RUN":
            _run(*_run_command(folder, workdir, values, instruction.arguments))
        else:
            raise ValueError(f"{instruction.keyword} has no meaning here before the last stage")


def _inherited(stage: Stage, every: list[Stage]) -> tuple[dict[str, str], str]:
    """Returns the environment and the working directory that a stage has of those that it is built from."""
    for other in every:
        if other.name == stage.base:
            values, workdir = _inherited(other, every)
            changed = [each.arguments for each in other.all_of("WORKDIR")]
            return values | other.environment(), changed[-1] if changed else workdir
    return {}, "/"


def _copy(instruction: Instruction, root: Path, target: Path, folder: Path, workdir: str) -> None:
    """Copies as COPY does; what .dockerignore leaves out is not there."""
    *sources, last = instruction.words
    destination = folder / os.path.join(workdir, last)[1:]  # noqa: PTH118 - an absolute path replaces the other
    stage = instruction.options.get("from")
    for source in sources:
        here = target / stage / source.lstrip("/") if stage else root / source
        if stage is None and not is_seen(root, source):
            raise ValueError(f"COPY {source}: .dockerignore leaves it out")
        into = destination / here.name if last.endswith("/") and here.is_file() else destination
        into.parent.mkdir(parents=True, exist_ok=True)
        if here.is_file():
            shutil.copy2(here, into)
        elif stage:
            into.mkdir(exist_ok=True)
            _run("cp", "-al", f"{here}/.", str(into))
        else:
            shutil.copytree(here, into, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)


def is_seen(root: Path, source: str) -> bool:
    """Whether .dockerignore lets the build see a file or a folder: its last line that fits decides."""
    seen = True
    for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.lstrip("!")
        parents = [Path(source), *Path(source).parents]
        # One that begins so is for any folder.
        if pattern.startswith("**/"):
            fits = any(fnmatch.fnmatch(each.name, pattern[3:]) for each in parents)
        else:
            fits = any(fnmatch.fnmatch(str(each), pattern) for each in parents)
        if fits:
            seen = line.startswith("!")
    return seen


def _run_command(folder: Path, workdir: str, values: dict[str, str], command: str) -> list[str]:
    """Returns what runs the command of a RUN."""
    for name in ("tmp", "opt", "src", "var/cache", _BASE):
        (folder / name).mkdir(parents=True, exist_ok=True)
    # Not a link: a virtual environment would take its folder for the place of Python.
    python = folder / _BASE / "python"
    python.write_text(f'#!/bin/sh\nexec {_base_python()} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    handed_on = {name: value for name, value in os.environ.items() if name.upper().startswith(_HANDED_ON)}
    environment = (
        handed_on | {"HOME": os.environ.get("HOME", "/"), "PATH": f"/{_BASE}:{_SYSTEM_PATH}"} | values
    )
    return [
        *_bubblewrap(_mounts(folder, "--bind"), environment),
        *("--chdir", workdir, "sh", "-euc", command),
    ]


def _base_python() -> Path:
    return Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")


def command(
    image: Path, data: Path, *words: str, environment: dict[str, str], user: tuple[int, int] = (10001, 10001)
) -> list[str]:
    """Returns what runs a command in an image, as a user and a group, with a folder as its volume /data."""
    confined = [
        "--unshare-user",
        "--uid",
        str(user[0]),
        "--gid",
        str(user[1]),
        "--cap-drop",
        "ALL",
        "--new-session",
    ]
    confined += ["--unshare-ipc", "--unshare-uts", "--unshare-pid", "--as-pid-1"]
    writable = ["--tmpfs", "/tmp", "--bind", str(data), "/data"]  # noqa: S108 - a place in the image
    mounts = [*_mounts(image, "--ro-bind"), *writable]
    return [*_bubblewrap(mounts, environment), "--remount-ro", "/", *confined, *words]


def image_environment(root: Path) -> dict[str, str]:
    """Returns the environment that processes in the image have."""
    last = stages(root / "Dockerfile")[-1]
    return {name: substituted(value, {"PATH": _SYSTEM_PATH}) for name, value in last.environment().items()}


def _bubblewrap(mounts: list[str], environment: dict[str, str]) -> list[str]:
    program = shutil.which("bwrap")
    if program is None:
        raise SystemExit("by_hand: bubblewrap is not installed")
    named = [word for name, value in environment.items() for word in ("--setenv", name, value)]
    return [program, "--die-with-parent", *mounts, "--dev", "/dev", "--proc", "/proc", "--clearenv", *named]


def _mounts(folder: Path, kind: str) -> list[str]:
    """Returns what mounts a stage's folders in their places, and the rest of this machine read-only."""
    own = {each.name for each in folder.iterdir()} - {"usr"}
    mounts: list[str] = []
    for each in sorted(Path("/").iterdir()):
        if each.is_symlink():
            mounts += ["--symlink", str(each.readlink()), str(each)]
        elif each.is_dir() and each.name not in own | {"dev", "proc", "tmp", "data"}:
            mounts += ["--ro-bind", str(each), str(each)]
    for name in sorted(own):
        mounts += [kind, str(folder / name), f"/{name}"]
    # Python may be there, and packages that pip takes.
    for each in Path("/opt").glob("*/"):
        point = folder / "opt" / each.name
        if not point.exists() or not any(point.iterdir()):
            point.mkdir(exist_ok=True)
            mounts += ["--ro-bind", str(each), str(each)]
    return mounts


def _run(*words: str) -> None:
    ended = subprocess.run(words, check=False)  # noqa: S603 - our own arguments
    if ended.returncode:
        raise SystemExit(f"by_hand: {words[-1]} ended with {ended.returncode}")


def sizes(target: Path, root: Path) -> Iterator[tuple[str, int]]:
    """Yields the bytes of each part that the image adds to its base, and of the largest packages."""
    for copy in stages(root / "Dockerfile")[-1].all_of("COPY"):
        for source in copy.words[:-1]:
            yield source, size(target / copy.options["from"] / source[1:])
    packages = next((target / IMAGE / "opt" / "textkin" / "lib").glob("python3*")) / "site-packages"
    parts = sorted(((size(each), each.name) for each in packages.iterdir()), reverse=True)
    yield from ((f"  {name}", bytes_of) for bytes_of, name in parts[:_LARGEST])


def size(path: Path) -> int:
    """Returns the bytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(each.lstat().st_size for each in files if not each.is_dir())


def main() -> int:
    """Builds, prints the sizes, and returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", type=Path, metavar="TARGET", help="a folder that is not there yet")
    parser.add_argument("--root", type=Path, default=Path(), help="of the repository")
    arguments = parser.parse_args()
    build(arguments.root, arguments.target.absolute())
    for name, size_of in sizes(arguments.target, arguments.root):
        print(f"by_hand: {size_of / 1e6:8.1f} MB  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

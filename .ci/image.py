"""Checks the Dockerfile for what hadolint does not know: that it, .dockerignore, compose.yaml and deploy/ mean the same image.

    python .ci/image.py [--root FOLDER]

Ends with 1 for any of it.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml

from by_hand import is_seen
from dockerfile import Stage, stages
from manifests import Pods, built, environment_problems, pods_of

_PINNED = re.compile(r"\S+:[\w.-]+@sha256:[0-9a-f]{64}")
_VERSION = "org.opencontainers.image.version"
_NAME = "textkin"


def port_of(address: str) -> int:
    """Returns the port of HOST:PORT."""
    return int(address.rpartition(":")[2])


def build_problems(every: list[Stage], root: Path) -> Iterator[str]:
    """Yields what the build would not make the same again, or would not find."""
    names = {each.name for each in every if each.name}
    for stage in every:
        if stage.base not in names and not _PINNED.fullmatch(stage.base):
            yield f"FROM {stage.base}: an image is named with its tag and its digest"
    arguments = [each.pairs for stage in every for each in stage.all_of("ARG")]
    epochs = {pairs["SOURCE_DATE_EPOCH"] for pairs in arguments if "SOURCE_DATE_EPOCH" in pairs}
    if len(epochs) != 1:
        yield f"SOURCE_DATE_EPOCH must be the same in all stages, not {', '.join(sorted(epochs)) or 'missing'}"
    yield from copy_problems(every, names, root)


def copy_problems(every: list[Stage], names: set[str], root: Path) -> Iterator[str]:
    """Yields what COPY would not find, and what .dockerignore lets in for nothing."""
    sources = []
    for copy in (copy for stage in every for copy in stage.all_of("COPY")):
        if "from" in copy.options:
            if copy.options["from"] not in names:
                yield f"COPY --from={copy.options['from']}: there is no such stage"
            continue
        for source in copy.words[:-1]:
            sources.append(source)
            if not (root / source).exists():
                yield f"COPY {source}: it is not there"
            elif not is_seen(root, source):
                yield f"COPY {source}: .dockerignore leaves it out"
    for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line.startswith("!") and line[1:] not in sources:
            yield f".dockerignore: {line[1:]} is not copied"


def image_problems(image: Stage, version: str) -> Iterator[str]:
    """Yields what is wrong with how the image is started, ended and described."""
    environment = image.environment()
    yield from environment_problems(environment)
    last = {each.keyword: each for each in image.instructions}
    for keyword in ("ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "USER", "VOLUME", "EXPOSE"):
        if keyword not in last:
            yield f"{keyword} is missing"
            return
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", last["USER"].arguments):
        yield f"USER {last['USER'].arguments}: must be two numbers, none of them 0"
    if last["VOLUME"].arguments != environment.get("TEXTKIN_DATA"):
        yield f"VOLUME {last['VOLUME'].arguments}: must be TEXTKIN_DATA, {environment.get('TEXTKIN_DATA')}"
    if last["EXPOSE"].arguments != str(port_of(environment.get("TEXTKIN_LISTEN", ""))):
        yield f"EXPOSE {last['EXPOSE'].arguments}: must be the port of TEXTKIN_LISTEN"
    if last["STOPSIGNAL"].arguments != "SIGTERM":
        yield f"STOPSIGNAL {last['STOPSIGNAL'].arguments}: must be SIGTERM"
    for keyword in ("ENTRYPOINT", "HEALTHCHECK"):
        if not re.search(r"\[.*\]$", last[keyword].arguments):
            yield f"{keyword}: must be a list, because a shell does not hand signals on"
    yield from label_problems(image, version)


def label_problems(image: Stage, version: str) -> Iterator[str]:
    """Yields where the image would tell another version than its own."""
    defaults = {name: value for each in image.all_of("ARG") for name, value in each.pairs.items()}
    if defaults.get("VERSION") != version:
        yield f"ARG VERSION={defaults.get('VERSION')}: pyproject.toml has {version}"
    labels = {name: value for each in image.all_of("LABEL") for name, value in each.pairs.items()}
    if labels.get(_VERSION) != "$VERSION":
        yield f"LABEL {_VERSION} must be $VERSION"


def compose_problems(image: Stage, path: Path) -> Iterator[str]:
    """Yields where compose.yaml takes the image for another."""
    environment = image.environment()
    listen, data = port_of(environment["TEXTKIN_LISTEN"]), environment["TEXTKIN_DATA"]
    services = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]
    for name, service in services.items():
        if not service["image"].startswith(f"{_NAME}:"):
            continue
        for published in service.get("ports", ()):
            if port_of(published) != listen:
                yield f"{name}: {published} leads to another port than {listen}, where the image listens"
        for volume in service.get("volumes", ()):
            if volume.rpartition(":")[2] != data:
                yield f"{name}: {volume} is not mounted at {data}, where the image keeps articles"
        if "entrypoint" not in service and service.get("tmpfs") != ["/tmp"]:  # noqa: S108 - a place in the image
            yield f"{name}: tmpfs must be [/tmp], because the rest is read-only"


def pods_problems(image: Stage, pods: Pods, version: str) -> Iterator[str]:
    """Yields where pods take the image for another."""
    environment = image.environment()
    (user,) = image.all_of("USER")
    for container in pods.all_containers:
        name, _, tag = container["image"].rpartition(":")
        if name != _NAME:
            continue
        if tag != version:
            yield f"the image's tag is {tag}, pyproject.toml has {version}"
        security = pods.spec["securityContext"]
        if f"{security.get('runAsUser')}:{security.get('runAsGroup')}" != user.arguments:
            yield f"runAsUser and runAsGroup are not {user.arguments}, whom the image runs as"
        ports = {each["name"]: each["containerPort"] for each in container.get("ports", ())}
        for port, variable in (("grpc", "TEXTKIN_LISTEN"), ("health", "TEXTKIN_HEALTH_LISTEN")):
            if ports.get(port) != port_of(environment[variable]):
                yield f"the port {port} is {ports.get(port)}, {variable} of the image is {environment[variable]}"
        places = {each["mountPath"] for each in container.get("volumeMounts", ())}
        if "/tmp" not in places:  # noqa: S108 - a place in the image
            yield "nothing is mounted at /tmp, and the rest is read-only"
        if pods.claims and environment["TEXTKIN_DATA"] not in places:
            yield f"nothing is mounted at {environment['TEXTKIN_DATA']}, where the image keeps articles"


def main() -> int:
    """Prints what was found, and returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=Path(), help="of the repository")
    root = parser.parse_args().root
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    every = stages(root / "Dockerfile")
    wrong = [f"Dockerfile: {each}" for each in build_problems(every, root)]
    wrong += [f"Dockerfile: {each}" for each in image_problems(every[-1], version)]
    wrong += [f"compose.yaml: {each}" for each in compose_problems(every[-1], root / "compose.yaml")]
    for folder in sorted(path.parent for path in (root / "deploy").glob("*/kustomization.yaml")):
        for pods in pods_of(built(folder)):
            where = f"{folder.relative_to(root)}: {pods.kind} {pods.name}"
            wrong += [f"{where}: {each}" for each in pods_problems(every[-1], pods, version)]
    for line in wrong:
        print(f"image: {line}")
    print(f"image: {len(every)} stages, {len(wrong)} problems")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())

"""Writes the bill of materials (SBOM) of the image's Python packages, as CycloneDX 1.6 in JSON, without a network.

    python .ci/sbom.py [--root FOLDER] [--packages FOLDER] FILE

Names, versions and hashes are those of requirements.lock, but for what is for other systems; licences and dependencies are what
the installed packages say: those of --packages, else those of this Python. The same packages give the same file: it has the
time of SOURCE_DATE_EPOCH, or none. Debian's packages and Python itself, which come with the base image, are not in it.

cyclonedx-py writes either the hashes, of a lock, or the licences, of an environment, and names a registry with both.
"""

import argparse
import json
import os
import sys
import tomllib
import uuid
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from audit import ALLOWED, CALLED, Pin, licences, pins

Json = dict[str, Any]

# Packages whose licence file says another thing, or more, than their metadata.
CONCLUDED = {"locate": "MIT", "numba": "BSD-2-Clause"}
# The extras of the project that the image has.
_EXTRAS = ("service", "tracing")


class SbomError(Exception):
    """The installed packages are not those of the lock."""


def bill(root: Path, packages: list[str]) -> Json:
    """Returns the bill of materials. SbomError unless what is installed in the folders is what the lock of the root says."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = {
        canonicalize_name(pin.name): pin for pin in pins(root / "requirements.lock") if _is_for_here(pin)
    }
    installed = {canonicalize_name(each.name): each for each in distributions(path=packages)}
    for name, pin in locked.items():
        found = installed[name].version if name in installed else "nothing"
        if found != pin.version:
            raise SbomError(f"{name}: {found} is installed, the lock has {pin.version}")
    application = {
        "bom-ref": project["name"],
        "type": "application",
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
        "licenses": [{"license": {"id": project["license"]}}],
    }
    optional = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(each for extra in _EXTRAS for each in optional[extra])]
    asked = [Requirement(each) for each in wanted]
    extras = _extras(asked, installed)
    dependencies = [{"ref": project["name"], "dependsOn": _refs(asked, locked)}]
    dependencies += [
        {
            "ref": _purl(locked[name]),
            "dependsOn": _refs(_needed(installed[name], extras.get(name, set())), locked),
        }
        for name in sorted(locked)
    ]
    content = {
        "metadata": _time() | {"lifecycles": [{"phase": "build"}], "component": application},
        "components": [_component(locked[name], installed[name]) for name in sorted(locked)],
        "dependencies": dependencies,
    }
    # A name of what it holds.
    serial = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(content, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": serial.urn, "version": 1}
    return head | content


def _is_for_here(pin: Pin) -> bool:
    return pin.requirement.marker is None or pin.requirement.marker.evaluate()


def _time() -> Json:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return {"timestamp": datetime.fromtimestamp(int(epoch), UTC).isoformat()} if epoch else {}


def _purl(pin: Pin) -> str:
    return f"pkg:pypi/{canonicalize_name(pin.name)}@{pin.version}"


def _component(pin: Pin, found: Distribution) -> Json:
    hashes = [{"alg": "SHA-256", "content": each} for each in pin.hashes]
    return {
        "bom-ref": _purl(pin),
        "type": "library",
        "name": canonicalize_name(pin.name),
        "version": pin.version,
        "description": found.metadata.get("Summary") or "",
        "licenses": _licences(found),
        "purl": _purl(pin),
        "externalReferences": [
            {
                "type": "distribution",
                "url": _purl(pin),
                "comment": "It is installed from a file with one of these hashes.",
                "hashes": hashes,
            }
        ],
    }


def _licences(found: Distribution) -> list[Json]:
    if expression := found.metadata.get("License-Expression"):
        return [{"expression": expression, "acknowledgement": "declared"}]
    if concluded := CONCLUDED.get(canonicalize_name(found.name)):
        return [{"license": {"id": concluded, "acknowledgement": "concluded"}}]
    called = [CALLED.get(each, each) for each in licences(found.metadata)]
    return [
        {"license": {"id" if each in ALLOWED else "name": each, "acknowledgement": "declared"}}
        for each in called
    ]


def _needed(found: Distribution, extras: set[str]) -> list[Requirement]:
    """Returns what a package needs here, with these extras of its."""
    needed = [Requirement(each) for each in found.requires or ()]
    return [
        each
        for each in needed
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in {"", *extras})
    ]


def _extras(asked: list[Requirement], installed: dict[str, Distribution]) -> dict[str, set[str]]:
    """Returns which extras of packages are asked for, by the project or by another package."""
    extras: dict[str, set[str]] = {}
    waiting = list(asked)
    seen = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        extras.setdefault(name, set()).update(requirement.extras)
        state = (name, frozenset(extras[name]))
        if state not in seen and name in installed:
            seen.add(state)
            waiting += _needed(installed[name], extras[name])
    return extras


def _refs(requirements: list[Requirement], locked: dict[str, Pin]) -> list[str]:
    names = {canonicalize_name(each.name) for each in requirements}
    return sorted(_purl(locked[name]) for name in names if name in locked)


def main() -> int:
    """Writes the file, and returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--root", type=Path, default=Path(), help="of the repository")
    parser.add_argument("--packages", action="append", help="folder that they are installed in")
    arguments = parser.parse_args()
    try:
        content = bill(arguments.root, arguments.packages or sys.path)
    except SbomError as error:
        print(f"sbom: {error}")
        return 1
    arguments.file.parent.mkdir(parents=True, exist_ok=True)
    arguments.file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"sbom: {len(content['components'])} packages in {arguments.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

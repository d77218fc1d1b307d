"""The bill of materials is valid, the same each time, and has what the lock has."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.markers import Marker

ROOT = Path(__file__).parent.parent


def written(file, *flags, **environment):
    """Writes a bill of materials, and returns how that ended."""
    clean = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    return subprocess.run(
        [sys.executable, ROOT / ".ci" / "sbom.py", file, "--root", ROOT, *flags],
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    file = tmp_path_factory.mktemp("sbom") / "build" / "sbom.cdx.json"
    assert written(file).returncode == 0
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def components(text):
    return json.loads(text)["components"]


def entries():
    """The entries of the lock that are for this system, as names with their texts."""
    for entry in re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8")):
        name, marker = re.match(r"([\w.-]+)==\S+(?: ; (.+?))? \\", entry).groups()
        if marker is None or Marker(marker).evaluate():
            yield name, entry


def test_it_is_valid(text):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_names_versions_and_hashes_are_those_of_the_lock(components):
    locked = {}
    for name, entry in entries():
        version = re.search(r"==(\S+)", entry)[1]
        locked[name] = (version, sorted(re.findall(r"sha256:([0-9a-f]{64})", entry)))
    listed = {}
    for each in components:
        (reference,) = each["externalReferences"]
        assert {hashed["alg"] for hashed in reference["hashes"]} == {"SHA-256"}
        listed[each["name"]] = (each["version"], sorted(hashed["content"] for hashed in reference["hashes"]))
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
    assert listed == locked


def test_every_package_has_a_licence(components):
    for each in components:
        assert each["licenses"], each["name"]
        for entry in each["licenses"]:
            licence = entry.get("expression") or entry["license"].get("id") or entry["license"]["name"]
            assert licence not in {"", "none", "UNKNOWN", "Other/Proprietary License"}, each["name"]


def test_every_package_is_there_because_another_needs_it(text):
    needs = {each["ref"]: each["dependsOn"] for each in json.loads(text)["dependencies"]}
    reached, waiting = set(), ["textkin"]
    while waiting:
        if (ref := waiting.pop()) not in reached:
            reached.add(ref)
            waiting += needs[ref]
    assert reached == needs.keys()


def test_it_names_no_place(text):
    assert "http" not in text
    assert str(ROOT) not in text


def test_it_is_the_same_each_time(text, tmp_path):
    assert "timestamp" not in text
    written(tmp_path / "again.json", PYTHONHASHSEED="7")
    assert (tmp_path / "again.json").read_text(encoding="utf-8") == text


def test_it_has_the_time_that_it_is_given(text, tmp_path):
    written(tmp_path / "dated.json", SOURCE_DATE_EPOCH="1767225600")
    dated = json.loads((tmp_path / "dated.json").read_text(encoding="utf-8"))
    assert dated["metadata"]["timestamp"] == "2026-01-01T00:00:00+00:00"
    assert dated["serialNumber"] != json.loads(text)["serialNumber"]


def test_other_packages_than_those_of_the_lock_are_an_error(tmp_path):
    ended = written(tmp_path / "none.json", "--packages", tmp_path)
    assert ended.returncode == 1
    assert re.fullmatch(r"sbom: apsw: nothing is installed, the lock has \S+\n", ended.stdout)

    info = tmp_path / "apsw-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: apsw\nVersion: 1.0\n", encoding="utf-8")
    ended = written(tmp_path / "none.json", "--packages", tmp_path)
    assert ended.stdout.startswith("sbom: apsw: 1.0 is installed, the lock has ")
    assert not (tmp_path / "none.json").exists()

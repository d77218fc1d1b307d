"""The example in JavaScript does from the protos alone what it says, with the machine's real Node."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from textkin import Client

ROOT = Path(__file__).parent.parent.parent
# Characters of two UTF-16 units and of several bytes stand before, in and after what both texts have.
STORY = (
    "🚢🚢 Naïve plans, says 北海: the ferry 𝒜gnes ran aground off Kestrel Point on Monday 🐑 with forty sheep and a brass "
    "band aboard. Harbourmaster Odile Fenwright blamed a faulty depth sounder, due for repair since March. "
    "The band played on 🎺 until two tugs from Quernmouth pulled the ship free at high water. 🌊"
)
DRAFT = f"🦀 Crab prices rose by a third at the quay of Brenmouth this week. 🦀\n\n{STORY}"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The example with its packages, laid beside the protos as in the repository."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node or npm is not installed")
    root = tmp_path_factory.mktemp("javascript")
    shutil.copytree(ROOT / "protos", root / "protos")
    folder = root / "examples" / "javascript"
    shutil.copytree(ROOT / "examples" / "javascript", folder, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"],
        cwd=folder,
        check=True,
        timeout=280,
    )
    return folder / "example.js"


def run(example, address, *arguments):
    return subprocess.run(
        ["node", example, *arguments],
        env=os.environ | {"TEXTKIN_ADDRESS": address},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_it_prints_the_passages_of_texts_with_characters_of_two_units(example, service, tmp_path):
    articles, draft = tmp_path / "articles.jsonl", tmp_path / "draft.txt"
    lines = [{"id": "js-ferry", "text": STORY, "title": "Aground"}, {"id": "js-empty", "text": ""}]
    articles.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    draft.write_text(DRAFT, encoding="utf-8")
    with Client(service.address) as client:
        try:
            done = run(example, service.address, articles, draft)
            assert done.returncode == 0, done.stderr
            printed = done.stdout.splitlines()
            assert printed[0] == "js-ferry INGEST_OUTCOME_CREATED"
            assert printed[1].startswith("js-empty refused: ")
            assert printed[2].split()[:2] == ["js-ferry", "RELATION_COPY"]
            (passage,) = client.compare(DRAFT, STORY).passages
            assert passage.a.text == passage.b.text
            assert "🐑" in passage.a.text
            assert printed[3:] == [
                "  PASSAGE_KIND_VERBATIM",
                f"    draft:   {json.dumps(passage.a.text, ensure_ascii=False)}",
                f"    article: {json.dumps(passage.b.text, ensure_ascii=False)}",
            ]
        finally:
            client.delete("js-ferry", allow_missing=True)


def test_it_ingests_more_than_a_batch(example, service_factory, tmp_path):
    articles, draft = tmp_path / "articles.jsonl", tmp_path / "draft.txt"
    lines = [{"id": f"n{number}", "text": f"{STORY} {number}"} for number in range(150)]
    articles.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    draft.write_text("Nothing of the kind.", encoding="utf-8")
    own = service_factory()
    done = run(example, own.address, articles, draft)
    assert done.stdout.splitlines() == [f"n{number} INGEST_OUTCOME_CREATED" for number in range(150)], (
        done.stderr
    )
    with Client(own.address) as client:
        assert [article.id for article in client.list()] == [line["id"] for line in lines]
        assert client.get("n7").text == lines[7]["text"]


def test_it_tells_what_failed(example, service, tmp_path):
    draft = tmp_path / "draft.txt"
    draft.write_text("", encoding="utf-8")
    articles = tmp_path / "articles.jsonl"
    articles.write_text("", encoding="utf-8")
    done = run(example, service.address, articles, draft)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{service.address}: inline.text: ")
    assert run(example, service.address).returncode == 2


def test_its_lock_names_no_place_to_download_from():
    lock = json.loads((ROOT / "examples" / "javascript" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name

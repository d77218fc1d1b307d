"""The guide of the client does what it says: each of its blocks is run, and prints what stands below it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import textkin
from callers import AccessFile
from certificates import Authority, Pair
from textkin import Client

GUIDE = (Path(__file__).parent.parent.parent / "docs" / "client.md").read_text(encoding="utf-8")
STORY, *SECTIONS = re.split(r"^## ", GUIDE, flags=re.MULTILINE)
TITLED = {section.splitlines()[0]: section for section in SECTIONS}
SHOWN = [title for title, section in TITLED.items() if "```python" in section]
# What a section's names stand for, where they are not those of the one service.
OF_THEIR_OWN = {"Tokens and TLS", "Several replicas"}

BLOCK = re.compile(r"```python\n(.*?)```(?:\n+```text\n(.*?)```)?", re.DOTALL)


def run(section, capsys, **names):
    """Runs the blocks of a section with other addresses and words for its own."""
    namespace = {}
    for code, _ in BLOCK.findall(STORY):
        exec(compile(code, "client.md", "exec"), namespace)  # noqa: S102 -- our own page
    blocks = BLOCK.findall(TITLED[section])
    assert blocks
    for code, expected in blocks:
        for name, meant in names.items():
            assert name in code
            code = code.replace(name, str(meant))  # noqa: PLW2901 -- the same block
        capsys.readouterr()
        exec(compile(code, f"client.md, {section}", "exec"), namespace)  # noqa: S102 -- as above
        assert capsys.readouterr().out == expected


@pytest.fixture(scope="module")
def own_service(tmp_path_factory, module_service_factory):
    return module_service_factory(tmp_path_factory.mktemp("guide"))


@pytest.mark.parametrize("section", [title for title in SHOWN if title not in OF_THEIR_OWN])
def test_a_section_prints_what_it_says(section, own_service, monkeypatch, capsys):
    monkeypatch.setenv("TEXTKIN_ADDRESS", own_service.address)
    run(section, capsys)
    with Client() as client:
        for article in list(client.list()):
            client.delete(article.id)


def test_tokens_and_tls_are_as_the_guide_says(service_factory, tmp_path, capsys):
    authority, file = Authority(), AccessFile()
    (tmp_path / "authority.pem").write_bytes(authority.pem)
    pair = Pair(tmp_path).write(*authority.issue("localhost"))
    token = file.token("reader", read=["*"])
    running = service_factory(access_file=file.write(tmp_path / "access.toml"), **pair.settings)
    port = running.address.rpartition(":")[2]
    run(
        "Tokens and TLS",
        capsys,
        **{
            "textkin.example:50051": f"localhost:{port}",
            "the-token": token,
            "authority.pem": tmp_path / "authority.pem",
        },
    )


def test_calls_are_balanced_as_the_guide_says(service_factory, tmp_path, capsys):
    one, two = service_factory(tmp_path / "one"), service_factory(tmp_path / "two")
    names = {"one.example:50051": one.address, "two.example:50051": two.address}
    run("Several replicas", capsys, **names)


def test_the_guide_names_every_call():
    calls = [name for name, value in vars(Client).items() if callable(value) and name[0] != "_"]
    assert [name for name in calls if not re.search(rf"\b{name}\b", GUIDE)] == []


def test_the_blocks_of_the_guide_fit_the_types(tmp_path):
    story = BLOCK.findall(STORY)[0][0]
    for number, title in enumerate(SHOWN):
        code = "".join(code for code, _ in BLOCK.findall(TITLED[title]))
        (tmp_path / f"section_{number}.py").write_text(f"{story}\n{code}", encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--check-untyped-defs",
            "--config-file=",
            "--no-incremental",
            tmp_path,
        ],
        env=os.environ | {"MYPYPATH": str(Path(textkin.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout

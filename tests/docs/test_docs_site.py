"""The site is built without a warning, loads nothing from elsewhere, and has every public name of the client."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

import textkin
from outside_links import REPOSITORY_VARIABLE, with_outside_links

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SPHINX = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--nitpicky", "--quiet"]


def build(source, target):
    environment = {name: value for name, value in os.environ.items() if name != REPOSITORY_VARIABLE}
    command = [*SPHINX, "--builder", "html", source, target]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    target = tmp_path_factory.mktemp("site")
    done = build(DOCS, target)
    assert done.returncode == 0, done.stderr
    return target


def test_every_public_name_of_the_client_is_in_the_site(site):
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    known = {
        name.rpartition(".")[2] for kind in ("py:class", "py:exception") for name in inventory.data[kind]
    }
    assert set(textkin.__all__) <= known


def test_a_page_loads_nothing_from_another_host(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    for path in pages:
        loaded = re.findall(
            r'<(?:script|link|img|source|iframe)\b[^>]*?(?:src|href)="([^"]+)"',
            path.read_text(encoding="utf-8"),
        )
        assert loaded
        assert not [each for each in loaded if re.match(r"(https?:)?//", each)], path.name


def test_the_walkthrough_is_in_the_site_with_its_figure(site):
    page = (site / "walkthrough.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "The bride in the bass" in page


def test_links_out_of_the_documents_name_the_file(site):
    page = (site / "limits.html").read_text(encoding="utf-8")
    assert "bench/RESULTS.md" in page
    assert "../bench/RESULTS.md" not in page


def sections_of(text):
    """The places of a page of Markdown that a forge makes of its headings."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "bench/RESULTS.md", "samples/README.md"])
def test_a_link_to_a_section_leads_there_on_a_forge(name):
    for path, place in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        page = (ROOT / name).parent / path if path else ROOT / name
        assert place in sections_of(page.read_text(encoding="utf-8")), f"{name}: {path}#{place}"


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path):
    source = tmp_path / "docs"
    source.mkdir()
    (source / "conf.py").write_text(
        'extensions = ["myst_parser"]\nmyst_heading_anchors = 4\n', encoding="utf-8"
    )
    (source / "index.md").write_text("# Title\n\n[gone](gone.md) [and](#gone)\n", encoding="utf-8")
    done = build(source, tmp_path / "site")
    assert done.returncode != 0
    assert "gone" in done.stderr


@pytest.mark.parametrize(
    ("repository", "link", "shown"),
    [
        ("", "[the protos](../protos/textkin/v1)", "the protos (`protos/textkin/v1/`)"),
        ("", "[README.md](../README.md#limits)", "`README.md`"),
        ("", "[api](api.md#errors)", "[api](api.md#errors)"),
        ("", "![figure](../growth.svg)", "![figure](../growth.svg)"),
        (
            "https://forge.example/x/",
            "[more](../README.md#limits)",
            "[more](https://forge.example/x/README.md#limits)",
        ),
    ],
)
def test_a_link_out_of_the_documents_is_such_as_the_site_can_show(repository, link, shown):
    assert with_outside_links(f"See {link}.", DOCS / "page", DOCS, repository) == f"See {shown}."

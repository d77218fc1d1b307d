"""Reports of real comparisons, and the browser that opens them: Debian's Chromium, driven by Playwright."""

import json
import random
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from hostile_texts import prose
from textkin import (
    Article,
    ArticleReference,
    Client,
    Comparison,
    Passage,
    PassageKind,
    Relation,
    SearchOptions,
    Span,
)
from textkin.report import ReportText, comparison_report, report_text, search_report

SAMPLES = Path(__file__).parents[2] / "samples" / "articles.jsonl"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Bounds how long is waited for what never comes.
expect.set_options(timeout=60_000)

HOSTILE = (
    '<script>window.ran = 1</script> <img src=x onerror="window.ran = 2"> &lt;b&gt; &amp; "quoted" \'too\' '
    "</div></section></main></body> <!-- <style>* { display: none }</style> ]]> ${1} javascript:ran \x00\x1b[31m "
    "\u202eesrever\u202c \u2066\ud800 \ufeff \r\n" + "endless" * 400 + "\n"
)


class Opened:
    """A page in the browser, with all that it complained about and asked for."""

    def __init__(self, page):
        self.page = page
        self.complaints = []
        self.requests = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture(scope="module")
def chromium():
    """The browser. A module's own: what drives it is an event loop, beside which no other test's may run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, reports):
    """Opens a report by name. In the end no page has complained, or asked for anything but itself."""
    contexts, pages = [], []

    def open_report(name, width=1280, scheme="light", motion="reduce", anchor="", **more):
        context = chromium.new_context(
            viewport={"width": width, "height": 844},
            color_scheme=scheme,
            reduced_motion=motion,
            **more,
        )
        contexts.append(context)
        shown = Opened(context.new_page())
        pages.append((shown, reports[name].as_uri()))
        shown.page.goto(reports[name].as_uri() + anchor)
        return shown.page

    yield open_report
    for context in contexts:
        context.close()
    for shown, address in pages:
        assert shown.complaints == []
        assert {request.split("#")[0] for request in shown.requests} == {address}


@pytest.fixture(scope="session")
def samples():
    """The sample articles by id."""
    lines = SAMPLES.read_text(encoding="utf-8").splitlines()
    return {
        each["id"]: Article(**{name: each[name] for name in ("id", "text", "title", "source", "url")})
        for each in map(json.loads, lines)
    }


@pytest.fixture(scope="session")
def texts(samples):
    """What each report compares, by its name."""
    story = samples["water-levy-original"].text
    return {
        "rewrite": (samples["cold-reef-rewrite"].text, samples["cold-reef-original"].text),
        "edit": (samples["tour-stage-edit"].text, samples["tour-stage-original"].text),
        "strangers": (samples["tour-stage-edit"].text, samples["cold-reef-original"].text),
        "hostile": (HOSTILE + story + HOSTILE, story.replace("a", "a" + HOSTILE, 1)),
        "overlapping": (story, story),
        "long": long_texts(),
        "short": ("The ferry terminal of Velmora closes.", "The ferry terminal of Velmora closes."),
    }


@pytest.fixture(scope="session")
def reports(service, samples, texts, tmp_path_factory):
    """Where the reports lie, by name: as the real functions make them of what a real service answers."""
    folder = tmp_path_factory.mktemp("reports")
    written = {}

    def write(name, page):
        written[name] = folder / f"{name}.html"
        written[name].write_text(page, encoding="utf-8")

    with Client(service.address) as client:
        client.create_collection("reports")
        for article in samples.values():
            client.ingest(article, collection="reports")
        for name, (a, b) in texts.items():
            sent = [text.encode("utf-8", "replace").decode() for text in (a, b)]
            found = overlapping(a) if name == "overlapping" else client.compare(*sent)
            names = (HOSTILE, HOSTILE) if name == "hostile" else (f"{name} <a>", f"{name} <b>")
            sides = [ReportText(*side) for side in zip(names, (a, b), strict=True)]
            write(name, comparison_report(*sides, found))
        query = samples["lost-opera-rewrite"]
        options = SearchOptions(matches_with_passages=10)
        result = client.search(ArticleReference(query.id), options, collection="reports")
        articles = {
            each.article_id: client.get(each.article_id, collection="reports") for each in result.matches
        }
        write("search", search_report(report_text(query), result, articles))
    return written


def long_texts():
    """Two texts of nearly 1 MiB, on other things but for 300 paragraphs, each third of them edited, each third rewritten."""
    draw = random.Random(1)  # noqa: S311 - text, not secrets
    a, b = (prose(1_000_000, seed).split("\n\n") for seed in "ab")
    places = draw.sample(range(min(len(a), len(b))), 600)
    for number, (source, target) in enumerate(zip(places[::2], places[1::2], strict=True)):
        kept = (1.0, 0.92, 0.7)[number % 3]
        b[target] = " ".join(word if draw.random() < kept else "changed" for word in a[source].split(" "))
    return "\n\n".join(a), "\n\n".join(b)


def overlapping(text):
    """A comparison of a text with itself whose passages overlap, and repeat, in both."""
    spans = [(0, 300), (100, 400), (200, 250), (350, 900), (1_000, len(text))]
    passages = tuple(
        Passage(Span(*a), Span(*b), kind, 0.5)
        for a, b, kind in zip(spans, reversed(spans), [*PassageKind, *PassageKind], strict=False)
    )
    return Comparison(0.9, Relation.COPY, 0.9, 1.0, 1.0, 1.0, 1.0, passages=passages)

"""The pages of comparisons and searches: whole, linked both ways, and safe whatever the texts say."""

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import EDITED, ORIGINAL, UNRELATED

from textkin.printable import printable
from textkin.report import ReportText, comparison_report, search_report
from textkin.types import (
    Article,
    Comparison,
    Match,
    OffsetUnit,
    Passage,
    PassageKind,
    Quotation,
    Relation,
    SearchResult,
    Span,
)

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> \"quoted\" & 'both' </div></section> \x00\u202e"
)


class Page(HTMLParser):
    """What a browser makes of a page: the words of the texts, the links between them, and every tag that there is."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.links, self.addresses, self.loaded = [], [], [], [], []
        self.texts, self.depth = [], 0
        # The numbers of the passages that each character of a text is marked with.
        self.marked, self.mark = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        self.tags.append(tag)
        self.loaded += [name for name in names if name in {"src", "style"} or name.startswith("on")]
        if names.get("class", "").startswith("number "):
            self.ids.append(names["id"])
            self.links.append(names["href"])
        elif tag == "a":
            self.addresses.append(names["href"])
        if names.get("class") == "text":
            self.texts.append("")
            self.marked.append([])
            self.depth = 1
        if tag == "mark" and "data-passages" in names:
            self.mark = {int(number) for number in names["data-passages"].split()}

    def handle_endtag(self, tag):
        if tag == "div":
            self.depth = 0
        if tag == "mark":
            self.mark = set()

    def handle_data(self, data):
        if self.depth:
            self.texts[-1] += data
            self.marked[-1] += [self.mark] * len(data)


def comparison(*passages):
    return Comparison(
        score=0.9,
        relation=Relation.REWRITE,
        resemblance=0.0,
        containment_a=0.5,
        containment_b=0.5,
        coverage_a=0.5,
        coverage_b=0.5,
        passages=passages,
        offset_unit=OffsetUnit.CODE_POINT,
    )


def spans(length):
    return (
        st.tuples(st.integers(0, length - 1), st.integers(1, length))
        .filter(lambda ends: ends[0] < ends[1])
        .map(lambda ends: Span(*ends))
    )


def passages(length_a, length_b):
    """Passages of two texts of those lengths, with what both quote, in any order and over one another."""
    quotations = st.builds(
        Quotation, spans(length_a), spans(length_b), st.sampled_from(["", "Ilse <Brandt>"])
    )
    return st.lists(
        st.builds(
            Passage,
            spans(length_a),
            spans(length_b),
            st.sampled_from(PassageKind),
            st.just(0.5),
            quotations=st.lists(quotations, max_size=2).map(tuple),
        ),
        max_size=4,
    )


# Words that texts share, and everything else.
TEXTS = st.one_of(
    st.text(min_size=1, max_size=60),
    st.lists(st.sampled_from(["ferry ", "Harbour, ", "of ", "11", "\n", "<b>"]), min_size=1).map("".join),
)


@given(st.data(), TEXTS, TEXTS)
@settings(deadline=None, max_examples=200)
def test_every_text_stands_whole_on_the_page_whatever_its_passages(data, a, b):
    drawn = data.draw(passages(len(a), len(b)))
    page = Page(comparison_report(ReportText("a", a), ReportText("b", b), comparison(*drawn)))
    assert page.texts == [printable(a), printable(b)]
    assert sorted(link.removeprefix("#") for link in page.links) == sorted(page.ids)
    assert len(page.ids) == 2 * len(drawn) == len(set(page.ids))


@given(st.data(), TEXTS, TEXTS)
@settings(deadline=None, max_examples=200)
def test_each_character_is_marked_with_the_passages_that_it_lies_in(data, a, b):
    drawn = data.draw(passages(len(a), len(b)))
    page = Page(comparison_report(ReportText("a", a), ReportText("b", b), comparison(*drawn)))
    for side, text, marked in (("a", a, page.marked[0]), ("b", b, page.marked[1])):
        expected = [
            {
                n
                for n, each in enumerate(drawn, 1)
                if getattr(each, side).start <= place < getattr(each, side).end
            }
            for place in range(len(text))
        ]
        assert marked == expected


def test_a_page_says_where_texts_were_cut():
    texts = ReportText("a", ORIGINAL), ReportText("b", ORIGINAL)
    assert "A up to position 1,234 only" in comparison_report(*texts, replace(comparison(), cut_a=1_234))
    assert "up to position" not in comparison_report(*texts, comparison())


def test_markup_in_a_text_or_a_name_is_shown_as_text():
    hostile = ReportText(HOSTILE, HOSTILE, '"><script>')
    passage = Passage(Span(0, len(HOSTILE)), Span(3, 9), PassageKind.EDITED, 0.5)
    page = Page(comparison_report(hostile, hostile, comparison(passage)))
    assert page.texts == [printable(HOSTILE)] * 2
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert "img" not in page.tags
    assert not page.loaded


def test_a_texts_language_is_told_where_it_is_known():
    page = comparison_report(ReportText("a", "Ein Satz.", "de-AT"), ReportText("b", "?"), comparison())
    assert '<div class="text" lang="de-AT">Ein Satz.' in page
    assert '<div class="text" lang="">?' in page


def test_paragraphs_take_their_direction_only_where_letters_run_to_the_left():
    page = comparison_report(ReportText("a", "שלום, world"), ReportText("b", "\ufeffworld"), comparison())
    assert '<div class="text" lang="" dir="auto">שלום' in page
    assert '<div class="text" lang="">\ufeffworld' in page


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else():
    page = comparison_report(ReportText("a", "a"), ReportText("b", "b"), comparison())
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    for rule, tag in (("style-src", "style"), ("script-src", "script")):
        (content,) = re.findall(f"<{tag}[^>]*>(.*?)</{tag}>", page, re.DOTALL)
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules.pop(rule) == f"'sha256-{digest}'"
    assert not rules


def test_words_that_the_partner_has_too_stand_out_and_all_of_a_verbatim_passage_does():
    a, b = "Nine barges sank in the harbour.", "In the harbour lay nine sunken barges."
    whole = Span(0, len(a)), Span(0, len(b))
    page = comparison_report(
        ReportText("a", a), ReportText("b", b), comparison(Passage(*whole, PassageKind.PARAPHRASE, 0.5))
    )
    marked = re.findall(r'<mark class="paraphrase" data-passages="1">(.*?)</mark>', page)
    assert marked == [
        "<b>Nine barges</b> sank <b>in the harbour</b>.",
        "<b>In the harbour</b> lay <b>nine</b> sunken <b>barges</b>.",
    ]
    verbatim = comparison(Passage(whole[0], whole[0], PassageKind.VERBATIM, 1.0))
    page = comparison_report(ReportText("a", a), ReportText("b", a), verbatim)
    assert page.count(f'<mark class="verbatim" data-passages="1">{a}</mark>') == 2


def test_every_measure_and_every_kind_is_told_in_words():
    passages = [Passage(Span(0, 1), Span(0, 1), kind, 0.25) for kind in PassageKind]
    told = replace(comparison(*passages), explanation="Because <so>.")
    page = comparison_report(ReportText("a", "aa"), ReportText("b", "bb"), told)
    for words in ("Because &lt;so&gt;.", "Score", "Shared words", "In passages", "Same phrases"):
        assert words in page
    for kind in PassageKind:
        assert f"{kind.value}, similarity 0.25" in page


def test_passages_of_a_text_that_was_shortened_since_lie_within_it():
    passage = Passage(Span(2, 9), Span(5, 9), PassageKind.EDITED, 0.5)
    page = Page(comparison_report(ReportText("a", "abcd"), ReportText("b", "abc"), comparison(passage)))
    assert page.texts == ["abcd", "abc"]
    assert page.ids == ["a1", "b1"]


def test_spans_of_another_unit_are_refused():
    wrong = replace(comparison(), offset_unit=OffsetUnit.UTF8_BYTE)
    with pytest.raises(ValueError, match=r"offset_unit of the comparison is utf8_byte: .* needs code_point"):
        comparison_report(ReportText("a", "a"), ReportText("b", "b"), wrong)
    with pytest.raises(ValueError, match="offset_unit of the comparison is utf8_byte"):
        search_report(ReportText("q", "q"), SearchResult((Match("m", wrong),)), {})


def test_a_search_is_told_with_title_source_date_address_and_relation():
    match = Match(
        "story-1",
        comparison(Passage(Span(0, 1), Span(0, 1), PassageKind.VERBATIM, 1.0)),
        title="A <title>",
        source="Coast Wire",
        url="https://coastwire.example/1?a&b",
        published_at=datetime(2026, 5, 31, 23, 30, tzinfo=timezone(timedelta(hours=2))),
    )
    untitled = replace(match, article_id="story-2", title="", url="javascript:alert(1)")
    result = SearchResult((match, untitled), truncated=True)
    html = search_report(ReportText("draft.txt", "query"), result, {"story-1": Article("story-1", "stored")})
    page = Page(html)
    assert page.texts == ["query", "query", "stored"]
    for words in (
        "2 matches of",
        "1. <bdi>A &lt;title&gt;",
        "2. <bdi>story-2",
        "Coast Wire",
        "2026-05-31 21:30 UTC",
        "Rewrite, score 0.90",
        "a match may be missing",
        "deleted since",
    ):
        assert words in html
    assert [each for each in page.addresses if each[0] != "#"] == ["https://coastwire.example/1?a&b"]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "//x.example", "http://[", "file:///x", ""],
)
def test_an_address_that_does_not_lead_to_the_web_is_no_link(url):
    html = search_report(ReportText("q", "q"), SearchResult((Match("m", comparison(), url=url),)), {})
    assert not Page(html).addresses


def test_a_search_that_finds_nothing_says_so():
    html = search_report(ReportText("draft.txt", HOSTILE), SearchResult(), {})
    assert "0 matches" in html
    assert "No match" in html
    assert Page(html).texts == [printable(HOSTILE)]


def test_compare_writes_a_page_with_each_passage_linked_on_both_sides(textkin, write, tmp_path):
    write("a.txt", ORIGINAL)
    write("b.txt", EDITED + "\n\n" + HOSTILE.replace("\x00", ""))
    done = textkin("compare", "a.txt", "b.txt", "--html", "report.html")
    assert done.stdout == ""
    assert "report.html" in done.stderr
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.links
    assert page.texts[0] == ORIGINAL
    assert "<script>" in page.texts[1]


@pytest.mark.parametrize("target", ["missing/report.html", "."])
def test_a_page_that_cannot_be_written_is_a_plain_error(textkin, write, target):
    write("a.txt", ORIGINAL)
    done = textkin("compare", "a.txt", "a.txt", "--html", target, code=2)
    assert target in done.stderr


@pytest.fixture
def stored(client, collection):
    """The collection with the two tellings of the ferry and something else in it."""
    for article in (
        Article("ferry", ORIGINAL, title="Ferry terminal <b>to close", source="Coast Wire", language="en"),
        Article("ferry-edit", EDITED, title="Terminal shuts"),
        Article("bees", UNRELATED, title="Bees"),
    ):
        client.ingest(article, collection=collection)
    return collection


def test_search_writes_a_page_with_each_match_beside_the_text(textkin, write, tmp_path, stored):
    write("draft.txt", EDITED)
    done = textkin("search", "draft.txt", "--collection", stored, "--html", "matches.html")
    assert done.stdout == ""
    assert "matches.html" in done.stderr
    page = Page((tmp_path / "matches.html").read_text(encoding="utf-8"))
    assert page.texts == [EDITED, EDITED, EDITED, EDITED, ORIGINAL]
    assert {"m1-a1", "m1-b1", "m2-a1", "m2-b1"} <= set(page.ids)


def test_search_writes_a_page_for_a_stored_article_beside_json(textkin, tmp_path, stored):
    options = ("--collection", stored, "--html", "matches.html", "--json", "--offset-unit", "utf8_byte")
    done = textkin("search", "--id", "ferry", *options)
    (match,) = json.loads(done.stdout)["matches"]
    assert (match["id"], match["offset_unit"]) == ("ferry-edit", "code_point")
    html = (tmp_path / "matches.html").read_text(encoding="utf-8")
    assert Page(html).texts == [ORIGINAL, ORIGINAL, EDITED]
    assert "1 match of “<bdi>Ferry terminal &lt;b&gt;to close</bdi>”" in html


def test_a_page_of_a_search_may_do_without_passages(textkin, write, tmp_path, stored):
    write("draft.txt", EDITED)
    textkin("search", "draft.txt", "--collection", stored, "--html", "matches.html", "--passages", 0)
    page = Page((tmp_path / "matches.html").read_text(encoding="utf-8"))
    assert page.texts == [EDITED]
    assert not page.ids


@pytest.mark.parametrize("queries", [("a.txt", "b.txt"), ("--id", "x", "--id", "y"), ("--jsonl", "a.txt")])
def test_a_page_is_of_one_search(textkin, write, tmp_path, queries):
    write("a.txt", ORIGINAL)
    write("b.txt", EDITED)
    done = textkin("search", *queries, "--html", "matches.html", code=2)
    assert "--html writes the page of one search" in " ".join(done.stderr.split())
    assert not (tmp_path / "matches.html").exists()


def test_compare_calls_stored_articles_by_their_titles(textkin, tmp_path, stored):
    textkin("compare", "id:ferry", "id:bees", "--collection", stored, "--html", "report.html")
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Ferry terminal &lt;b&gt;to close" in html
    assert '<div class="text" lang="en">' in html

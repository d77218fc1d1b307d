"""The page of a comparison: whole, linked both ways, and safe whatever the texts say."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import EDITED, ORIGINAL

from textkin.printable import printable
from textkin.report import ReportText, comparison_report
from textkin.types import Comparison, OffsetUnit, Passage, PassageKind, Relation, Span

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> \"quoted\" & 'both' </div></section> \x00\u202e"
)


class Page(HTMLParser):
    """What a browser makes of a page: the words of both texts, the links, and every tag that there is."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.links, self.loaded = set(), [], [], []
        self.texts, self.depth, self.in_number = [], 0, False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        self.tags.add(tag)
        self.ids += [names["id"]] if "id" in names else []
        self.loaded += [name for name in names if name in {"src", "onerror", "onclick"}]
        self.in_number = names.get("class") == "number"
        if self.in_number:
            self.links.append(names["href"])
        if names.get("class") == "text":
            self.texts.append("")
            self.depth = 1

    def handle_endtag(self, tag):
        self.in_number = False
        if tag == "div":
            self.depth = 0

    def handle_data(self, data):
        if self.depth and not self.in_number:
            self.texts[-1] += data


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


@given(st.data(), st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
@settings(deadline=None, max_examples=60)
def test_every_text_stands_whole_on_the_page_whatever_its_passages(data, a, b):
    passages = data.draw(
        st.lists(
            st.builds(Passage, spans(len(a)), spans(len(b)), st.sampled_from(PassageKind), st.just(0.5)),
            max_size=4,
        )
    )
    page = Page(comparison_report(ReportText("a", a), ReportText("b", b), comparison(*passages)))
    assert page.texts == [printable(a), printable(b)]
    assert sorted(link.removeprefix("#") for link in page.links) == sorted(page.ids)
    assert len(page.ids) == 2 * len(passages) == len(set(page.ids))


def test_a_page_says_where_texts_were_cut():
    texts = ReportText("a", ORIGINAL), ReportText("b", ORIGINAL)
    assert "A up to position 1,234 only" in comparison_report(*texts, replace(comparison(), cut_a=1_234))
    assert "position" not in comparison_report(*texts, comparison())


def test_markup_in_a_text_or_a_name_is_shown_as_text():
    page = Page(comparison_report(ReportText(HOSTILE, HOSTILE), ReportText("b", HOSTILE), comparison()))
    assert page.texts == [printable(HOSTILE)] * 2
    assert not page.tags & {"script", "img"}
    assert not page.loaded


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

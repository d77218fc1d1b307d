"""Spans know the text that they are of, in every unit, and never show it where it was not asked for."""

import copy
import dataclasses
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import EDITED, ORIGINAL

from textkin import (
    Article,
    ArticleReference,
    AsyncClient,
    InlineText,
    OffsetUnit,
    Relation,
    SearchOptions,
    Span,
)
from textkin.spans import Side, span_of
from textkin.types import Comparison, Difference, Passage, PassageKind, Quotation

WITH_PASSAGES = SearchOptions(matches_with_passages=10)
# Letters of one to four bytes and of one or two UTF-16 units, before and within what both texts have.
SAILED = f"Naïve 🚢 sailors, says 北海: {ORIGINAL}“We shall mourn it 🎺 for years,” said Ilse Brandt."
STORY = f"🎺🎺 {SAILED}"


def spans_of(passage):
    yield passage.a, "a"
    yield passage.b, "b"
    for each in (*passage.differences, *passage.quotations):
        for name in ("a", "b", "speaker_a", "speaker_b"):
            span = getattr(each, name, None)
            if span:
                yield span, name[-1]


@pytest.mark.parametrize("unit", OffsetUnit)
def test_every_span_of_a_comparison_has_its_text_in_every_unit(client, unit):
    edited = STORY.replace("on Tuesday night", "late on Tuesday 🎷")
    counted = client.compare(SAILED, edited, with_differences=True)
    found = client.compare(SAILED, InlineText(edited, "en"), with_differences=True, offset_unit=unit)
    texts = {"a": SAILED, "b": edited}
    assert any(passage.differences for passage in counted.passages)
    assert any(passage.quotations for passage in counted.passages)
    for passage, other in zip(counted.passages, found.passages, strict=True):
        for (span, side), (same, _) in zip(spans_of(passage), spans_of(other), strict=True):
            assert same.text == span.text == texts[side][span.start : span.end]
            assert same.of(texts[side]) == same.text
    assert {quotation.speaker_a.text for passage in found.passages for quotation in passage.quotations} == {
        "Ilse Brandt"
    }


@pytest.mark.parametrize("unit", OffsetUnit)
def test_a_match_knows_the_query_and_is_told_the_article(client, collection, unit):
    client.ingest(Article("ferry", STORY), collection=collection)
    options = SearchOptions(matches_with_passages=1, offset_unit=unit)
    (match,) = client.search(SAILED, options, collection=collection).matches
    passage = match.comparison.passages[0]
    assert passage.a.text in SAILED
    with pytest.raises(ValueError, match=r"match\.with_text"):
        _ = passage.b.text
    told = match.with_text(client.get("ferry", collection=collection).text)
    assert told == match
    assert told.comparison.passages[0].a.text == told.comparison.passages[0].b.text == passage.a.text


def test_whatever_searches_knows_the_texts_that_it_was_given(client, collection):
    client.ingest(Article("ferry", ORIGINAL), collection=collection)
    (batched,) = client.batch_search([EDITED], WITH_PASSAGES, collection=collection)
    (many,) = client.search_many([EDITED], WITH_PASSAGES, collection=collection)
    ingested = client.ingest(Article("one", EDITED), collection=collection, search=WITH_PASSAGES)
    (answer,) = client.ingest_many([Article("two", EDITED)], collection=collection, search=WITH_PASSAGES)
    for result in (batched, many, ingested, answer):
        (match,) = [match for match in result.matches if match.article_id == "ferry"]
        assert all(passage.a.text in EDITED for passage in match.comparison.passages)
        assert match.comparison.passages
    stored = client.search(ArticleReference("one"), WITH_PASSAGES, collection=collection)
    with pytest.raises(ValueError, match="does not carry the text"):
        _ = stored.matches[0].comparison.passages[0].a.text


async def test_the_asynchronous_client_tells_the_texts_too(service, collection):
    async with AsyncClient(service.address) as client:
        await client.ingest(Article("ferry", ORIGINAL), collection=collection)
        comparison = await client.compare(EDITED, ArticleReference("ferry", collection))
        assert comparison.passages[0].a.text in EDITED
        known = comparison.with_texts(b=(await client.get("ferry", collection=collection)).text)
        assert known.passages[0].b.text in ORIGINAL
        assert known.passages[0].a.text == comparison.passages[0].a.text


def comparison_of(a, b, unit=OffsetUnit.CODE_POINT):
    """A comparison with a span of every kind, as an answer brings it."""
    side_a, side_b = Side(unit, a), Side(unit, b)
    passage = Passage(
        span_of(0, 4, side_a),
        span_of(1, 5, side_b),
        PassageKind.EDITED,
        0.5,
        (Difference(span_of(0, 2, side_a), None),),
        (Quotation(span_of(0, 2, side_a), span_of(1, 3, side_b), "", span_of(2, 3, side_a), None),),
    )
    return Comparison(0.5, Relation.COPY, 0.5, 0.5, 0.5, 0.5, 0.5, passages=(passage,), offset_unit=unit)


def test_a_text_makes_no_difference_to_what_a_span_is():
    known = comparison_of("boat of", " boat B")
    plain = comparison_of(None, None)
    assert known == plain
    assert hash(known) == hash(plain)
    assert repr(known) == repr(plain)
    assert "boat" not in repr(known)
    assert dataclasses.asdict(known.passages[0].a) == {"start": 0, "end": 4}
    assert known.passages[0].a == Span(0, 4)


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))],  # noqa: S301 -- our own
)
def test_a_copy_of_a_comparison_knows_its_texts(copied):
    again = copied(comparison_of("plan of", " plan B", OffsetUnit.UTF16_UNIT))
    (passage,) = again.passages
    assert (passage.a.text, passage.b.text, passage.differences[0].a.text) == ("plan", "plan", "pl")
    assert again == comparison_of(None, None, OffsetUnit.UTF16_UNIT)


def test_a_pickled_comparison_has_each_text_once():
    text = "plan " * 10_000
    assert len(pickle.dumps(comparison_of(text, None))) < len(text) + 2_000


def test_telling_one_text_leaves_the_other():
    told = comparison_of("plan of", None).with_texts(b=" plan B")
    (passage,) = told.passages
    assert (passage.a.text, passage.b.text) == ("plan", "plan")
    assert passage.quotations[0].speaker_a.text == "a"


@pytest.mark.parametrize(
    ("unit", "text", "message"),
    [
        (OffsetUnit.CODE_POINT, "secr", "the text has 4 code points, but the span ends at 5"),
        (OffsetUnit.UTF8_BYTE, "é" * 2, "the text has 4 bytes of UTF-8, but the span ends at 5"),
        (OffsetUnit.UTF16_UNIT, "🚢🚢", "the text has 4 UTF-16 units, but the span ends at 5"),
        (OffsetUnit.UTF8_BYTE, "secrét!", "splits a character"),
        (OffsetUnit.UTF16_UNIT, "secr🚢", "splits a character"),
    ],
)
def test_another_text_than_that_compared_is_refused_without_being_quoted(unit, text, message):
    with pytest.raises(ValueError, match=message) as caught:
        comparison_of(None, None, unit).with_texts(b=text)
    assert "sec" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_span_made_by_hand_cuts_what_it_is_given():
    assert Span(0, 4).of("plan B") == "plan"
    assert Span(4, 8).of("🚢🚢plan", OffsetUnit.UTF16_UNIT) == "plan"
    with pytest.raises(ValueError, match=r"made without a text: use span\.of"):
        _ = Span(0, 4).text


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.sampled_from(OffsetUnit))
def test_a_stretch_between_any_others_is_found_in_every_unit(before, stretch, after, unit):
    def length(text):
        return {
            OffsetUnit.CODE_POINT: len(text),
            OffsetUnit.UTF8_BYTE: len(text.encode()),
            OffsetUnit.UTF16_UNIT: len(text.encode("utf-16-le")) // 2,
        }[unit]

    span = Span(length(before), length(before) + length(stretch))
    assert span.of(before + stretch + after, unit) == stretch


def test_articles_are_printed_without_their_texts():
    for value in (Article("wire-1", "a secret"), InlineText("a secret")):
        assert "secret" not in repr(value)
    assert repr(Article("wire-1", "a secret")).startswith("Article(id='wire-1', title=''")

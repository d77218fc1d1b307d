"""Conversions: what goes into a message comes out of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin import _calls, _convert, types
from textkin.errors import UnexpectedError
from textkin.v1 import article_pb2, collection_pb2, comparison_pb2
from textkin.v1 import textkin_service_pb2 as pb

UTF8 = st.text(st.characters(codec="utf-8"))
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))


@given(
    st.builds(
        types.Article,
        id=UTF8,
        text=UTF8,
        title=UTF8,
        url=UTF8,
        source=UTF8,
        language=UTF8,
        published_at=TIMES,
        metadata=st.dictionaries(UTF8, UTF8),
    )
)
def test_an_article_survives_the_wire(article):
    wire = _convert.article_message(article).SerializeToString()
    assert _convert.article(article_pb2.Article.FromString(wire)) == article


@given(
    st.builds(
        types.CollectionSettings,
        language=UTF8,
        retention=st.none() | st.integers(1, 10**9).map(lambda seconds: timedelta(seconds=seconds)),
        max_articles=st.integers(0, 2**64 - 1),
        max_text_bytes=st.integers(0, 2**64 - 1),
    )
)
def test_settings_survive_the_wire(settings):
    message = collection_pb2.Collection(id="c", settings=_convert.settings_message(settings))
    assert _convert.collection(message) == types.Collection("c", settings)


@pytest.mark.parametrize("cuts", [{}, {"cut_a": 0}, {"cut_a": 5, "cut_b": 7}])
def test_where_texts_were_cut_survives_the_wire(cuts):
    message = comparison_pb2.Comparison(relation=comparison_pb2.RELATION_UNRELATED, **cuts)
    found = _convert.comparison(comparison_pb2.Comparison.FromString(message.SerializeToString()))
    assert (found.cut_a, found.cut_b) == (cuts.get("cut_a"), cuts.get("cut_b"))


@pytest.mark.parametrize(
    ("ours", "theirs", "prefix"),
    [
        (types.Relation, comparison_pb2.Relation, "RELATION_"),
        (types.PassageKind, comparison_pb2.PassageKind, "PASSAGE_KIND_"),
        (types.OffsetUnit, comparison_pb2.OffsetUnit, "OFFSET_UNIT_"),
        (types.IngestOutcome, article_pb2.IngestOutcome, "INGEST_OUTCOME_"),
    ],
)
def test_every_member_of_the_api_has_its_own_and_in_the_same_order(ours, theirs, prefix):
    names = [
        name.removeprefix(prefix)
        for name, number in sorted(theirs.items(), key=lambda item: item[1])
        if number
    ]
    assert [member.name for member in ours] == names
    assert [member.value for member in ours] == [name.lower() for name in names]


def test_relations_are_ordered_by_strength():
    assert (
        types.Relation.UNRELATED
        < types.Relation.REWRITE
        < types.Relation.PARTIAL_COPY
        <= types.Relation.IDENTICAL
    )
    assert max(types.PassageKind) is types.PassageKind.VERBATIM
    with pytest.raises(TypeError):
        assert types.Relation.COPY < types.PassageKind.VERBATIM


def test_a_relation_of_a_newer_service_is_an_error_that_says_so():
    with pytest.raises(UnexpectedError, match="update the client"):
        _convert.comparison(comparison_pb2.Comparison(relation=99))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        _convert.timestamp(datetime(2026, 1, 1))  # noqa: DTZ001 -- the point of the test


def test_search_options_are_sent_as_given():
    options = types.SearchOptions(
        limit=3,
        min_score=0.5,
        min_relation=types.Relation.COPY,
        published_from=datetime(2026, 1, 1, tzinfo=UTC),
        exclude_sources=("The Wire",),
        matches_with_passages=2,
        offset_unit=types.OffsetUnit.UTF8_BYTE,
    )
    message = _convert.search_options(options)
    assert (message.limit, message.min_score, list(message.exclude_sources)) == (3, 0.5, ["The Wire"])
    assert message.min_relation == comparison_pb2.RELATION_COPY
    assert message.offset_unit == comparison_pb2.OFFSET_UNIT_UTF8_BYTE
    assert message.published_from.ToDatetime(tzinfo=UTC) == options.published_from
    assert not message.HasField("published_until")


def test_a_stored_article_is_searched_for_in_its_own_collection_only():
    call = _calls.search(types.ArticleReference("1", "news"), "news", None)
    assert isinstance(call.request, pb.SearchRequest)
    assert call.request.article_id == "1"
    with pytest.raises(ValueError, match=r"'news'.*'default'"):
        _calls.search(types.ArticleReference("1", "news"), "", None)

"""Records: which field becomes what, and what cannot be an article, a pair or a query."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin.cli._json import article_json
from textkin.cli._readers import BadRecord, Position, Record
from textkin.cli._records import Item, item_of, pair_of, query_of
from textkin.types import Article

HERE = Position("x.jsonl", 3, 17)


def item(**fields):
    return item_of(Record(HERE, fields))


def test_known_fields_are_the_articles_own_and_the_rest_is_metadata():
    found = item(
        id="1", text="t", title="T", url=None, desk="city", words=[1, {"a": None}], none=None, n=1.5
    ).article
    assert (found.title, found.url) == ("T", "")
    assert found.metadata == {"desk": "city", "words": '[1,{"a":null}]', "n": "1.5"}


@pytest.mark.parametrize(
    ("given_id", "text"), [(7, "7"), (2.5, "2.5"), ("7", "7"), (10**400, "1" + "0" * 400)]
)
def test_a_number_is_an_id_and_is_remembered_as_given(given_id, text):
    found = item(id=given_id, text="t")
    assert (found.given_id, found.article.id) == (given_id, text)
    assert type(found.given_id) is type(given_id)


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00+02:00", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_the_published_time(value, time):
    found = item(id="1", text="t", published_at=value).article
    assert (found.published_at, found.metadata) == (time, {})


@pytest.mark.parametrize(
    ("value", "kept"),
    [("last Tuesday", "last Tuesday"), (1700000000, "1700000000"), ("0001-01-01T00:00+05:00",) * 2],
)
def test_what_is_no_time_is_metadata(value, kept):
    found = item(id="1", text="t", published_at=value).article
    assert (found.published_at, found.metadata) == (None, {"published_at": kept})


def test_metadata_beyond_the_limits_is_left_out():
    fields = {"long": "x" * 4097, "k" * 129: "v", "": "v", "half": "\ud800", "fits": "x" * 4096}
    assert item(id="1", text="t", **fields).article.metadata == {"fits": "x" * 4096}
    many = {f"field{number}": "v" for number in range(100)}
    assert len(item(id="1", text="t", **many).article.metadata) == 64


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": "t"}, 'no "id"'),
        ({"id": None, "text": "t"}, 'no "id"'),
        ({"id": True, "text": "t"}, '"id" is a boolean'),
        ({"id": [1], "text": "t"}, '"id" is an array'),
        ({"id": float("inf"), "text": "t"}, '"id" is too large for a number'),
        ({"id": float("-inf"), "text": "t"}, '"id" is too large for a number'),
        ({"id": "1"}, 'no "text"'),
        ({"id": "1", "text": 5}, '"text" is a number'),
        ({"id": "1", "text": "a\ud800"}, '"text" holds half of a surrogate pair'),
        ({"id": "\udfff", "text": "a"}, '"id" holds half of a surrogate pair'),
        ({"id": "1", "text": "x" * (15 * 1024 * 1024 + 1)}, '"text": 15728641 bytes of text'),
    ],
)
def test_what_cannot_be_an_article_or_a_query_says_why(fields, problem):
    for convert in (item_of, query_of):
        bad = convert(Record(HERE, fields))
        assert isinstance(bad, BadRecord)
        assert bad.problem.startswith(problem)
        assert bad.position == HERE


@pytest.mark.parametrize("name", ["id", "title", "url", "source", "language"])
def test_what_does_not_fit_one_message_with_its_text_says_why(name):
    fields = {"id": "1", "text": "some words", name: "\u00e9" * (15 * 512 * 1024)}
    bad = item(**fields)
    assert isinstance(bad, BadRecord)
    size = sum(len(value.encode()) for value in fields.values())
    assert bad.problem == f'"{name}" and the other fields: {size} bytes of text, at most 15728640 can be sent'
    fields[name] = fields[name][: -(len("some words") + 1)]
    assert isinstance(item(**fields), Item)


def test_a_bad_record_keeps_its_id_if_it_is_one():
    assert item(id=5).id == 5
    assert item(id={}).id is None
    assert item(id=float("-inf")).id is None
    assert item(id="\ud800").id is None


def test_a_pair_needs_both_texts():
    assert pair_of(Record(HERE, {"id": 1, "a": "x", "b": "y", "label": 1})).b == "y"
    assert pair_of(Record(HERE, {"id": 1, "a": "x"})).problem.startswith('no "b"')
    large = "x" * (8 * 1024 * 1024)
    assert pair_of(Record(HERE, {"id": 1, "a": large, "b": large})).problem.startswith(
        '"a" and "b": 16777216 bytes'
    )


UTF8 = st.text(st.characters(codec="utf-8"))


@given(
    st.builds(
        Article,
        id=UTF8,
        text=UTF8,
        title=UTF8,
        url=UTF8,
        source=UTF8,
        language=UTF8,
        published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        metadata=st.dictionaries(UTF8.filter(bool), UTF8, max_size=4).filter(
            lambda names: (
                not names.keys() & {"published_at", "metadata", "id", "text", "title", "url", "source"}
            )
        ),
    )
)
def test_what_get_prints_ingest_takes_in_again(article):
    found = item_of(Record(HERE, article_json(article, with_text=True)))
    assert isinstance(found, Item)
    assert found.article == article

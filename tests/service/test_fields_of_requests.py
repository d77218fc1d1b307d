"""Requests are counted before they are parsed: so many empty messages would take gigabytes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invented_values import RIGHT, WRONG
from messages import messages
from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.rpc import fields
from textkin_service.wire import count_fields

METHODS = tuple(pb.DESCRIPTOR.services_by_name["TextkinService"].methods)
MANY = 10**9
some = settings(max_examples=150, deadline=None, derandomize=True)


def by_python(message):
    """Counts the fields that are set, as they stand on the wire: the kernel's plain twin."""
    count = 0
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            count += 3 * len(value)  # each entry, its key and its value
        elif field.message_type is not None:
            each = value if field.is_repeated else [value]
            count += sum(1 + by_python(one) for one in each)
        else:
            count += len(value) if field.is_repeated else 1
    return count


@some
@given(st.data())
def test_the_fields_of_any_request_are_counted(data):
    method = data.draw(st.sampled_from(METHODS))
    message = data.draw(messages(method.input_type, data.draw(st.sampled_from((RIGHT, WRONG)))))
    serialized = message.SerializeToString()
    nested = fields.nested_in(method.name)
    expected = by_python(message)
    assert count_fields(serialized, nested, MANY) == expected
    assert count_fields(serialized, nested, 3) == min(expected, 4)


@some
@given(st.binary(max_size=300), st.sampled_from(METHODS))
def test_any_bytes_are_counted(data, method):
    assert 0 <= count_fields(data, fields.nested_in(method.name), MANY) <= len(data)


def test_a_message_within_itself_is_counted_as_deep_as_it_is_looked_into():
    data = b""
    for _ in range(30):
        data = b"\x0a" + bytes([len(data)]) + data
    itself = np.array([[-1, 0]], np.int64)
    assert count_fields(data, itself, MANY) == 16


def test_a_short_request_is_not_counted():
    assert not fields.has_too_many("BatchSearch", b"\x12\x00" * 30_000)


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("BatchSearch", b"\x12\x00" * 400_000),
        ("BatchIngestArticles", b"\x12\x00" * 400_000),
        ("GetArticle", b"\xf8\x07\x00" * 400_000),
        ("IngestArticle", b"\x12\x80\xea\x30" + b"\x42\x00" * 400_000),
    ],
)
def test_a_request_of_nothing_but_fields_has_too_many(method, data):
    assert fields.has_too_many(method, data)


def test_the_largest_batch_that_is_right_has_not_too_many():
    article = pb.IngestArticleRequest().article
    for name in ("id", "text", "title", "url", "source", "language"):
        setattr(article, name, "x" * 100)
    article.published_at.GetCurrentTime()
    article.metadata.update({str(number): "value" for number in range(64)})
    batch = pb.BatchIngestArticlesRequest(collection_id="x", articles=[article] * 1_000)
    assert not fields.has_too_many("BatchIngestArticles", batch.SerializeToString())

"""Requests with more fields than any right one has: they are refused before they are parsed."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from textkin.v1 import textkin_service_pb2
from textkin_service.wire import count_fields

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor

# A thousand articles with all that they may have come to some 200,000.
MOST_FIELDS = 300_000
# A shorter request has no room for so many that they matter.
_SHORT_BYTES = 65_536

_METHODS = textkin_service_pb2.DESCRIPTOR.services_by_name["TextkinService"].methods_by_name


def has_too_many(method: str, data: bytes) -> bool:
    """Whether the bytes of a request to a method have more fields than any right one has."""
    return len(data) > _SHORT_BYTES and count_fields(data, nested_in(method), MOST_FIELDS) > MOST_FIELDS


@cache
def nested_in(method: str) -> NDArray[np.int64]:
    """Returns which fields of a method's request are messages, as `count_fields` has it."""
    types: list[Descriptor] = [_METHODS[method].input_type]
    rows = []
    for each in types:  # those that are found in it come behind
        row = {}
        for field in each.fields:
            if field.message_type is not None:
                if field.message_type not in types:
                    types.append(field.message_type)
                row[field.number] = types.index(field.message_type)
        rows.append(row)
    nested = np.full((len(types), 1 + max((max(row, default=0) for row in rows), default=0)), -1, np.int64)
    for number, row in enumerate(rows):
        for field_number, child in row.items():
            nested[number, field_number] = child
    return nested

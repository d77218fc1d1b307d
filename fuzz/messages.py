"""Messages of any type, made by its descriptor, so that whatever is added to the API is fuzzed without being told."""

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

from invented_values import TOO_MANY, Values

# Of ten fields that may be left out, about so many are.
_LEFT_OUT = 4
# Without these a request goes no further than to say so.
_NEEDED = {"text", "article", "a", "b", "queries", "articles", "collection", "id", "article_id"}

_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_TIMES = {"google.protobuf.Timestamp", "google.protobuf.Duration"}
_ten = st.integers(1, 10)

# Sets a field of a message to what is drawn.
Fill = Callable[[st.DrawFn, Any], None]


def messages(descriptor: Descriptor, values: Values) -> st.SearchStrategy[Message]:
    """Returns messages of a type."""
    if descriptor.full_name in _TIMES:
        return st.builds(GetMessageClass(descriptor), seconds=values.seconds, nanos=values.nanoseconds)
    return _messages(descriptor, values)


_made: dict[tuple[str, int], st.SearchStrategy[Message]] = {}


def _messages(descriptor: Descriptor, values: Values) -> st.SearchStrategy[Message]:
    key = descriptor.full_name, id(values)
    if key in _made:
        return _made[key]
    kind = GetMessageClass(descriptor)
    # Fields that are `optional` are each in a choice of its own.
    chosen = [one for one in descriptor.oneofs if len(one.fields) > 1]
    in_choices = {field.name for one in chosen for field in one.fields}
    plain = [
        (field.name, _fill(field, values)) for field in descriptor.fields if field.name not in in_choices
    ]
    choices = [[_fill(field, values) for field in one.fields] for one in chosen]

    @st.composite
    def made(draw: st.DrawFn) -> Message:
        message = kind()
        for name, fill in plain:
            if name in _NEEDED or draw(_ten) > _LEFT_OUT:
                fill(draw, message)
        for fills in choices:
            place = draw(st.integers(0, 8 * len(fills)))
            if place:  # else it is not set
                fills[place % len(fills)](draw, message)
        return message

    _made[key] = made()
    return _made[key]


def _fill(field: FieldDescriptor, values: Values) -> Fill:
    """Returns what sets a field of a message."""
    if field.message_type is None:
        return _scalar_fill(field, values)
    if field.message_type.GetOptions().map_entry:
        return _map_fill(field, values)
    return _message_fill(field, values)


def _scalar_fill(field: FieldDescriptor, values: Values) -> Fill:
    scalar = _scalars(field, values)

    def fill(draw: st.DrawFn, message: Any) -> None:
        if not field.is_repeated:
            setattr(message, field.name, draw(scalar))
            return
        count = draw(values.counts)
        drawn = [str(number) for number in range(count)] if count == TOO_MANY else []
        getattr(message, field.name).extend(drawn or [draw(scalar) for _ in range(count)])

    return fill


def _message_fill(field: FieldDescriptor, values: Values) -> Fill:
    inner = messages(field.message_type, values)
    kind = GetMessageClass(field.message_type)

    def fill(draw: st.DrawFn, message: Any) -> None:
        if not field.is_repeated:
            getattr(message, field.name).CopyFrom(draw(inner))
            return
        count = draw(values.counts)
        many = [kind()] * count if count == TOO_MANY else []
        getattr(message, field.name).extend(many or [draw(inner) for _ in range(count)])

    return fill


def _map_fill(field: FieldDescriptor, values: Values) -> Fill:
    keys, contents = (_scalars(each, values) for each in field.message_type.fields)

    def fill(draw: st.DrawFn, message: Any) -> None:
        entries = getattr(message, field.name)
        count = draw(values.counts)
        for number in range(count):
            if count == TOO_MANY:
                entries[str(number)] = ""
            else:
                entries[draw(keys)] = draw(contents)

    return fill


def _scalars(field: FieldDescriptor, values: Values) -> st.SearchStrategy[Any]:
    kind = field.cpp_type
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.binary(max_size=20)
    if kind == FieldDescriptor.CPPTYPE_STRING:
        return values.strings.get(field.name, values.strings[None])
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return st.booleans()
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        return st.sampled_from([*(each.number for each in field.enum_type.values), *values.beyond])
    return values.numbers(*_RANGES[kind]) if kind in _RANGES else values.reals

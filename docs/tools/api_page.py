"""The page of the API: every RPC, message, field and enumeration, with the protos' comments as its prose."""

import re
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

from descriptors import FIELDS, MEMBERS, ONEOFS, File, Path_, read
from textkin.v1 import access_pb2

PROTOS = Path(__file__).parents[2] / "protos"

_INTRODUCTION = """\
# API reference

Package `textkin.v1`, made of the comments in [the protos](../../protos/textkin/v1) by `make reference`. [The API](../api.md) is
the overview, with the reasons of errors, the limits, and what may be repeated.
"""

_ROLES = {
    access_pb2.ROLE_READ: "read",
    access_pb2.ROLE_WRITE: "write",
    access_pb2.ROLE_ADMIN: "admin",
}


def page(protos: Path = PROTOS) -> str:
    """Returns the page."""
    return page_of(read(protos))


def page_of(files: list[File]) -> str:
    """Returns the page for descriptors that were read."""
    return "\n".join([_INTRODUCTION, *(line for file in files for line in _file(file))]).rstrip() + "\n"


def _file(file: File) -> Iterator[str]:
    for place, service in file.services():
        yield from _service(file, place, service)
    yield f"## {file.proto.name}\n"
    for place, message in file.messages():
        yield from _message(file, place, message)
    for place, enum in file.enums():
        yield from _enum(file, place, enum)


def _service(file: File, place: Path_, service: ServiceDescriptorProto) -> Iterator[str]:
    yield f"## {service.name}\n"
    yield _prose(file.comment(place))
    for number, method in enumerate(service.method):
        yield f"### {method.name}\n"
        yield f"{_signature(method)}\n"
        yield _prose(file.comment((*place, MEMBERS, number)))
        yield f"{_access(method)}\n"


def _signature(method: MethodDescriptorProto) -> str:
    asked = ("a stream of " if method.client_streaming else "") + _link(method.input_type)
    answered = ("a stream of " if method.server_streaming else "") + _link(method.output_type)
    return f"Takes {asked}, returns {answered}."


def _access(method: MethodDescriptorProto) -> str:
    access = method.options.Extensions[access_pb2.access]
    role = f"Role: `{_ROLES[access.role]}`"
    if not access.collections:
        return f"{role} in any collection."
    return f"{role} in the collection of {' and '.join(f'`{path}`' for path in access.collections)}."


def _message(file: File, place: Path_, message: DescriptorProto) -> Iterator[str]:
    yield f"### {message.name}\n"
    yield _prose(file.comment(place))
    for number, oneof in enumerate(message.oneof_decl):
        members = [field for field in message.field if _oneof(field) == number]
        if members:
            names = " or ".join(f"`{field.name}`" for field in members)
            yield f"`{oneof.name}` is {names}: {_cell(file.comment((*place, ONEOFS, number)))}\n"
    if not message.field:
        yield "It has no fields.\n"
        return
    maps = {each.name: each for each in message.nested_type if each.options.map_entry}
    yield "| field | type | meaning |\n|---|---|---|"
    for number, field in enumerate(message.field):
        meaning = _cell(file.comment((*place, FIELDS, number)))
        yield f"| `{field.name}` | {_type(field, maps)} | {meaning} |"
    yield ""


def _oneof(field: FieldDescriptorProto) -> int | None:
    """The number of the oneof that a field belongs to; that of an optional field is the compiler's own."""
    return field.oneof_index if field.HasField("oneof_index") and not field.proto3_optional else None


def _enum(file: File, place: Path_, enum: EnumDescriptorProto) -> Iterator[str]:
    yield f"### {enum.name}\n"
    yield _prose(file.comment(place))
    yield "| value | number | meaning |\n|---|---|---|"
    for number, value in enumerate(enum.value):
        yield f"| `{value.name}` | {value.number} | {_cell(file.comment((*place, MEMBERS, number)))} |"
    yield ""


def _type(field: FieldDescriptorProto, maps: dict[str, DescriptorProto]) -> str:
    name = field.type_name.rpartition(".")[2]
    if name in maps:
        key, value = maps[name].field
        return f"map of {_type(key, maps)} to {_type(value, maps)}"
    plain = (
        _link(field.type_name)
        if name
        else FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    )
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return f"repeated {plain}"
    return f"optional {plain}" if field.proto3_optional else plain


def _link(type_name: str) -> str:
    """A message or enumeration of the API leads to its place on the page; one of others is named in full."""
    package, _, name = type_name.lstrip(".").rpartition(".")
    return f"[{name}](#{name.lower()})" if package == "textkin.v1" else f"`{package}.{name}`"


def _prose(comment: str) -> str:
    """A comment as Markdown: its paragraphs, lines that begin a list of errors, and what it sets in as a list."""
    lines: list[str] = []
    for line in comment.splitlines():
        text = line.removeprefix(" ")
        if text.startswith("  "):
            if lines and not lines[-1].startswith("- "):
                lines.append("")
            lines.append(f"- {text.strip()}")
        elif re.match(r"Errors\b", text) and lines:
            lines += ["", text]
        else:
            lines.append(text)
    return "\n".join(lines).strip() + "\n"


def _cell(comment: str) -> str:
    """A comment as the cell of a table."""
    return " ".join(comment.split()).replace("|", "\\|")

"""Which role each RPC asks of its caller, and in which collections: what its option `access` in the proto says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from textkin.v1 import access_pb2
from textkin_service.access import Role
from textkin_service.model import DEFAULT_COLLECTION

# A field that names a collection, wherever it stands. One that no path leads to would open that collection to everybody.
_COLLECTION_FIELD = "collection_id"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one RPC asks for. `paths` lead to the fields of the request that name collections, a part a message."""

    role: Role
    paths: tuple[tuple[str, ...], ...]

    def collections(self, request: Message) -> list[str]:
        """Returns the ids of the collections that a request names, as they came but for an empty one."""
        return [each or DEFAULT_COLLECTION for path in self.paths for each in _named(request, path)]


def rules(service: ServiceDescriptor) -> Mapping[str, Rule]:
    """Returns the rule of every RPC by its name. ValueError for one that has none, or whose paths are not its request's."""
    return {method.name: _rule(method) for method in service.methods}


def _rule(method: MethodDescriptor) -> Rule:
    access: access_pb2.Access = method.GetOptions().Extensions[access_pb2.access]  # type: ignore[index]  # generated so
    if access.role == access_pb2.ROLE_UNSPECIFIED:
        raise ValueError(f"{method.full_name} has no role: give it one in its option (textkin.v1.access)")
    paths = tuple(tuple(path.split(".")) for path in access.collections)
    for path in paths:
        if not _leads_to_a_string(method.input_type, path):
            raise ValueError(
                f"{method.full_name}: access names {'.'.join(path)}, which is no string of its request"
            )
    for path in _collection_fields(method.input_type, ()):
        if path not in paths:
            raise ValueError(f"{method.full_name}: access does not name {'.'.join(path)} of its request")
    return Rule(Role(access.role), paths)


def _leads_to_a_string(message: Descriptor, path: Sequence[str]) -> bool:
    field = message.fields_by_name.get(path[0])
    if field is None or field.is_repeated:
        return False
    if len(path) == 1:
        return bool(field.type == FieldDescriptor.TYPE_STRING)
    return field.message_type is not None and _leads_to_a_string(field.message_type, path[1:])


def _collection_fields(message: Descriptor, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yields the paths to all fields of a request that name a collection. No request's messages hold themselves."""
    for field in message.fields:
        if field.name == _COLLECTION_FIELD:
            yield (*before, field.name)
        elif field.message_type is not None:
            yield from _collection_fields(field.message_type, (*before, field.name))


def _named(message: Message, path: Sequence[str]) -> Iterator[str]:
    for name in path[:-1]:
        if not message.HasField(name):
            return
        message = getattr(message, name)
    yield getattr(message, path[-1])

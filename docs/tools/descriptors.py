"""The API's descriptors with the comments of the protos, as the compiler reads them."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)
from grpc_tools import protoc

# Its import makes the option `access` of the RPCs known.
from textkin.v1 import access_pb2  # noqa: F401 - see above

# The numbers of the fields of descriptor.proto, of which the place of a comment is made.
MESSAGES, ENUMS, SERVICES = 4, 5, 6
FIELDS, ONEOFS = 2, 8
MEMBERS = 2

Path_ = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A proto file with its comments by the places of what they belong to."""

    proto: FileDescriptorProto
    comments: dict[Path_, str]

    def services(self) -> Iterator[tuple[Path_, ServiceDescriptorProto]]:
        """The services, with their places."""
        for number, service in enumerate(self.proto.service):
            yield (SERVICES, number), service

    def messages(self) -> Iterator[tuple[Path_, DescriptorProto]]:
        """The messages, with their places."""
        for number, message in enumerate(self.proto.message_type):
            yield (MESSAGES, number), message

    def enums(self) -> Iterator[tuple[Path_, EnumDescriptorProto]]:
        """The enumerations, with their places."""
        for number, enum in enumerate(self.proto.enum_type):
            yield (ENUMS, number), enum

    def comment(self, place: Path_) -> str:
        """The comment of what stands at a place; "" without one."""
        return self.comments.get(place, "")


def read(root: Path) -> list[File]:
    """Returns the API's files of a folder of protos, the one with the service first."""
    names = sorted(path.relative_to(root).as_posix() for path in root.glob("textkin/v1/*.proto"))
    with tempfile.TemporaryDirectory(prefix="textkin-docs-") as folder:
        out = Path(folder, "api.binpb")
        well_known = files("grpc_tools") / "_proto"
        flags = ["--include_source_info", f"--descriptor_set_out={out}"]
        if protoc.main(["protoc", f"-I{root}", f"-I{well_known}", *flags, *names]):
            raise SystemExit(f"the protos of {root} do not compile; what protoc says stands above")
        described = FileDescriptorSet.FromString(out.read_bytes())
    found = [File(proto, _comments(proto)) for proto in described.file]
    return sorted(found, key=lambda file: (not file.proto.service, file.proto.name))


def _comments(proto: FileDescriptorProto) -> dict[Path_, str]:
    return {
        tuple(location.path): location.leading_comments
        for location in proto.source_code_info.location
        if location.leading_comments
    }

"""Access files for tests, the tokens that go with them, and calls of every RPC that there is."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import grpc
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha import reflection_pb2
from grpc_status import rpc_status

from textkin.v1 import access_pb2
from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.access import digest_of, new_token

SERVICE = pb.DESCRIPTOR.services_by_name["TextkinService"]
REFLECTION = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]
# Every RPC that the service answers, but for health. What is added to the proto is here without being named.
METHODS = [*SERVICE.methods, *REFLECTION.methods]
PATIENCE_SECONDS = 60
ROLES = {access_pb2.ROLE_READ: "read", access_pb2.ROLE_WRITE: "write", access_pb2.ROLE_ADMIN: "admin"}


@dataclass
class AccessFile:
    """The text of an access file, as it grows."""

    entries: list[str] = field(default_factory=list)

    def token(self, name, expires=None, **granted):
        """Adds a token and returns it."""
        token = new_token()
        digest = digest_of(token).hex()
        self._add("token", name, granted, token_sha256=digest, expires=expires)
        return token

    def certificate(self, name, **granted):
        self._add("certificate", name, granted)

    def _add(self, kind, name, granted, token_sha256=None, expires=None):
        lines = [f"[[{kind}]]", f"name = {json.dumps(name)}"]
        if token_sha256:
            lines.append(f"token_sha256 = {json.dumps(token_sha256)}")
        if expires:
            lines.append(f"expires = {expires.isoformat()}")
        lines += [f"{role} = {json.dumps(where)}" for role, where in granted.items()]
        self.entries.append("\n".join(lines) + "\n")

    def write(self, path):
        """Writes the file as an operator should: the whole of it takes the place of the old one at once."""
        fresh = path.with_suffix(".new")
        fresh.write_text("\n".join(self.entries), encoding="utf-8")
        fresh.chmod(0o600)
        fresh.replace(path)
        return path


def long_ago():
    return datetime.now(UTC) - timedelta(days=1)


def access_of(method):
    """What the RPC's option asks for."""
    return method.GetOptions().Extensions[access_pb2.access]


def request_for(method, collection_id):
    """A request of an RPC, empty but for the collections that it names."""
    request = GetMessageClass(method.input_type)()
    for path in access_of(method).collections:
        message = request
        *before, last = path.split(".")
        for name in before:
            message = getattr(message, name)
        setattr(message, last, collection_id)
    return request


def call(channel, method, metadata=(), collection_id="default", request=None):
    """Calls an RPC with one request and returns its first response. grpc.RpcError."""
    request = request or request_for(method, collection_id)
    path = f"/{method.containing_service.full_name}/{method.name}"
    make = channel.stream_stream if method.client_streaming else channel.unary_unary
    invoke = make(
        path,
        request_serializer=type(request).SerializeToString,
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    if method.client_streaming:
        return next(invoke(iter([request]), metadata=metadata, timeout=PATIENCE_SECONDS))
    return invoke(request, metadata=metadata, timeout=PATIENCE_SECONDS)


def outcome(channel, method, metadata=(), collection_id="default", request=None):
    """The status code of a call and its reason, "" when it has none of ours."""
    try:
        call(channel, method, metadata, collection_id, request)
    except grpc.RpcError as error:
        info = error_details_pb2.ErrorInfo()
        status = rpc_status.from_call(error)
        if status is not None:
            assert status.details[0].Unpack(info)
            assert info.domain == "textkin"
        return error.code(), info.reason
    return grpc.StatusCode.OK, ""


def bearer(token):
    return (("authorization", f"Bearer {token}"),)

"""Asks a running service for its health, over the standard health protocol."""

from dataclasses import dataclass

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from textkin_service.reloading import UnusableFile
from textkin_service.rpc import tls
from textkin_service.settings import Settings, SettingsError

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - told from, not bound to


@dataclass(frozen=True, slots=True)
class Target:
    """Where to ask, and the service's own certificate if that is encrypted."""

    address: str
    identity: tls.Identity | None = None


def target(settings: Settings, address: str | None = None) -> Target:
    """Returns where a service with these settings answers; `address`: another place. SettingsError."""
    where = address or settings.health_listen or settings.listen
    for everywhere, here in _EVERYWHERE.items():
        where = where.replace(everywhere, here, 1) if where.startswith(everywhere) else where
    if settings.health_listen or not settings.tls_certificate:
        return Target(where)
    if settings.tls_client_ca:
        raise SettingsError(
            "tls_client_ca asks every caller for a certificate: give health_listen an address for health alone, such as"
            " 127.0.0.1:50052"
        )
    try:
        return Target(where, tls.read(tls.Paths.of(settings)))
    except UnusableFile as error:
        raise SettingsError(str(error)) from error


def status(asked: Target, timeout: float) -> str:
    """Returns "SERVING", "NOT_SERVING", or the status code's name without an answer in `timeout` seconds."""
    with _channel(asked) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=timeout)
        except grpc.RpcError as error:
            return str(error.code().name) if isinstance(error, grpc.Call) else "UNKNOWN"
        return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


def _channel(asked: Target) -> grpc.Channel:
    """Returns a channel. The certificate itself is all that it trusts, under the name that stands in it."""
    if asked.identity is None:
        return grpc.insecure_channel(asked.address)
    return grpc.secure_channel(
        asked.address,
        grpc.ssl_channel_credentials(asked.identity.certificate),
        options=[("grpc.ssl_target_name_override", asked.identity.name)],
    )

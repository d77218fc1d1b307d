"""Asks a running service for its health, over the standard health protocol."""

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc


def status(address: str, timeout: float) -> str:
    """Returns "SERVING", "NOT_SERVING", or the status code's name without an answer in `timeout` seconds."""
    with grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=timeout)
        except grpc.RpcError as error:
            return str(error.code().name) if isinstance(error, grpc.Call) else "UNKNOWN"
        return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))

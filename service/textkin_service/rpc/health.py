"""The standard health service (grpc.health.v1), whose watches end when the service does.

That of grpcio-health-checking holds them open, and a server waits at its stop for every call that is open.
"""

import asyncio
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]
STATUS = health_pb2.HealthCheckResponse
# A name that is served as long as the process answers at all: who asks for it wants to know whether to start another.
LIVENESS = "liveness"


class Health(health_pb2_grpc.HealthServicer):  # type: ignore[misc]  # it has no types
    """What callers are told of each of the names given, and of liveness. For one event loop."""

    def __init__(self, *names: str) -> None:
        self._names = names
        self._statuses = dict.fromkeys(names, STATUS.NOT_SERVING) | {LIVENESS: STATUS.SERVING}
        self._changed = asyncio.Event()
        self._ended = False

    @property
    def is_serving(self) -> bool:
        """Whether all names that were given are served."""
        return all(self._statuses[name] == STATUS.SERVING for name in self._names)

    def set(self, status: int, *names: str) -> None:
        """Tells of a new status: of these names, or of all that were given. Nothing changes after the end."""
        if self._ended:
            return
        self._statuses |= dict.fromkeys(names or self._names, status)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def end(self) -> None:
        """Tells that no name that was given is served from now on, and ends the watches with that."""
        self.set(STATUS.NOT_SERVING)
        self._ended = True

    async def Check(self, request: Any, context: Context) -> Any:  # noqa: N802 - gRPC's name
        """Answers with the status of a name."""
        status = self._statuses.get(request.service)
        if status is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"there is no service {request.service!r}")
        return STATUS(status=status)

    async def Watch(self, request: Any, context: Context) -> None:  # noqa: N802 - gRPC's name
        """Answers with the status of a name, and with each that it has later."""
        told = None
        while True:
            changed, ended = self._changed, self._ended
            status = self._statuses.get(request.service, STATUS.SERVICE_UNKNOWN)
            if status != told:
                await context.write(STATUS(status=status))
                told = status
            if ended:
                return
            await changed.wait()

"""A real gRPC server whose answers a test writes itself, for what a healthy service never does."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc

from textkin.v1 import textkin_service_pb2_grpc as pb_grpc


@contextmanager
def serving(**methods):
    """Serves the given methods, each a function of request and context; yields the address."""
    servicer = type(
        "Scripted",
        (pb_grpc.TextkinServiceServicer,),
        {name: staticmethod(method) for name, method in methods.items()},
    )()
    server = grpc.server(ThreadPoolExecutor(8))
    pb_grpc.add_TextkinServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


class Failing:
    """A method that fails, with UNAVAILABLE unless told otherwise, a number of times before it answers, and counts its calls.

    `pushback`: what it says of when to try again, in milliseconds; negative: never.
    """

    def __init__(self, failures, response, code=grpc.StatusCode.UNAVAILABLE, pushback=None):
        self.calls = 0
        self.deadlines = []
        self._failures = failures
        self._response = response
        self._code = code
        self._pushback = pushback

    def __call__(self, _request, context):
        self.calls += 1
        self.deadlines.append(context.time_remaining())
        if self.calls <= self._failures:
            if self._pushback is not None:
                context.set_trailing_metadata((("grpc-retry-pushback-ms", str(self._pushback)),))
            context.abort(self._code, "not now")
        return self._response

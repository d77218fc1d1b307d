"""How the blocking client makes its calls: one, the pages of a listing, many in order, and an ingest stream."""

import time
from collections import deque
from collections.abc import Generator, Iterable
from typing import Any, TypeVar

import grpc

from textkin import _many
from textkin._attempts import Attempts, Patience
from textkin._calls import Call, Pages
from textkin._connection import Connection
from textkin._iterables import with_failure
from textkin._requests import Requests
from textkin._status import error_of_call
from textkin.errors import TextkinError
from textkin.types import Acknowledgement
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc

T = TypeVar("T")


class Caller:
    """Makes calls over one connection. Safe for threads. What gRPC raises becomes an exception of `textkin.errors`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._channel = connection.open(grpc)
        self._service: pb_grpc.TextkinServiceStub = pb_grpc.TextkinServiceStub(self._channel)

    def close(self) -> None:
        """Cancels what is under way."""
        self._connection.close()
        self._channel.close()

    def call(self, call: Call[T], timeout: float | None) -> T:
        """Makes one call."""
        method = getattr(self._stub, call.method)
        try:
            response = method(
                call.request,
                timeout=self._connection.deadline(timeout),
                metadata=self._connection.metadata(),
            )
        except grpc.RpcError as error:
            raise error_of_call(error) from error
        return call.result(response)

    def items(self, pages: Pages[T], timeout: float | None) -> Generator[T, None, None]:
        """What is on the pages of a listing, each fetched when it is needed."""
        page = self.call(pages.after(""), timeout)
        yield from page.items
        while page.next_token:
            page = self.call(pages.after(page.next_token), timeout)
            yield from page.items

    def in_order(
        self, calls: Iterable[Call[T]], timeout: float | None
    ) -> Generator[tuple[Call[T], T | TextkinError], None, None]:
        """Each call with its answer, in their order, while others are under way. An exception of the iterable comes last."""
        under_way: deque[tuple[Call[T], Any]] = deque()
        failure = None
        try:
            for call in with_failure(calls):
                if isinstance(call, Exception):
                    failure = call
                    break
                under_way.append((call, self._begin(call, timeout)))
                if len(under_way) == _many.CALLS_UNDER_WAY:
                    yield self._first_answer(under_way, timeout)
            while under_way:
                yield self._first_answer(under_way, timeout)
        finally:
            for _, future in under_way:
                future.cancel()
        if failure:
            raise failure

    def ingest(self, requests: Requests, timeout: float | None) -> Generator[Acknowledgement, None, None]:
        """The acknowledgements of an ingest stream, which is opened anew where it breaks off."""
        attempts = Attempts(self._connection.stream_deadline(timeout))
        wait: float | None = 0.0
        try:
            while wait is not None:
                time.sleep(wait)
                stream = self._stub.BatchIngestArticles(
                    requests.begin(), timeout=attempts.begin(), metadata=self._connection.metadata()
                )
                try:
                    wait = None
                    for response in stream:
                        wait = attempts.wait_after_answer(response)
                        if wait is not None:
                            break
                        for acknowledgement in requests.answered(response):
                            yield acknowledgement
                            requests.taken()
                except grpc.RpcError as error:
                    failure = error_of_call(error)
                    wait = attempts.wait_after(failure)
                    if wait is None:
                        raise attempts.final(failure) from error
                    if requests.is_done:
                        break
                finally:
                    stream.cancel()
        finally:
            requests.close()
        if requests.failure:
            raise requests.failure

    @property
    def _stub(self) -> pb_grpc.TextkinServiceStub:
        self._connection.check()
        return self._service

    def _begin(self, call: Call[T], timeout: float | None) -> Any:
        """What gRPC calls a future."""
        return getattr(self._stub, call.method).future(
            call.request, timeout=self._connection.deadline(timeout), metadata=self._connection.metadata()
        )

    def _first_answer(
        self, under_way: deque[tuple[Call[T], Any]], timeout: float | None
    ) -> tuple[Call[T], T | TextkinError]:
        call, future = under_way[0]
        patience = Patience()
        while True:
            try:
                answer: T | TextkinError = call.result(future.result())
            except grpc.RpcError as error:
                answer = error_of_call(error)
                wait = patience.wait_after(answer)
                if wait is not None:
                    time.sleep(wait)
                    future = self._begin(call, timeout)
                    # Where an early end finds it.
                    under_way[0] = call, future
                    continue
            under_way.popleft()
            return call, answer

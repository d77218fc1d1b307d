"""What the client for asyncio sends of an ingest stream: one task draws the articles, gRPC draws the requests."""

import asyncio
from collections.abc import AsyncIterator

from textkin._batches import Batches
from textkin._iterables import Several, as_async
from textkin.types import Acknowledgement, Article
from textkin.v1 import textkin_service_pb2 as pb


class Requests:
    """The requests of an ingest, which gRPC draws in one task, from articles that are drawn in another."""

    def __init__(self, articles: Several[Article], batches: Batches) -> None:
        self.failure: BaseException | None = None
        self._articles = articles
        self._batches = batches
        self._due = asyncio.Event()
        self._room = asyncio.Event()
        self._ended = False
        self._drawing: asyncio.Task[None] | None = None
        self._attempt = 0

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to send, nor an answer to wait for."""
        return self._ended and self._batches.is_empty and self._batches.is_answered

    def begin(self) -> AsyncIterator[pb.BatchIngestArticlesRequest]:
        """Returns the requests of another stream, first those that the one before, which ended, left unanswered."""
        if self._drawing is None:
            self._drawing = asyncio.create_task(self._draw())
        self._attempt += 1
        self._batches.send_again()
        self._due.set()
        return self._of(self._attempt)

    def answered(self, response: pb.BatchIngestArticlesResponse) -> list[Acknowledgement]:
        """Returns the acknowledgements of a response."""
        acknowledgements = self._batches.answered(response)
        if self._batches.is_due:
            self._due.set()
        return acknowledgements

    def taken(self) -> None:
        """Lets one more article be drawn."""
        self._batches.taken()
        if self._batches.has_much_room:
            self._room.set()

    async def close(self) -> None:
        """Ends the drawing."""
        if self._drawing is not None:
            self._drawing.cancel()
            await asyncio.wait([self._drawing])

    async def _of(self, attempt: int) -> AsyncIterator[pb.BatchIngestArticlesRequest]:
        while True:
            while attempt == self._attempt and not self._batches.is_due and not self._ended:
                self._due.clear()
                await self._due.wait()
            if attempt != self._attempt or self._batches.is_empty:
                return
            yield self._batches.send()

    async def _draw(self) -> None:
        # An exception would be logged as this task's and lost: keep it for the caller's.
        try:
            async for article in as_async(self._articles):
                self._batches.add(article)
                if self._batches.is_due:
                    self._due.set()
                    # A plain iterable never waits, and what is due should go.
                    await asyncio.sleep(0)
                if not self._batches.has_room:
                    self._room.clear()
                    await self._room.wait()
        except Exception as error:  # noqa: BLE001 -- whatever the caller's iterable raises goes back to the caller
            self.failure = error
        finally:
            self._ended = True
            self._due.set()

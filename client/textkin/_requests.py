"""What the blocking client sends of an ingest stream, from two threads: one draws the articles, gRPC's draws the requests."""

import threading
from collections.abc import Iterable, Iterator

from textkin._batches import Batches
from textkin.types import Acknowledgement, Article
from textkin.v1 import textkin_service_pb2 as pb


class Requests:
    """The requests of an ingest, which gRPC draws in one thread, from articles that are drawn in another."""

    def __init__(self, articles: Iterable[Article], batches: Batches) -> None:
        self.failure: BaseException | None = None
        self._articles = articles
        self._batches = batches
        self._changed = threading.Condition()
        self._ended = self._closed = False
        self._attempt = 0

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to send, nor an answer to wait for."""
        with self._changed:
            return self._ended and self._batches.is_empty and self._batches.is_answered

    def begin(self) -> Iterator[pb.BatchIngestArticlesRequest]:
        """Returns the requests of another stream, first those that the one before, which ends, left unanswered."""
        with self._changed:
            if not self._attempt:
                # A daemon, because the iterable may wait for ever.
                threading.Thread(target=self._draw, name="textkin-ingest", daemon=True).start()
            self._attempt += 1
            self._batches.send_again()
            self._changed.notify_all()
            return self._of(self._attempt)

    def answered(self, response: pb.BatchIngestArticlesResponse) -> list[Acknowledgement]:
        """Returns the acknowledgements of a response."""
        with self._changed:
            acknowledgements = self._batches.answered(response)
            if self._batches.is_due:
                self._changed.notify_all()
        return acknowledgements

    def taken(self) -> None:
        """Lets one more article be drawn."""
        with self._changed:
            self._batches.taken()
            if self._batches.has_much_room:
                self._changed.notify_all()

    def close(self) -> None:
        """Lets both threads end, even if they wait for an acknowledgement."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _of(self, attempt: int) -> Iterator[pb.BatchIngestArticlesRequest]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_over(attempt) or self._ended or self._batches.is_due)
                if self._is_over(attempt) or self._batches.is_empty:
                    return
                request = self._batches.send()
            yield request

    def _is_over(self, attempt: int) -> bool:
        return self._closed or attempt != self._attempt

    def _draw(self) -> None:
        # An exception would be printed by this thread and lost: keep it for the caller's.
        try:
            articles = iter(self._articles)
            while self._may_draw():
                try:
                    article = next(articles)
                except StopIteration:
                    return
                with self._changed:
                    self._batches.add(article)
                    if self._batches.is_due:
                        self._changed.notify_all()
        except Exception as error:  # noqa: BLE001 -- whatever the caller's iterable raises goes back to the caller
            self.failure = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _may_draw(self) -> bool:
        """Waits for room in the window. False: the stream is at its end."""
        with self._changed:
            if not self._batches.has_room:
                self._changed.wait_for(lambda: self._closed or self._batches.has_much_room)
            return not self._closed

"""What is exposed: all that is counted, and what is read off the service at each scrape."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    GCCollector,
    Info,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from textkin_service.engine import IndexSize
from textkin_service.store.backup_note import BackupNote
from textkin_service.store.base import Counts
from textkin_service.telemetry import metrics
from textkin_service.telemetry.endpoint import Endpoint

# A scrape waits so long for the store's word: a scraper gives up after ten seconds, and has the rest then.
_COUNT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sources:
    """What is asked for at each scrape, in another thread than the service's. Nothing but `counts` may wait."""

    version: str
    scheme: str
    serving: Callable[[], bool]
    permits_taken: Callable[[], int]
    permits: Callable[[], int]
    late: Callable[[], int]
    streams: Callable[[], int]
    stream_bytes: Callable[[], int]
    searches_waiting: Callable[[], int]
    threads: int
    outline_bytes: Callable[[], int]
    index: Callable[[], IndexSize]
    counts: Callable[[], Counts]
    last_backup: Callable[[], BackupNote | None]
    certificate_expires: Callable[[], float | None]


class Exporter:
    """The metrics of a service, served at an address until `close`. OSError: it cannot be had."""

    def __init__(self, sources: Sources, listen: str) -> None:
        self.registry = CollectorRegistry()
        for each in metrics.ALL:
            self.registry.register(each)
        self._counting = _Counting(sources.counts)
        self.registry.register(self._counting)
        self.registry.register(_Indexed(sources.index))
        self.registry.register(_BackedUp(sources.last_backup))
        self.registry.register(_Certified(sources.certificate_expires))
        for name, help_text, read in (
            ("textkin_serving", "1 while health says SERVING, else 0.", sources.serving),
            ("textkin_permits_taken", "Permits that requests in flight hold.", sources.permits_taken),
            (
                "textkin_permits",
                "Permits there are now: fewer while more comes than can be answered.",
                sources.permits,
            ),
            ("textkin_requests_late", "Requests whose message is long in coming.", sources.late),
            ("textkin_streams_open", "Ingest streams that are open.", sources.streams),
            ("textkin_stream_bytes", "Bytes of ingest streams that are on their way.", sources.stream_bytes),
            ("textkin_searches_waiting", "Searches that wait for a thread.", sources.searches_waiting),
            (
                "textkin_outline_cache_bytes",
                "Memory that outlines of stored articles take.",
                sources.outline_bytes,
            ),
        ):
            Gauge(name, help_text, registry=self.registry).set_function(read)
        Gauge("textkin_threads", "Threads that do the work.", registry=self.registry).set(sources.threads)
        about = Info("textkin_build", "What runs here; always 1.", registry=self.registry)
        about.info({"version": sources.version, "scheme": sources.scheme})
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._endpoint = Endpoint(self.registry, listen)

    @property
    def address(self) -> str:
        """Where it is served, with the port that was picked."""
        return self._endpoint.address

    def close(self) -> None:
        """Answers no more."""
        self._endpoint.close()
        self._counting.close()


class _Indexed(Collector):
    """The sizes of the indexes, each read once a scrape."""

    def __init__(self, index: Callable[[], IndexSize]) -> None:
        self._index = index

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield from self._families(IndexSize(0, 0, 0, 0))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._families(self._index())

    def _families(self, size: IndexSize) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(
            "textkin_index_articles", "Articles that the indexes in memory hold.", value=size.articles
        )
        yield GaugeMetricFamily("textkin_index_bytes", "Memory that the indexes take.", value=size.size_bytes)
        entries = GaugeMetricFamily(
            "textkin_index_entries",
            "Entries, a key and an article each, of the indexes' tables.",
            labels=["table"],
        )
        entries.add_metric(["content"], size.content_entries)
        entries.add_metric(["bands"], size.band_entries)
        yield entries


class _BackedUp(Collector):
    """The last backup, if there was one."""

    def __init__(self, last: Callable[[], BackupNote | None]) -> None:
        self._last = last

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield from self._families(None)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._families(self._last())

    def _families(self, last: BackupNote | None) -> Iterator[GaugeMetricFamily]:
        made_at = GaugeMetricFamily(
            "textkin_last_backup_timestamp_seconds",
            "When the last backup of the data folder was made; none if none was.",
            labels=(),
        )
        size = GaugeMetricFamily(
            "textkin_last_backup_bytes",
            "Size of the last backup of the data folder; none if none was made.",
            labels=(),
        )
        if last is not None:
            made_at.add_metric([], last.made_at.timestamp())
            size.add_metric([], last.size)
        yield from (made_at, size)


class _Certified(Collector):
    """Until when the certificate is in force that new connections are made with, if they are encrypted."""

    def __init__(self, expires: Callable[[], float | None]) -> None:
        self._expires = expires

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield self._family(None)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield self._family(self._expires())

    def _family(self, expires: float | None) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "textkin_certificate_expires_timestamp_seconds",
            "When the service's certificate expires; none without TLS.",
            labels=(),
        )
        if expires is not None:
            family.add_metric([], expires)
        return family


class _Counting(Collector):
    """What the store holds. One count is under way at a time, and a scrape that it keeps waiting goes without."""

    def __init__(self, counts: Callable[[], Counts]) -> None:
        self._counts = counts
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, "textkin-counts")
        self._under_way: Future[Counts] | None = None

    def close(self) -> None:
        """Ends the thread, unless it waits for the store, which ends it soon."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield from _families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        collections, articles = _families()
        found = self._found()
        if found is not None:
            collections.add_metric([], found.collections)
            articles.add_metric([], found.articles)
        yield from (collections, articles)

    def _found(self) -> Counts | None:
        with self._lock:
            if self._under_way is None or self._under_way.done():
                try:
                    self._under_way = self._pool.submit(self._counts)
                except RuntimeError:  # it is closed
                    return None
            count = self._under_way
        try:
            return count.result(_COUNT_SECONDS)
        except TookTooLong:
            return None
        except Exception:  # noqa: BLE001 - whatever is the matter with the store, the rest is told
            return None


def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily]:
    return (
        GaugeMetricFamily(
            "textkin_collections", "Collections in the store; none while it does not answer.", labels=()
        ),
        GaugeMetricFamily(
            "textkin_articles", "Articles in the store; none while it does not answer.", labels=()
        ),
    )

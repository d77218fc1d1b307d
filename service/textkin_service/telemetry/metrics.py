"""What is counted, all in one place: docs/operations.md has a row for each, and a test holds it to that.

The counts are the process's, and are kept whether anybody reads them or not: one costs less than a microsecond. Labels have few
values, which are known beforehand; none is what a caller sent.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.metrics import MetricWrapperBase

from textkin_service.model import IngestOutcome, Relation

Metric = TypeVar("Metric", bound=MetricWrapperBase)

# Each series would have another beside it, with the time of its first count.
disable_created_metrics()

# From an answer out of the cache to what a caller gives up on.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# Steps are parts of it, of one search or of some together.
_STEP_SECONDS = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
# From a fast disk to one that is about to fail; in a cluster, to a failover.
_COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_SETTLING_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

RPCS = Counter("textkin_rpcs", "RPCs that ended.", ["method", "code"], registry=None)
RPC_SECONDS = Histogram(
    "textkin_rpc_seconds",
    "Time from an RPC's message to its end; of those refused by admission or at the gate, none.",
    ["method"],
    buckets=_SECONDS,
    registry=None,
)
RPCS_IN_FLIGHT = Gauge("textkin_rpcs_in_flight", "RPCs under way.", ["method"], registry=None)
RPCS_REFUSED = Counter(
    "textkin_rpcs_refused",
    "RPCs refused for overload: `requests` beyond the permits, `streams` beyond max_streams.",
    ["kind"],
    registry=None,
)
STRANGERS_REFUSED = Counter(
    "textkin_strangers_refused",
    "RPCs refused at the gate, for want of a known token or certificate, or of the role for channelz.",
    registry=None,
)

STEP_SECONDS = Histogram(
    "textkin_step_seconds",
    "Time of a step: of one request, or of some that are done together.",
    ["step"],
    buckets=_STEP_SECONDS,
    registry=None,
)

SEARCHES = Counter(
    "textkin_searches", "Searches that ended, those for an ingested article too.", registry=None
)
SEARCHES_TRUNCATED = Counter(
    "textkin_searches_truncated", "Searches that did not read all that their keys lead to.", registry=None
)
SEARCH_CANDIDATES = Histogram(
    "textkin_search_candidates", "Candidates of a search, by sketch.", buckets=(0, *_SIZES), registry=None
)
CANDIDATES_COMPARED = Counter(
    "textkin_candidates_compared",
    "Candidates that screening did not rule out, compared exactly.",
    registry=None,
)
MATCHES = Counter("textkin_matches", "Matches found by searches.", ["relation"], registry=None)
OUTLINES = Counter(
    "textkin_outlines",
    "Outlines of candidates that searches asked the cache for: `hit`, or `miss`, made of the stored text.",
    ["result"],
    registry=None,
)

INGESTED = Counter(
    "textkin_ingested",
    "Articles handed in: `created`, `replaced`, `unchanged`; `refused`, the caller's doing; `failed`, ours.",
    ["outcome"],
    registry=None,
)

STORE_COMMIT_SECONDS = Histogram(
    "textkin_store_commit_seconds",
    "Time that the store takes to commit a group of writes.",
    buckets=_COMMIT_SECONDS,
    registry=None,
)
STORE_COMMIT_ARTICLES = Histogram(
    "textkin_store_commit_articles", "Articles of a group of writes.", buckets=_SIZES, registry=None
)
STORE_COMMITS_FAILED = Counter(
    "textkin_store_commits_failed", "Groups of writes that were refused or undone whole.", registry=None
)
STORE_FAILURES = Counter(
    "textkin_store_failures", "Requests and items that failed for the store.", ["reason"], registry=None
)
STORE_UP = Gauge("textkin_store_up", "1 while the store takes writes, else 0.", registry=None)

SWEEPS = Counter("textkin_sweeps", "Removals of articles past their retention.", ["result"], registry=None)
SWEPT_ARTICLES = Counter("textkin_swept_articles", "Articles removed past their retention.", registry=None)

CLUSTER_ROUND_TRIP_SECONDS = Histogram(
    "textkin_cluster_round_trip_seconds",
    "Time of a round trip to the nodes of the store's cluster.",
    buckets=_COMMIT_SECONDS,
    registry=None,
)
CLUSTER_ERRORS = Counter(
    "textkin_cluster_errors",
    "Commands to the store's cluster that were sent again or failed: `connection` lost, slot `moved`, node `down`, too few"
    " `replicas`, memory `full`, `other`.",
    ["kind"],
    registry=None,
)
CLUSTER_SETTLINGS = Counter(
    "textkin_cluster_settlings",
    "Settlings of a log of the cluster: `done`; `failed`, all is as it was; `elsewhere`, it was not this service's turn.",
    ["result"],
    registry=None,
)
CLUSTER_SETTLING_SECONDS = Histogram(
    "textkin_cluster_settling_seconds",
    "Time of a settling that was done.",
    buckets=_SETTLING_SECONDS,
    registry=None,
)

# Why a command to a cluster did not do at once, by redis-py's exception; any other is `other`.
CLUSTER_ERROR_KINDS = {
    "ConnectionError": "connection",
    "TimeoutError": "connection",
    "MovedError": "moved",
    "AskError": "moved",
    "TryAgainError": "moved",
    "SlotNotCoveredError": "down",
    "ClusterDownError": "down",
    "MasterDownError": "down",
    "ReadOnlyError": "down",
    "_TooFewReplicas": "replicas",
    "OutOfMemoryError": "full",
}
OTHER = "other"
STORE_REASONS = (
    "STORE_DAMAGED",
    "STORE_FULL",
    "STORE_UNAVAILABLE",
    "STORE_WRITE_FAILED",
)

ALL: tuple[MetricWrapperBase, ...] = (
    RPCS,
    RPC_SECONDS,
    RPCS_IN_FLIGHT,
    RPCS_REFUSED,
    STRANGERS_REFUSED,
    STEP_SECONDS,
    SEARCHES,
    SEARCHES_TRUNCATED,
    SEARCH_CANDIDATES,
    CANDIDATES_COMPARED,
    MATCHES,
    OUTLINES,
    INGESTED,
    STORE_COMMIT_SECONDS,
    STORE_COMMIT_ARTICLES,
    STORE_COMMITS_FAILED,
    STORE_FAILURES,
    STORE_UP,
    SWEEPS,
    SWEPT_ARTICLES,
    CLUSTER_ROUND_TRIP_SECONDS,
    CLUSTER_ERRORS,
    CLUSTER_SETTLINGS,
    CLUSTER_SETTLING_SECONDS,
)

_series: dict[tuple[object, ...], Any] = {}

# Of each label's values there is a series from the start, so that the first count is seen as a rise.
INGEST_OUTCOMES = {each: each.name.lower() for each in IngestOutcome}
RELATIONS = {each: each.name.lower() for each in Relation}


def begin(methods: Iterable[str]) -> None:
    """Has a series for each value of each label, and for each method's OK."""
    for method in methods:
        RPCS.labels(method, "OK")
        RPC_SECONDS.labels(method)
        RPCS_IN_FLIGHT.labels(method)
    for metric, values in (
        (RPCS_REFUSED, ("requests", "streams")),
        (MATCHES, RELATIONS.values()),
        (OUTLINES, ("hit", "miss")),
        (INGESTED, (*INGEST_OUTCOMES.values(), "refused", "failed")),
        (STORE_FAILURES, (*STORE_REASONS, OTHER)),
        (SWEEPS, ("done", "failed")),
        (CLUSTER_ERRORS, (*sorted(set(CLUSTER_ERROR_KINDS.values())), OTHER)),
        (CLUSTER_SETTLINGS, ("done", "failed", "elsewhere")),
    ):
        for value in values:
            metric.labels(value)


def series(metric: Metric, *labels: str) -> Metric:
    """Returns the series of a metric with these values of its labels, as `labels` does in a microsecond."""
    key = (metric, *labels)
    found: Metric | None = _series.get(key)
    if found is None:
        found = _series[key] = metric.labels(*labels)
    return found


def ingested(outcome: str, articles: int = 1) -> None:
    """Counts what became of articles that were handed in."""
    series(INGESTED, outcome).inc(articles)


def store_failed(reason: str) -> None:
    """Counts what failed for the store."""
    STORE_FAILURES.labels(reason if reason in STORE_REASONS else OTHER).inc()


def cluster_error(error: BaseException) -> None:
    """Counts why a command to a cluster did not do at once."""
    CLUSTER_ERRORS.labels(CLUSTER_ERROR_KINDS.get(type(error).__name__, OTHER)).inc()

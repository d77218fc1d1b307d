"""How the client reaches the service: the channel's options, which calls are retried, and how they are balanced."""

import json
import math
from typing import Any

from textkin._address import name_in_certificates, names_several

DEFAULT_TIMEOUT = 30.0

# The service's own limit. It leaves room for a text that is too long to reach the check that says so.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024

# Calls that leave the same state however often they are made. The others are never repeated: a second
# CreateCollection, DeleteCollection or DeleteArticle would report a state that the first has made, and gRPC
# cannot repeat a stream (`_attempts` tells who does).
RETRIED_METHODS = (
    "Compare",
    "Search",
    "BatchSearch",
    "IngestArticle",
    "GetArticle",
    "ListArticles",
    "GetCollection",
    "ListCollections",
    "GetServiceInfo",
)

# Four waits, of about 0.1, 0.2, 0.4 and 0.8 seconds, bridge a connection that broke and a quick restart of
# the service without keeping a person waiting for one that is not there. gRPC allows at most five attempts.
# A service that has too much to do says itself how long to wait, and of what no repetition can help that there is no
# use (grpc-retry-pushback-ms). What gRPC itself turns away, of a service that ends or cannot even refuse it, is
# CANCELLED; what the caller cancels is never repeated.
_RETRY_POLICY = {
    "maxAttempts": 5,
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "CANCELLED"],
}

_RETRIES: dict[str, Any] = {
    "methodConfig": [
        {
            "name": [
                {"service": "textkin.v1.TextkinService", "method": method} for method in RETRIED_METHODS
            ],
            "retryPolicy": _RETRY_POLICY,
        }
    ],
    # Where more than every third call fails for long, none is repeated until that is over: repetition would make it worse.
    "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.5},
}

# Each call goes to the next replica, one that says of itself that it can be asked: what is refused by one that starts, ends
# or has lost its store would use up the repetitions of all calls.
_BALANCE: dict[str, Any] = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "healthCheckConfig": {"serviceName": "textkin.v1.TextkinService"},
}

_OPTIONS: list[tuple[str, str | int]] = [
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    # A call may be made again whatever its size.
    ("grpc.per_rpc_retry_buffer_size", MAX_MESSAGE_BYTES),
    # Connect again as fast as the retries come; gRPC's own first wait, a second, would outlast all of
    # them.
    ("grpc.initial_reconnect_backoff_ms", 100),
]

_OPTIONS_OF_ONE: list[tuple[str, str | int]] = [("grpc.max_reconnect_backoff_ms", 5000)]

_OPTIONS_OF_SEVERAL: list[tuple[str, str | int]] = [
    # A replica that is there again is called again before the next one ends.
    ("grpc.max_reconnect_backoff_ms", 1000),
    # Replicas that took the place of others are found within seconds, not half a minute. It is asked for when one is gone.
    ("grpc.dns_min_time_between_resolutions_ms", 2000),
    # A machine that is gone without a word is noticed in time for another to answer within the deadline: a ping after 10
    # seconds without an answer, and 5 for its own (for which grpc.keepalive_timeout_ms has no effect).
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 5000),
]


def channel_options(address: str, name: str = "") -> list[tuple[str, str | int]]:
    """The channel arguments of both clients. Raises ValueError for an address that cannot be read.

    `name`: what certificates must be for. Empty: what the address says.
    """
    several = names_several(address)
    options = [
        ("grpc.service_config", json.dumps(_RETRIES | _BALANCE if several else _RETRIES)),
        *_OPTIONS,
        *(_OPTIONS_OF_SEVERAL if several else _OPTIONS_OF_ONE),
    ]
    name = name or name_in_certificates(address) or ""
    return [*options, ("grpc.default_authority", name)] if name else options


def deadline(timeout: float | None, default: float | None) -> float | None:
    """Seconds for a call: its own timeout, else the client's default; None and math.inf: no deadline."""
    seconds = default if timeout is None else timeout
    return None if seconds == math.inf else seconds

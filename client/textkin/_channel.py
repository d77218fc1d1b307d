"""How the client reaches the service: the address, the channel's options, and which calls are retried."""

import json
import math
import os

DEFAULT_ADDRESS = "127.0.0.1:50051"
DEFAULT_TIMEOUT = 30.0
ADDRESS_VARIABLE = "TEXTKIN_ADDRESS"

# The service's own limit. It leaves room for a text that is too long to reach the check that says so.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024

# Calls that leave the same state however often they are made. The others are never repeated: a second
# CreateCollection, DeleteCollection or DeleteArticle would report a state that the first has made, and a
# stream cannot be replayed.
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
# use (grpc-retry-pushback-ms). Requests over 256 KiB are not repeated: gRPC keeps no more of them.
_RETRY_POLICY = {
    "maxAttempts": 5,
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
}

_SERVICE_CONFIG = {
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


def address_or_default(address: str | None) -> str:
    """The address given, else that of TEXTKIN_ADDRESS, else 127.0.0.1:50051."""
    return address or os.environ.get(ADDRESS_VARIABLE) or DEFAULT_ADDRESS


def channel_options() -> list[tuple[str, str | int]]:
    """The channel arguments of both clients."""
    return [
        ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        # Connect again as fast as the retries come; gRPC's own first wait, a second, would outlast all of
        # them.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 5000),
    ]


def deadline(timeout: float | None, default: float | None) -> float | None:
    """Seconds for a call: its own timeout, else the client's default; None and math.inf: no deadline."""
    seconds = default if timeout is None else timeout
    return None if seconds == math.inf else seconds

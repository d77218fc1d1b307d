"""The settings: one table, of which flags, environment variables, file keys and documentation are made.

A value is looked for in the flags, then in the environment (`TEXTKIN_` and the name in capitals), then in the
TOML file of `--config` or TEXTKIN_CONFIG, then in the table's default.
"""

import dataclasses
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from textkin_service.store_address import masked, parse

ENVIRONMENT_PREFIX = "TEXTKIN_"
CONFIG_VARIABLE = f"{ENVIRONMENT_PREFIX}CONFIG"
_DATA = Path("textkin-data")
# Values of the verbatim sketch, which LSH cuts into bands: fixed, because others load it with datasketch.
VERBATIM_PERMUTATIONS = 128


class SettingsError(Exception):
    """A setting has no usable value. The message names the setting, its source and what would be right."""


def _setting(
    default: object,
    help_text: str,
    *,
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
    check: Callable[[str], object] | None = None,
    shown: str = "",
    masked: Callable[[str], str] = str,
) -> Any:
    """Declares a row. `least` and `most` are inclusive; `check` raises ValueError, saying what is right.

    `shown`: what it may be, in words, where the others do not tell; `masked`: makes of a value what may be shown of it.
    """
    limits = {
        "help": help_text,
        "least": least,
        "most": most,
        "choices": choices,
        "check": check,
        "shown": shown,
        "masked": masked,
    }
    return dataclasses.field(default=default, metadata=limits)


def split_address(address: str) -> tuple[str, int]:
    """Returns host and port of "HOST:PORT" or "[IPv6]:PORT". ValueError, saying what would be right."""
    host, _, port = address.rpartition(":")
    largest = 65_535
    if not host or not port.isascii() or not port.isdigit() or int(port) > largest:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:50051")
    return host, int(port)


def _optional_store(url: str) -> None:
    if url:
        parse(url)


def _optional_address(address: str) -> None:
    if address:
        split_address(address)


@dataclass(frozen=True, slots=True)
class Settings:
    """The table. Every field is one setting; its flag is its name with hyphens."""

    data: Path = _setting(_DATA, "Folder that keeps the articles, created if need be.")  # noqa: RUF009 - a field
    store: str = _setting(
        "",
        "Where the articles are: sqlite:///PATH, redis://HOST:PORT,HOST:PORT or rediss:// (docs/scaling.md). Empty: in `data`.",
        check=_optional_store,
        shown="a URL",
        masked=masked,
    )
    store_replicas: int = _setting(
        0,
        "Replicas of each node of a cluster that must have a change before it is acknowledged (docs/scaling.md).",
        least=0,
        most=16,
    )
    listen: str = _setting(
        "127.0.0.1:50051",
        "Address to serve at, HOST:PORT. Port 0 picks a free one.",
        check=split_address,
        shown="HOST:PORT",
    )
    access_file: str = _setting(
        "",
        "TOML file of tokens, certificates and their roles (docs/security.md). Empty: whoever can connect may do everything.",
        shown="a path",
    )
    tls_certificate: str = _setting(
        "",
        "PEM file of the service's certificate, with those between it and its authority. Empty: no TLS.",
        shown="a path",
    )
    tls_key: str = _setting("", "PEM file of the certificate's key, without a password.", shown="a path")
    tls_client_ca: str = _setting(
        "",
        "PEM file of the authorities of client certificates, which are then required. Empty: none are.",
        shown="a path",
    )
    insecure: str = _setting(
        "no",
        "Whether to serve other machines without TLS, or without an access file or client certificates.",
        choices=("no", "yes"),
    )
    health_listen: str = _setting(
        "",
        "Address, HOST:PORT, where health is also answered, without TLS, and nothing else. Empty: none.",
        check=_optional_address,
        shown="HOST:PORT",
    )
    metrics_listen: str = _setting(
        "",
        "Address, HOST:PORT, where metrics are read, without TLS, and nothing else (docs/operations.md). Empty: none.",
        check=_optional_address,
        shown="HOST:PORT",
    )
    tracing: str = _setting(
        "no",
        "Whether requests are traced by OpenTelemetry, which the OTEL_ variables tell where to (docs/operations.md).",
        choices=("no", "yes"),
    )
    channelz: str = _setting(
        "no",
        "Whether gRPC's channelz tells of connections; with an access file, to admins of all collections.",
        choices=("no", "yes"),
    )
    # So long until callers that balance over a name's addresses meet a replica that was added: they look the name up again when
    # a connection ends. A new connection costs a handshake.
    max_connection_age: float = _setting(
        300.0,
        "Time after which a connection is to be made anew, in seconds; what is under way on it goes on. 0: never.",
        least=0,
        most=86_400,
    )
    max_text_bytes: int = _setting(
        1_048_576, "Longest text, in bytes of UTF-8.", least=1, most=64 * 1_048_576
    )
    max_batch_size: int = _setting(256, "Most queries in a BatchSearch.", least=1, most=10_000)
    max_page_size: int = _setting(1_000, "Largest page of a listing, in items.", least=1, most=10_000)
    max_matches: int = _setting(100, "Most matches of a search.", least=1, most=1_000)
    max_message_bytes: int = _setting(
        16 * 1_048_576, "Largest message, in bytes.", least=1_048_576, most=256 * 1_048_576
    )
    max_in_flight: int = _setting(
        64,
        "Most requests in flight in a burst; one more is refused. Long ones count as up to 12.",
        least=1,
        most=100_000,
    )
    sustained_in_flight: int = _setting(
        0,
        "The same while more come all the time than can be answered. 0: 8 for each thread.",
        least=0,
        most=100_000,
    )
    max_streams: int = _setting(32, "Most ingest streams open; one more is refused.", least=1, most=100_000)
    max_stream_items: int = _setting(
        256,
        "Articles of one ingest stream on their way: one more message is read while there are fewer.",
        least=1,
        most=10_000,
    )
    threads: int = _setting(
        0, "Threads that do the work. 0: one a processor that it may use.", least=0, most=1_024
    )
    candidates: int = _setting(
        20, "Articles that a search compares exactly, best by sketch first.", least=1, most=10_000
    )
    # Two texts with resemblance 0.42 meet in one of 32 bands of 4 rows with probability 1 - (1 - 0.42^4)^32 = 0.64, with
    # 0.6 at 0.99 (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4).
    verbatim_bands: int = _setting(
        32,
        "LSH bands of the verbatim sketch: more find less alike copies. Bands times rows are at most 128.",
        least=1,
        most=128,
    )
    verbatim_rows: int = _setting(
        4, "Signature values that make a band: more let fewer strangers through.", least=1, most=128
    )
    # A segment of 200 words has about 125 keys: 160 leave nearly all of them and bound the dense ones (docs/detection.md).
    content_keys: int = _setting(
        160,
        "Most keys that the content sketch keeps of a segment. Stored: another value needs a new data folder.",
        least=8,
        most=1_024,
    )
    content_segment_words: int = _setting(
        200,
        "Words of a segment of the content sketch. Stored: another value needs a new data folder.",
        least=30,
        most=1_000_000,
    )
    content_shared_keys: int = _setting(
        2, "Content keys that two texts must share to be compared.", least=1, most=64
    )
    cache_mib: int = _setting(
        256, "Memory for outlines of stored articles, in MiB. 0: none.", least=0, most=1_048_576
    )
    sweep_seconds: float = _setting(
        60.0, "Time between removals of articles past their retention, in seconds.", least=0.1, most=86_400
    )
    shutdown_grace: float = _setting(
        10.0, "Time that requests in flight have to end at shutdown, in seconds.", least=0, most=3_600
    )
    log_level: str = _setting(
        "info", "Least level that is logged.", choices=("debug", "info", "warning", "error")
    )
    log_format: str = _setting(
        "json", "One JSON object a line, or lines for people.", choices=("json", "console")
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table, for those that make flags or documentation of it."""

    name: str
    kind: type
    default: object
    help: str
    least: float | None
    most: float | None
    choices: tuple[str, ...]
    check: Callable[[str], object] | None
    shown: str
    masked: Callable[[str], str]

    @property
    def flag(self) -> str:
        """The command-line flag."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return ENVIRONMENT_PREFIX + self.name.upper()

    @property
    def values(self) -> str:
        """What the setting may be, in words."""
        if self.choices:
            return ", ".join(self.choices)
        if self.least is not None and self.most is not None:
            return f"{self.least:,} to {self.most:,}"
        return "a path" if self.kind is Path else self.shown

    @property
    def default_shown(self) -> str:
        """The default, or that there is none."""
        return str(self.default) or "none"

    def parse(self, value: object, source: str) -> Any:
        """Returns the value as the setting's type. SettingsError, which names `source`."""
        try:
            parsed = self._convert(value)
        except ValueError as error:
            raise SettingsError(
                f"{source}: {self.masked(str(value))!r} cannot be {self.name}: {error}"
            ) from None
        return parsed

    def _convert(self, value: object) -> Any:
        whole = self.kind is int
        if isinstance(value, bool) or (whole and isinstance(value, float)):
            raise ValueError(f"must be {self.values}")
        try:
            parsed = self.kind(value)
        except (TypeError, ValueError):
            raise ValueError(f"must be {self.values}") from None
        if self.least is not None and self.most is not None and not self.least <= parsed <= self.most:
            raise ValueError(f"must be {self.values}")
        if self.choices and parsed not in self.choices:
            raise ValueError(f"must be one of {self.values}")
        if self.check is not None:
            self.check(parsed)
        return parsed


def _rows() -> tuple[Row, ...]:
    kinds = get_type_hints(Settings)
    return tuple(
        Row(name=field.name, kind=kinds[field.name], default=field.default, **field.metadata)
        for field in dataclasses.fields(Settings)
    )


TABLE = _rows()


def resolve(
    flags: Mapping[str, object], environment: Mapping[str, str] = os.environ, config: Path | None = None
) -> Settings:
    """Returns the settings in force; `flags` has those given, the others absent or None. SettingsError."""
    if config is None and environment.get(CONFIG_VARIABLE):
        config = Path(environment[CONFIG_VARIABLE])
    file = _read(config) if config is not None else {}
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for row in TABLE:
        if flags.get(row.name) is not None:
            value, source = flags[row.name], row.flag
        elif environment.get(row.variable):
            value, source = environment[row.variable], row.variable
        elif row.name in file:
            value, source = file[row.name], f"{config}"
        else:
            continue
        values[row.name] = row.parse(value, source)
        sources[row.name] = source
    settings = Settings(**values)
    _check_scheme(settings, sources)
    return settings


def _check_scheme(settings: Settings, sources: Mapping[str, str]) -> None:
    """Checks what no setting tells alone. SettingsError, which names both, where they come from and what is right."""

    def named(name: str) -> str:
        return f"{name} {getattr(settings, name)} ({sources.get(name, 'the default')})"

    bands, rows = settings.verbatim_bands, settings.verbatim_rows
    if bands * rows > VERBATIM_PERMUTATIONS:
        raise SettingsError(
            f"{named('verbatim_bands')} times {named('verbatim_rows')} is {bands * rows}: must be at most"
            f" {VERBATIM_PERMUTATIONS}; with {rows} rows at most {VERBATIM_PERMUTATIONS // rows} bands"
        )
    if settings.content_shared_keys > settings.content_keys:
        raise SettingsError(
            f"{named('content_shared_keys')} is more than {named('content_keys')}: must be at most {settings.content_keys}"
        )


def _read(path: Path) -> dict[str, object]:
    """Returns the keys and values of a settings file. SettingsError."""
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error
    except RecursionError:
        raise SettingsError(f"{path} is nested too deeply: give lines of `key = value`") from None
    known = {row.name for row in TABLE}
    for name in values:
        if name not in known:
            raise SettingsError(f"{path}: there is no setting {name!r}; there are {', '.join(sorted(known))}")
    return values


def markdown() -> str:
    """Returns the table as Markdown, a row a setting, for the documentation."""
    lines = [
        "| flag | environment variable | key in the file | default | values | meaning |",
        "|---|---|---|---|---|---|",
    ]
    lines.extend(
        f"| `{row.flag}` | `{row.variable}` | `{row.name}` | `{row.default_shown}` | {row.values} | {row.help} |"
        for row in TABLE
    )
    return "\n".join(lines) + "\n"

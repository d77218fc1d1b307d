"""The access file: which tokens and certificates there are, and the roles of each.

::

    [[token]]
    name = "newsdesk"
    token_sha256 = "64 hexadecimal digits"
    expires = 2027-06-30T00:00:00Z
    read = ["*"]
    write = ["wire-*", "desk"]

    [[certificate]]
    name = "ingest.example.org"
    write = ["wire-*"]
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from textkin_service.access.callers import Caller, Callers, Role
from textkin_service.reloading import UnusableFile

_NAME = re.compile(r"[A-Za-z0-9*][A-Za-z0-9 ._@:/*-]{0,254}", re.ASCII)
_PATTERN = re.compile(r"\*|[a-z0-9][a-z0-9_-]{0,62}\*?", re.ASCII)
_DIGEST = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_ROLES = {"read": Role.READ, "write": Role.WRITE, "admin": Role.ADMIN}


class AccessError(UnusableFile):
    """An access file cannot be used. The message names the file, the entry and the key, and what would be right."""


def read(path: Path) -> Callers:
    """Returns the callers of an access file. AccessError."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AccessError(f"access_file: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AccessError(f"access_file: {path} is not UTF-8, near byte {error.start}") from None
    except ValueError as error:
        raise AccessError(f"access_file: {path}: {error}") from None


def parse(text: str) -> Callers:
    """Returns the callers of an access file's text. ValueError, saying what is wrong in it and what would be right."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"is not TOML: {error}") from None
    except RecursionError:
        raise ValueError("is nested too deeply: give tables [[token]] and [[certificate]]") from None
    return _callers(content)


def _callers(content: Mapping[str, Any]) -> Callers:
    """Returns the callers of a file's content. ValueError."""
    tables = {"token": _digest, "certificate": _no_digest}
    found: dict[str, dict[Any, Caller]] = {kind: {} for kind in tables}
    for kind, entries in content.items():
        if kind not in tables or not isinstance(entries, list):
            raise ValueError(f"there is no {kind!r}; there are tables [[token]] and [[certificate]]")
        for number, entry in enumerate(entries, 1):
            where = f"{kind} {number}"
            if not isinstance(entry, dict):
                raise ValueError(f"{where}: must be a table [[{kind}]]")  # noqa: TRY004 - the file is wrong, not a type
            rest = dict(entry)
            name = _name(where, rest)
            where += f" ({name})"
            key = tables[kind](where, rest) or name
            caller = _caller(where, name, rest, expires=kind == "token")
            if key in found[kind]:
                what = "token_sha256" if kind == "token" else "name"
                raise ValueError(f"{where}: {what} is that of {found[kind][key].name} above; give each once")
            found[kind][key] = caller
    if not any(found.values()):
        raise ValueError("has neither a [[token]] nor a [[certificate]]: nobody could call")
    return Callers(found["token"], found["certificate"])


def _name(where: str, entry: dict[str, Any]) -> str:
    name = entry.pop("name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"{where}: name must be 1 to 255 letters, digits, spaces or . _ @ : / * -, such as 'newsdesk'"
        )
    return name


def _digest(where: str, entry: dict[str, Any]) -> bytes:
    """Returns a token's digest. No message repeats it: somebody may have given the token itself."""
    digest = entry.pop("token_sha256", None)
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ValueError(
            f"{where}: token_sha256 must be 64 hexadecimal digits; `textkin-service token` makes them"
        )
    return bytes.fromhex(digest)


def _no_digest(_where: str, _entry: dict[str, Any]) -> None:
    """Certificates are known by their name."""


def _caller(where: str, name: str, entry: dict[str, Any], *, expires: bool) -> Caller:
    until = entry.pop("expires", None) if expires else None
    if until is not None and (not isinstance(until, datetime) or until.tzinfo is None):
        raise ValueError(
            f"{where}: expires must be a date and time with its offset, such as 2027-06-30T00:00:00Z"
        )
    granted = {}
    for key, role in _ROLES.items():
        patterns = entry.pop(key, [])
        if not isinstance(patterns, list) or not all(
            isinstance(each, str) and _PATTERN.fullmatch(each) for each in patterns
        ):
            raise ValueError(
                f'{where}: {key} must be a list of ids of collections, beginnings such as "wire-*", or "*"'
            )
        granted[role] = patterns
    if entry:
        known = ["name", *(["token_sha256", "expires"] if expires else []), *_ROLES]
        raise ValueError(f"{where}: there is no {next(iter(entry))!r}; there are {', '.join(known)}")
    if not any(granted.values()):
        raise ValueError(f"{where}: has no role; give read, write or admin, each a list of collections")
    return Caller.of(name, granted, until.timestamp() if until is not None else None)

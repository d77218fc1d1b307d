"""Tokens: random, so that their digest may be kept in the open, and told by a prefix, so that scanners of code find one.

A token has 256 bits of chance. Nobody tries them through, so its digest is plain SHA-256: a slow hash protects what people
think up, and would cost every call its time.
"""

import hashlib
import secrets

_PREFIX = "textkin_"
_RANDOM_BYTES = 32


def new_token() -> str:
    """Returns a token that nobody else has."""
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def digest_of(token: str) -> bytes:
    """Returns the SHA-256 of a token, 32 bytes."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()

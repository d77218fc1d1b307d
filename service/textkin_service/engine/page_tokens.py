"""Page tokens: where a listing goes on, as a string that means nothing to anybody else.

A token is bound to its listing and carries a checksum, so that a token of another listing, or one that was
altered or cut, is told from a right one. It guards against mistakes, not against forgery: what it could reach
is open anyway.
"""

import base64
import hashlib
import re

from textkin_service.errors import InvalidRequest

_CHECKSUM_BYTES = 8
_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
_LARGEST_NUMBER = 2**63 - 1  # the store's integers are signed


def _checksum(listing: str, position: str) -> bytes:
    message = f"{len(listing)}:{listing}{position}".encode()
    return hashlib.blake2s(message, digest_size=_CHECKSUM_BYTES, person=b"textkin1").digest()


def encode(listing: str, position: str | int) -> str:
    """Returns the token of `position` in `listing`."""
    place = str(position)
    return base64.urlsafe_b64encode(_checksum(listing, place) + place.encode()).decode().rstrip("=")


def decode(listing: str, token: str) -> str:
    """Returns the position that `encode` was given. InvalidRequest on any other token."""
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        position = data[_CHECKSUM_BYTES:].decode()
    except ValueError:
        raise _wrong() from None
    if encode(listing, position) != token:
        raise _wrong()
    return position


def decode_number(listing: str, token: str) -> int:
    """Returns the number that `encode` was given, 0 to 2**63 - 1. InvalidRequest on any other token, a forged one too."""
    position = decode(listing, token)
    if not _NUMBER.fullmatch(position) or int(position) > _LARGEST_NUMBER:
        raise _wrong()
    return int(position)


def _wrong() -> InvalidRequest:
    return InvalidRequest(
        "page_token", "is not a token of this listing; give `next_page_token` of the page before, or none"
    )

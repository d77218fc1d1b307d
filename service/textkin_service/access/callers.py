"""The callers that the service knows, and what each may do."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from textkin_service.access.tokens import digest_of


class Role(IntEnum):
    """What a caller may do in a collection, by the numbers of textkin.v1.Role. Each includes those before it."""

    READ = 1
    WRITE = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Collections:
    """A set of collections: those of `ids`, and all whose id begins with one of `prefixes`."""

    ids: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Self:
        """Returns the set that patterns name: ids, and beginnings of ids with a "*" behind."""
        whole = list(patterns)
        return cls(
            frozenset(each for each in whole if not each.endswith("*")),
            tuple(sorted({each.removesuffix("*") for each in whole if each.endswith("*")})),
        )

    def __contains__(self, collection_id: object) -> bool:
        return isinstance(collection_id, str) and (
            collection_id in self.ids or collection_id.startswith(self.prefixes)
        )

    def __bool__(self) -> bool:
        return bool(self.ids or self.prefixes)

    @property
    def has_all(self) -> bool:
        """Whether every collection is in it, those that are not there yet too."""
        return "" in self.prefixes

    def __or__(self, other: Self) -> "Collections":
        return Collections(self.ids | other.ids, tuple(sorted({*self.prefixes, *other.prefixes})))


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody known. `name` is for the log; `expires` in seconds since 1970, None for never."""

    name: str
    reads: Collections
    writes: Collections
    administers: Collections
    expires: float | None = None

    @classmethod
    def of(cls, name: str, granted: Mapping[Role, Iterable[str]], expires: float | None = None) -> Self:
        """Returns the caller who is granted roles in collections, by pattern."""
        administers = Collections.of(granted.get(Role.ADMIN, ()))
        writes = administers | Collections.of(granted.get(Role.WRITE, ()))
        return cls(name, writes | Collections.of(granted.get(Role.READ, ())), writes, administers, expires)

    def collections(self, role: Role) -> Collections:
        """Returns where the caller has a role."""
        match role:
            case Role.READ:
                return self.reads
            case Role.WRITE:
                return self.writes
            case Role.ADMIN:
                return self.administers


class Callers:
    """All callers of an access file."""

    def __init__(self, by_digest: Mapping[bytes, Caller], by_certificate: Mapping[str, Caller]) -> None:
        """`by_digest`: the SHA-256 of a token; `by_certificate`: a name that a certificate is issued to."""
        self._by_digest = tuple(by_digest.items())
        self._by_certificate = dict(by_certificate)
        # Right tokens that were presented, so that only a wrong one is compared with all.
        self._met: dict[bytes, Caller] = {}

    @property
    def all(self) -> list[Caller]:
        """All of them: those with tokens, and those with certificates."""
        return [*(caller for _, caller in self._by_digest), *self._by_certificate.values()]

    def of_token(self, token: str) -> Caller | None:
        """Returns whose token it is, expired or not; None if it is nobody's.

        The time this takes tells nothing of the tokens there are: what is compared are digests, whose bits a stranger
        cannot choose, in constant time, a wrong one with every one there is.
        """
        digest = digest_of(token)
        found = self._met.get(digest)
        if found is None:
            for each, caller in self._by_digest:
                if hmac.compare_digest(each, digest):
                    found = caller
            if found is not None:
                self._met[digest] = found
        return found

    def of_certificate(self, names: Iterable[str]) -> Caller | None:
        """Returns whose certificate it is that is issued to these names: the first that is known."""
        return next((self._by_certificate[name] for name in names if name in self._by_certificate), None)

    def __len__(self) -> int:
        return len(self._by_digest) + len(self._by_certificate)

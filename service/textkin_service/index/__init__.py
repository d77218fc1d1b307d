"""The index: LSH buckets from sketch keys to article numbers, and the pieces of text that recur."""

from textkin_service.index.building import Building
from textkin_service.index.lsh import Candidates, Index
from textkin_service.index.pages import Settled
from textkin_service.index.recurrence import Recurrence
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme

__all__ = ["Building", "Candidates", "Index", "Recurrence", "Settled", "prepare"]


def prepare() -> None:
    """Compiles the kernels of the index, or loads them from their cache: the first request does not wait for it."""
    Index(Scheme.of(Settings())).prepare()
    Recurrence().prepare()

"""The index: LSH buckets from sketch keys to article numbers, and the pieces of text that recur."""

from textkin_service.index.lsh import Candidates, Index
from textkin_service.index.recurrence import Recurrence

__all__ = ["Candidates", "Index", "Recurrence"]

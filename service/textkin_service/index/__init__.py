"""The index: LSH buckets from sketch keys to article numbers."""

from textkin_service.index.lsh import Candidates, Index

__all__ = ["Candidates", "Index"]

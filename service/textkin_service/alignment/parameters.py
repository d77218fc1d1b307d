"""Every parameter of the alignment in one place. Measured on development data of the kinds named; see docs and bench."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """What steers the alignment. Similarities are 0 to 1."""

    # Seeds: a pair of sentences with at least this cosine (tf-isf) and this Dice coefficient (distinct stems).
    seed_cosine: float = 0.26
    seed_dice: float = 0.26
    # Extension: seeds at most this many sentences apart, on both sides, belong together ...
    max_gap: int = 4
    # ... while the two fragments that they span have at least this cosine; else the gap shrinks.
    fragment_cosine: float = 0.34
    # A fragment shorter than this many words on either side is chance.
    min_words: int = 8


DEFAULT = Parameters()

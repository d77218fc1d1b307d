"""Every parameter of the alignment in one place. Measured on development data of the kinds named; see docs and bench."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """What steers the alignment. Similarities are 0 to 1."""

    # Seeds: a pair of sentences with at least this cosine (tf-isf) and this Dice coefficient (distinct stems).
    seed_cosine: float = 0.22
    seed_dice: float = 0.22
    # Extension: seeds at most this many sentences apart, on both sides, belong together ...
    max_gap: int = 4
    # ... while the two fragments that they span have at least this cosine; else the gap shrinks.
    fragment_cosine: float = 0.30
    # A fragment needs this much evidence: the sum of the isf (in nats) of the distinct stems that both sides share. Were
    # stems scattered by chance, exp(-evidence) would be about the probability that those meet in two given sentences.
    min_evidence: float = 25.0
    # Division: a fragment of more words than this on both sides is cut between paragraphs ...
    divide_words: int = 120
    # ... where at most this share of its seed mass crosses the cut.
    divide_crossing: float = 0.1
    # Exact runs: word n-grams of this width extended as far as they go ...
    run_seed: int = 5
    # ... chained when at most this many words that differ lie between ...
    run_gap: int = 4
    # ... and kept from this many equal words on.
    run_words: int = 12
    # A fragment of which this share of the words lies in one run is bounded by the run, to the word.
    run_share: float = 0.75
    # A fragment that lies by this share of its sentences inside stronger ones, in either text, is their echo.
    overlap_share: float = 0.5
    # Word order: two sides with at least this Dice coefficient of word pairs are edited, below it a paraphrase.
    edited_order: float = 0.45


DEFAULT = Parameters()

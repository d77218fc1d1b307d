"""Every parameter of the alignment in one place. Measured on development data of the kinds named; see docs and bench."""

from dataclasses import dataclass, replace
from typing import Self


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
    # Word order: two sides with at least this Dice coefficient of word n-grams of this width are edited, below it a paraphrase.
    edited_order: float = 0.45
    order_width: int = 2

    def for_tokens(self, a_word: float) -> Self:
        """Returns the parameters that count words, for scripts that have so many tokens a word."""
        return replace(
            self,
            run_seed=round(self.run_seed * a_word),
            run_gap=round(self.run_gap * a_word),
            run_words=round(self.run_words * a_word),
            divide_words=round(self.divide_words * a_word),
            order_width=round(self.order_width * a_word),
        )


DEFAULT = Parameters()

"""Every parameter of the alignment in one place. Measured on development data of the kinds named; see docs and bench."""

from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Self

# Those that count words, for scripts that have several tokens a word; and those that what is known already lowers.
_IN_WORDS = """
    run_seed run_gap run_words lone_run_words part_gap copied_words order_width divide_words join_words refine_reach
    refine_source dense_words least_words weak_order weak_words brief_words absorb_words
"""
_LOWERED = "fragment_cosine min_evidence least_evidence weak_evidence least_words lone_run_words"


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
    # Division: a fragment of more words than this on both sides comes apart into paragraphs that answer each other ...
    divide_words: int = 120
    # ... which two do that share at least this share of the seed mass of either.
    divide_crossing: float = 0.1
    # Exact runs: word n-grams of this width extended as far as they go ...
    run_seed: int = 5
    # ... chained when at most this many words that differ lie between ...
    run_gap: int = 4
    # ... and kept from this many equal words on.
    run_words: int = 12
    # A fragment of which this share of the words lies in one run is bounded by the run, to the word.
    run_share: float = 0.75
    # Where several runs are, those at most so many words from one another are one.
    part_gap: int = 20
    # A fragment that lies by this share of its sentences inside stronger ones, in either text, is their echo.
    overlap_share: float = 0.5
    # Word order: two sides with at least this Dice coefficient of word n-grams of this width are edited, below it a paraphrase.
    edited_order: float = 0.45
    order_width: int = 2
    # Likelihood: how often a word stands elsewhere is smoothed by so many words of its language; ...
    usual_words: int = 500
    # ... one of these shares of a passage's words is from its source, whichever fits best; no word says more than so many nats.
    reused_shares: tuple[float, ...] = (0.35, 0.5, 0.65, 0.8, 0.9)
    most_gain: float = 8.0
    # Boundaries: so often by turns; looked for so many words around a side, in a source so many words wider than the other.
    refine_rounds: int = 2
    refine_reach: int = 40
    refine_source: int = 20
    # Where a word stands more often than in the source, those count whose neighbours, so many on each side, speak most for it.
    dense_words: int = 12
    dense_share: float = 0.5
    # Selection: each side has this much evidence against chance, in nats, and this many words. Of matches found in PAN 2013
    # without these, nine in ten false ones have up to 38 nats, and three in a hundred true ones less than 33.
    least_evidence: float = 30.0
    least_words: float = 17
    # With less evidence those do of which so many more words, and this share of the shorter side, stand in the same order than
    # by chance: where two texts are about one event, all of it is background, and no passage stands out. Of the matches with
    # less in PAN 2013 and news, some twenty true and as many false, ten have it, all true.
    weak_evidence: float = 20.0
    weak_order: int = 9
    weak_order_share: float = 0.25
    weak_words: int = 120
    # A run that is no part of a fragment has this many equal words.
    lone_run_words: float = 24
    # So many passes, each over what the passes before it left.
    passes: int = 3
    # Joining: at most so many words between in either text; the whole has at least this share of the evidence of its parts.
    join_words: int = 60
    join_evidence: float = 0.7
    # Summaries: a brief of at least so many words, and a source so many times as long ...
    brief_words: int = 25
    source_ratio: float = 3.0
    # ... each with this much evidence, in nats, at one of these shares ...
    summary_evidence: float = 50.0
    brief_shares: tuple[float, ...] = (0.2, 0.35, 0.5, 0.65, 0.8)
    source_shares: tuple[float, ...] = (0.02, 0.04, 0.08, 0.15)
    # ... of which so much is in words of the brief that are not in the part of the source most alike to it. That part is found
    # at this share, and is at most so many times as long as the brief.
    elsewhere_evidence: float = 12.0
    alike_share: float = 0.8
    alike_length: float = 1.5
    # A source reaches to the ends of its text if what is left till there is at most this share of it.
    source_slack: float = 0.2
    # A summary replaces matches of its words if it has more evidence than this share of the strongest; and more than all
    # together where each has paragraphs of its own, which may have been reworded one by one.
    rival_share: float = 0.7
    # None is found where half of its words stand in runs of so many words.
    copied_words: int = 80
    # Matches so many words from a brief are part of it if their other side lies in its source.
    absorb_words: int = 10
    # So often by turns; at most so many summaries are looked for in each text.
    summary_rounds: int = 2
    most_summaries: int = 3

    def knowing(self, reused: float) -> Self:
        """Returns the parameters for what is left of texts of which such a share is known to be reused.

        The more it is, the less it takes to believe it of the rest.
        """
        if not reused:
            return self
        values = list(_VALUES(self))
        for place in _LOWERED_PLACES:
            values[place] *= 1 - reused
        return type(self)(*values)

    def for_tokens(self, a_word: float) -> Self:
        """Returns the parameters that count words, for scripts that have so many tokens a word."""
        if a_word == 1:
            return self
        return replace(self, **{name: round(getattr(self, name) * a_word) for name in _IN_WORDS.split()})


# Comparisons lower them more than once: `replace` would take longer than most steps.
_NAMES = [each.name for each in fields(Parameters)]
_VALUES = attrgetter(*_NAMES)
_LOWERED_PLACES = [_NAMES.index(name) for name in _LOWERED.split()]

DEFAULT = Parameters()

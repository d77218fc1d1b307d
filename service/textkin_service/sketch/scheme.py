"""The scheme of the sketches: how they are made, and how the index cuts them into keys."""

from dataclasses import dataclass
from typing import Self

from textkin_service.analysis.lexicon import LISTED_WORDS, VERSION
from textkin_service.settings import Settings
from textkin_service.sketch import content, pieces, verbatim

# Changes whenever analysis gives other words, stems, ranks or residue for the same text.
ANALYSIS_VERSION = 1


@dataclass(frozen=True, slots=True)
class Scheme:
    """How sketches are made and indexed. `settings.py` says what each number means and may be.

    Sketches of schemes with equal `id` can be compared, others never. `verbatim_bands`, `verbatim_rows` and
    `content_shared_keys` are of the index alone, which is made anew at each start, and so no part of the id.
    """

    verbatim_bands: int
    verbatim_rows: int
    content_keys: int
    content_segment_words: int
    content_shared_keys: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Returns the scheme that the settings ask for."""
        return cls(
            verbatim_bands=settings.verbatim_bands,
            verbatim_rows=settings.verbatim_rows,
            content_keys=settings.content_keys,
            content_segment_words=settings.content_segment_words,
            content_shared_keys=settings.content_shared_keys,
        )

    @property
    def id(self) -> str:
        """Everything that the bits of a stored sketch depend on."""
        return (
            f"analysis{ANALYSIS_VERSION},{VERSION},top{LISTED_WORDS}"
            f"/verbatim:words{verbatim.SHINGLE_WORDS},sha1,affine32,seed{verbatim.SEED},{verbatim.PERMUTATIONS}"
            f"/content:near{content.STORED_REACH},rare{content.STORED_RAREST}+{content.WORDS_A_STEM}"
            f",stop{content.STOP_ZIPF},blake2b"
            f",bottom{self.content_keys},segment{self.content_segment_words}"
            f"/pieces:marks{pieces.WORDS_PER_MARK},{pieces.MOST_MARKS}"
        )

    @property
    def verbatim_features(self) -> str:
        """What the verbatim sketch is, in words."""
        return f"word {verbatim.SHINGLE_WORDS}-shingles, SHA-1 (32 bits), datasketch affine32"

    @property
    def verbatim_permutations(self) -> int:
        """How many values the verbatim sketch has."""
        return verbatim.PERMUTATIONS

    @property
    def verbatim_seed(self) -> int:
        """The seed of the permutations."""
        return verbatim.SEED

    @property
    def content_features(self) -> str:
        """What the content sketch is, in words."""
        return "unordered pairs of neighbouring and of the rarest content stems of each sentence, bottom-k by segment"

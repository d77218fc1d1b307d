"""The scheme of the sketches: everything that must be equal for two of them to be compared."""

from dataclasses import dataclass

from textkin_service.analysis.lexicon import LISTED_WORDS, VERSION
from textkin_service.sketch import content, verbatim

# LSH cuts the 128 signature values into 32 bands of 4 rows: two texts with resemblance 0.42 meet in a band with probability
# 1 - (1 - 0.42^4)^32 = 0.64, with 0.6 at 0.99 (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4).
BANDS = 32
ROWS = 4
# Changes whenever analysis gives other words, stems, ranks or residue for the same text.
ANALYSIS_VERSION = 1


@dataclass(frozen=True, slots=True)
class Scheme:
    """How sketches are made; sketches with equal `id` can be compared, others never."""

    id: str
    verbatim_features: str
    verbatim_permutations: int
    verbatim_seed: int
    verbatim_bands: int
    verbatim_rows: int
    content_features: str
    content_keys: int
    content_segment_words: int


SCHEME = Scheme(
    id=(
        f"analysis{ANALYSIS_VERSION},{VERSION},top{LISTED_WORDS}"
        f"/verbatim:words{verbatim.SHINGLE_WORDS},sha1,affine32,seed{verbatim.SEED},{verbatim.PERMUTATIONS}"
        f"/lsh:{BANDS}x{ROWS}"
        f"/content:pairs{content.STEMS_PER_SENTENCE},stop{content.STOP_ZIPF},blake2b,bottom{content.KEYS_PER_SEGMENT},segment{content.SEGMENT_WORDS}"
    ),
    verbatim_features=f"word {verbatim.SHINGLE_WORDS}-shingles, SHA-1 (32 bits), datasketch affine32",
    verbatim_permutations=verbatim.PERMUTATIONS,
    verbatim_seed=verbatim.SEED,
    verbatim_bands=BANDS,
    verbatim_rows=ROWS,
    content_features=f"unordered pairs of the {content.STEMS_PER_SENTENCE} rarest stems of each sentence, bottom-k by segment",
    content_keys=content.KEYS_PER_SEGMENT,
    content_segment_words=content.SEGMENT_WORDS,
)

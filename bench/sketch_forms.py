"""Forms of the content sketch: which keys a sentence gives, and which of them are kept of a text.

The service has one of them (`textkin_service.sketch.content`); the others are here to be measured against it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

# A text: the stems (uint32) and Zipf frequencies (float32) of each sentence.
Text = tuple[tuple[NDArray[np.uint32], NDArray[np.float32]], ...]
Keys = NDArray[np.uint32]

Form = Literal["all", "bottom-k", "rate", "one permutation", "k permutations"]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Keys of a sentence: pairs of its content stems, those of a Zipf frequency below `stop`.

    All pairs of the `rarest`, and of one more for every `words_a_stem` words; of stems up to `reach` places apart; if `across`,
    of the 4 rarest with the 4 rarest of the sentence before; and single stems of a frequency of at most `single`.
    """

    rarest: int = 8
    words_a_stem: int = 1_000
    reach: int = 0
    stop: float = 5.8
    across: bool = False
    single: float = 0.0

    def __call__(self, text: Text) -> list[Keys]:
        """Returns the keys of each sentence, each once."""
        keys: list[Keys] = []
        before = np.empty(0, np.uint32)
        for stems, zipf in text:
            content = stems[zipf < self.stop]
            content_zipf = zipf[zipf < self.stop]
            chosen = _rarest(content, content_zipf, self.rarest + len(stems) // self.words_a_stem)
            pairs = [_paired(chosen[_low(len(chosen))], chosen[_high(len(chosen))])]
            pairs += [_paired(content[:-apart], content[apart:]) for apart in range(1, self.reach + 1)]
            if self.across:
                few = _rarest(content, content_zipf, 4)
                pairs.append(_paired(np.repeat(before, len(few)), np.tile(few, len(before))))
                before = few
            singles = content[content_zipf <= self.single]
            keys.append(np.unique(np.concatenate([*pairs, _mixed(singles, singles)])))
        return keys


@dataclass(frozen=True, slots=True)
class Sample:
    """What is kept of the keys of each segment of `words` words; `keys` of them, or the share `rate`.

    *bottom-k*: the smallest hashes. *one permutation*: the smallest in each of so many equal ranges of hashes. *k
    permutations*: the smallest under each of so many hash functions. *rate* (FracMinHash): all hashes below that share of
    their range, whatever the segment. `overlapping`: another segment begins in the middle of each.
    """

    form: Form = "bottom-k"
    keys: int = 128
    words: int = 200
    rate: float = 1.0
    overlapping: bool = False

    def __call__(self, text: Text, keys: list[Keys]) -> Keys:
        """Returns the keys kept: sorted, each once."""
        if not keys:
            return np.empty(0, np.uint32)
        every = np.concatenate(keys)
        if self.form in {"all", "rate"}:
            return np.unique(every[every < self.rate * 2**32])
        sentence = np.repeat(np.arange(len(keys)), [len(each) for each in keys])
        shifts = (0, self.words // 2) if self.overlapping else (0,)
        kept = [np.empty(0, np.uint32)]
        for shift in shifts:
            segment = numbered([len(stems) for stems, _ in text], self.words, shift)[sentence]
            kept += [self._of(np.unique(every[segment == each])) for each in np.unique(segment)]
        return np.unique(np.concatenate(kept))

    def _of(self, keys: Keys) -> Keys:
        if self.form == "one permutation":
            ranges = keys.astype(np.uint64) * np.uint64(self.keys) >> np.uint64(32)
            return keys[np.unique(ranges, return_index=True)[1]]
        if self.form == "k permutations":
            # A minimum stands under its function's number: equal minima of different functions are nothing shared.
            functions = np.arange(self.keys, dtype=np.uint32)[:, None]
            hashes = _mixed(np.broadcast_to(functions, (self.keys, len(keys))), keys[None, :])
            return _mixed(functions[:, 0], keys[hashes.argmin(axis=1)])
        return keys[: self.keys]


def numbered(lengths: list[int], words: int, shift: int = 0) -> NDArray[np.intp]:
    """Returns the segment of each sentence, from 0: it ends with the one that fills it; the first has `shift` words less."""
    segments: list[int] = []
    number, filled = 0, shift
    for length in lengths:
        segments.append(number)
        filled += length
        if filled >= words:
            number, filled = number + 1, 0
    return np.array(segments, np.intp)


def _rarest(stems: Keys, zipf: NDArray[np.float32], count: int) -> Keys:
    """Returns the rarest distinct stems, sorted."""
    distinct, places = np.unique(stems, return_index=True)
    return np.sort(distinct[np.lexsort((distinct, zipf[places]))[:count]])


def _paired(one: Keys, other: Keys) -> Keys:
    differ = one != other
    return _mixed(np.minimum(one, other)[differ], np.maximum(one, other)[differ])


def _mixed(one: Keys, other: Keys) -> Keys:
    """Hashes pairs as the service does."""
    x = (one.astype(np.uint64) << np.uint64(32)) | other
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x >> np.uint64(32)).astype(np.uint32)


@cache
def _low(count: int) -> NDArray[np.intp]:
    return np.triu_indices(count, 1)[0]


@cache
def _high(count: int) -> NDArray[np.intp]:
    return np.triu_indices(count, 1)[1]

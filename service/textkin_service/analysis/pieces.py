"""The pieces of a text, by which it is told what recurs in a collection: short lines whole, longer ones by the sentence.

By the sentence, because many articles come as one line with the publisher's footer at its end; not by every sentence, because
"He declined to comment." is boilerplate nowhere, and leaving it out would tear the passages that it stands in.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The pieces of a text that hold evidence and have at least 3 words, in order. All three are parallel.

    `hashes`: uint32, of the normalised words. `firsts`, `lasts`: int32, half-open ranges of tokens, without overlap.
    """

    hashes: NDArray[np.uint32]
    firsts: NDArray[np.int32]
    lasts: NDArray[np.int32]

    def __len__(self) -> int:
        """How many pieces there are."""
        return len(self.hashes)

"""A kernel that classifies characters."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel


@kernel
def classify(codes: NDArray[np.uint32], table: NDArray[np.uint32], classes: NDArray[np.uint32]) -> None:
    """Finds what a table has of each code point: `classes`, parallel."""
    for i in range(len(codes)):
        classes[i] = table[codes[i]]

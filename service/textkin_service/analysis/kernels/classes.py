"""A kernel that classifies characters."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel


@kernel
def classify(codes: NDArray[np.uint32], table: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Returns what a table has of each code point, parallel."""
    classes = np.empty(len(codes), np.uint32)
    for i in range(len(codes)):
        classes[i] = table[codes[i]]
    return classes

"""The kernel that counts fields; `wire` says what for."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

# Deeper messages are not looked into.
_DEEPEST = 16
# Types of fields on the wire (Protocol Buffers, Encoding).
_VARINT, _EIGHT_BYTES, _LENGTH, _BEGIN, _END, _FOUR_BYTES = range(6)
_LAST_BIT = 63


@kernel
def count(data: NDArray[np.uint8], nested: NDArray[np.int64], most: int) -> int:
    """Does what `wire.count_fields` says."""
    ends, types = np.zeros(_DEEPEST, np.int64), np.zeros(_DEEPEST, np.int64)
    ends[0] = len(data)
    depth = found = 0
    place = np.int64(0)
    while found <= most:
        while place == ends[depth]:
            if depth == 0:
                return found
            depth -= 1
        found += 1
        # A tag, and behind a tag of that type, a length.
        tag, size = np.int64(0), np.int64(0)
        for part in range(2):
            value, shift, byte = np.int64(0), 0, np.int64(0x80)
            while byte & 0x80:
                if place == ends[depth] or shift > _LAST_BIT:
                    return found
                byte = np.int64(data[place])
                value |= (byte & 0x7F) << shift
                shift += 7
                place += 1
            if part == 0:
                tag = value
                if tag & 7 > _LENGTH or tag & 7 == _EIGHT_BYTES:
                    break
            else:
                size = value
        kind = tag & 7
        if kind == _EIGHT_BYTES:
            size = np.int64(8)
        elif kind == _FOUR_BYTES:
            size = np.int64(4)
        elif kind in (_VARINT, _BEGIN, _END):
            size = np.int64(0)
        elif kind != _LENGTH:
            return found
        if size < 0 or size > ends[depth] - place:
            return found
        number = tag >> 3
        child = np.int64(-1)
        if kind == _LENGTH and 0 < number < nested.shape[1]:
            child = nested[types[depth], number]
        if child >= 0 and depth + 1 < _DEEPEST:
            depth += 1
            ends[depth], types[depth] = place + size, child
        else:
            place += size
    return found

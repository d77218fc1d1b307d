"""The kernel of word order; `alignment.order` says what it is for."""

import numpy as np
from numpy.typing import NDArray

from textkin_service.kernels import kernel

Numbers = NDArray[np.int64]
Limbs = NDArray[np.uint64]

_ONE = np.uint64(1)
_LAST = np.uint64(63)
_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel
def common_subsequences(
    a: Numbers, b: Numbers, room: Numbers, places: Limbs, reach: Numbers, growth: Limbs
) -> tuple[int, int]:
    """Returns the lengths of the longest common subsequences of `b` and `a`, and of `b` and `a` read backwards.

    Both are rows of stems; `room` has a zero for each, before and after. For each that both have, `places` has room for where
    it stands in `b`, a bit a place, 64 places a limb, and `reach` for the first and the last limb that has a bit. `growth`,
    for the one way and then the other, gets a zero bit where a common subsequence grows.

    Bit-parallel over `b` (Hyyro 2004). A stem of `a` changes a row of bits only from its first place in `b` on, and past its
    last one only as far as a carry runs.
    """
    limbs = len(growth) >> 1
    for limb in range(2 * limbs):
        growth[limb] = _FULL
    for stem in a:
        room[stem] = -1
    shared = 0
    for i in range(len(b)):
        stem, limb = b[i], i >> 6
        if room[stem] < 0:
            for place in range(shared * limbs, (shared + 1) * limbs):
                places[place] = 0
            reach[2 * shared] = limb
            shared += 1
            room[stem] = shared
        row = room[stem] - 1
        if row >= 0:
            reach[2 * row + 1] = limb
            places[row * limbs + limb] |= _ONE << np.uint64(i & 63)
    for i in range(len(a)):
        for backwards in range(2):
            row = room[a[len(a) - 1 - i] if backwards else a[i]] - 1
            if row < 0:
                continue
            here, limb = row * limbs + reach[2 * row], backwards * limbs + reach[2 * row]
            last, end = backwards * limbs + reach[2 * row + 1], (backwards + 1) * limbs
            carry = np.uint64(0)
            while limb <= last:
                old = growth[limb]
                both = old & places[here]
                total = old + both + carry
                carry = (both | (old & ~total)) >> _LAST
                growth[limb] = total | (old & ~places[here])
                limb += 1
                here += 1
            while carry and limb < end:
                old = growth[limb]
                carry = np.uint64(old == _FULL)
                growth[limb] = (old + _ONE) | old
                limb += 1
    forwards = backwards = 0
    for i in range(len(b)):
        forwards += not (growth[i >> 6] >> np.uint64(i & 63)) & _ONE
        backwards += not (growth[limbs + (i >> 6)] >> np.uint64(i & 63)) & _ONE
    for stem in a:
        room[stem] = 0
    for stem in b:
        room[stem] = 0
    return forwards, backwards

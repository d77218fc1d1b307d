"""Tables of the index by themselves: entries to put in, and what stands under keys."""

from itertools import pairwise

import numpy as np

from textkin_service.index.kernels import candidates
from textkin_service.index.kernels.entries import GOLDEN
from textkin_service.index.room import Room

NOTHING = np.empty(0, np.uint32)


def entries_of(keys, number):
    return ((keys * np.uint32(GOLDEN)).astype(np.uint64) << np.uint64(32)) | np.uint64(number)


def lookup(table, keys, cap, budget):
    """Returns how many numbers each key has, and those that are read under it; None: the table has changed too often."""
    asked = keys * np.uint32(GOLDEN)
    room = Room(len(keys), budget, cap)
    directory = table.directory
    room.keys[candidates.START, 0] = 0
    end = candidates.lookup(
        directory.map, asked, 0, len(keys), cap, budget, NOTHING, room.keys, room.read, room.told
    )
    if end < 0:
        return None
    starts = room.keys[candidates.START, : len(keys) + 1].tolist()
    numbers = [room.read[first:last].tolist() for first, last in pairwise(starts)]
    return room.keys[candidates.LENGTH, : len(keys)].tolist(), numbers

"""What is made of an object once, and kept as long as the object is."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

K = TypeVar("K")
V = TypeVar("V")


def once(make: Callable[[K], V]) -> Callable[[K], V]:
    """Makes it of each object once. What is made must not refer to the object, which would then be kept for ever.

    Two threads that ask at the same time may both make it; either does.
    """
    made: WeakKeyDictionary[K, V] = WeakKeyDictionary()

    @wraps(make)
    def made_once(of: K) -> V:
        found = made.get(of)
        if found is None:
            found = made[of] = make(of)
        return found

    return made_once

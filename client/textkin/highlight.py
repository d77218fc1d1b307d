"""Which words of a passage stand on its other side too."""

import re
from collections.abc import Iterator
from itertools import pairwise

# A word; of scripts that part no words by spaces, a character.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+(?:['\u2019\-][^\W_]+)*")

# A shorter word is shared only together with its neighbour: "of" alone says nothing.
_TELLING_LENGTH = 4


def shared_words(text: str, other: str) -> Iterator[tuple[int, int]]:
    """Yields the spans of the words of `text` that `other` has too, in whatever order, in code points."""
    words = list(_WORD.finditer(text))
    keys = [word[0].casefold() for word in words]
    other_keys = [word[0].casefold() for word in _WORD.finditer(other)]
    present, neighbours = set(other_keys), set(pairwise(other_keys))
    for index, word in enumerate(words):
        key = keys[index]
        if key in present and (
            len(key) >= _TELLING_LENGTH
            or key.isdecimal()
            or tuple(keys[index : index + 2]) in neighbours
            or (index and (keys[index - 1], key) in neighbours)
        ):
            yield word.span()

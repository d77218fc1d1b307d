"""Values drawn from the bytes of a fuzzed input, so that changed bytes are changed values and deep code is reached."""

from invented_values import GAPS, ODD, STORY

_PIECES = (*STORY, *STORY, *ODD)
# Of 256 values of a byte, those from here on begin a piece of so many bytes of any UTF-8.
_ANY_BYTES = 200
_MOST_PIECES = 12


class Drawing:
    """Bytes to draw from, from the first to the last. What is drawn behind the end is zero, or empty."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def number(self, below: int = 256) -> int:
        """Returns a number from 0 to 255, below `below`."""
        if self._place >= len(self._data):
            return 0
        self._place += 1
        return self._data[self._place - 1] % below

    def taken(self, count: int) -> bytes:
        """Returns so many bytes, fewer at the end."""
        found = self._data[self._place : self._place + count]
        self._place += len(found)
        return found

    def rest(self) -> bytes:
        """Returns all that is left."""
        return self.taken(len(self._data))

    def text(self) -> str:
        """Returns a text: sentences, what comes with the web, odd characters, any others, in any order."""
        parts = []
        for _ in range(self.number(_MOST_PIECES)):
            chosen = self.number()
            if chosen < _ANY_BYTES:
                parts.append(_PIECES[chosen % len(_PIECES)])
            else:
                parts.append(self.taken(chosen - _ANY_BYTES).decode("utf-8", "ignore"))
            parts.append(GAPS[self.number() % len(GAPS)])
        return "".join(parts)

    def changed(self, text: str) -> str:
        """Returns a text that was made of another: cut, its words or sentences moved, or something put in."""
        words = text.split(" ")
        for _ in range(self.number(6)):
            how, place = self.number(5), self.number() % len(words)
            if how == 0:
                words[place] = self.taken(3).decode("utf-8", "ignore")
            elif how == 1:
                del words[place : place + 1 + self.number(4)]
            elif how == 2:
                words = words[place:] + words[:place]
            elif how == 3:
                words[place:place] = words[:place]
            else:
                words.insert(place, _PIECES[self.number() % len(_PIECES)])
            words = words or [""]
        return " ".join(words)

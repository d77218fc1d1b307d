"""Second texts to compare hostile ones with: what stays of a text that is turned round, mixed or edited."""

import random
import re

from hostile_texts import of_size, sentences


def edited(text: str) -> str:
    """Returns the text with every tenth word another, or, of one word, every hundredth character."""
    parts = text.split(" ")
    if len(parts) < len(text) // 1_000:
        return "".join(each if place % 100 else "q" for place, each in enumerate(text, 1))
    for place in range(9, len(parts), 10):
        parts[place] = "zuvok" + "." * parts[place].endswith(".")
    return " ".join(parts)


def reversed_words(text: str) -> str:
    """Returns the words of a text from the last to the first."""
    return " ".join(reversed(text.split(" ")))


def mixed(text: str) -> str:
    """Returns the sentences of a text in another order."""
    parts = re.split(r"(?<=\. )", text)
    random.Random("mixed").shuffle(parts)  # noqa: S311 - text, not secrets
    return "".join(parts)


def other_chatter(size: int) -> str:
    """Returns sentences over the vocabulary of the text "chatter", none of them the same."""
    return of_size(sentences("other chatter", 60, 6), size)

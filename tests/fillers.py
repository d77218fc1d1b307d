"""As many invented articles as a test needs, about nothing in common, and what publishers put under theirs.

They are in English as far as they are in any language: name it, for there is too little of it to detect.
"""

import random

SYLLABLES = "vel mor tarn holt ost ra kel lin sed gu bri and ik fen dol mar pex uro zan thi".split()  # noqa: SIM905 - shorter
GLUE = "the of and in a was by that with from had for at his over all who two when into under near".split()  # noqa: SIM905 - shorter
# 60 words; nothing in its wording is the web's.
FOOTER = (
    "The Harrow Valley Gazette was founded in 1931 by dockers and schoolteachers of the lower valley and belongs to its"
    " readers. Forty reporters in Sedge, Port Lamont and Nettlecombe write it, and a council of nine elected members"
    " guards their independence. Its articles may be reprinted by parish bulletins free of charge, provided that the"
    " author is named and nothing is left out."
)


def chance(seed):
    """Returns what draws the same in every run."""
    return random.Random(str(seed))  # noqa: S311 - no secret


def invented_words(draw, count):
    return ["".join(draw.choices(SYLLABLES, k=3)) for _ in range(count)]


def paragraphs(seed, count=5, names=None, words=None):
    """Returns paragraphs of three sentences of 12 words: the same for the same seed, unlike those of any other.

    They are about people and places of their own in words of their own, unless `names` and `words` are given.
    """
    draw = chance(f"filler {seed}")
    names = names or invented_words(draw, 12)
    words = words or invented_words(draw, 60)

    def sentence():
        row = draw.choices(names, k=3) + draw.choices(words, k=5) + draw.choices(GLUE, k=4)
        draw.shuffle(row)
        return " ".join(row).capitalize() + "."

    return [" ".join(sentence() for _ in range(3)) for _ in range(count)]


def edited(text, seed):
    """Returns the text with about every twentieth word replaced by an invented one."""
    draw = chance(f"edit {seed}")
    return " ".join(
        word if "\n" in word or draw.random() > 1 / 20 else "".join(draw.choices(SYLLABLES, k=2))
        for word in text.split(" ")
    )

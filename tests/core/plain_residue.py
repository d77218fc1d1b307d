"""The plain twin of what tells web residue: every sentence and line is matched with every phrase."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import groupby

import regex

from textkin_service.analysis.characters import LINE_ENDS
from textkin_service.analysis.furniture import (
    COMMENT_BOX,
    CREDIT,
    LABEL,
    LINE_PHRASE,
    OTHER_NEWS,
    PHRASE,
)

# A sentence or line of at most this many words can be furniture; longer ones may be an article about the matter.
_FURNITURE_WORDS = 30
# What separates the entries of a share bar or a menu.
_SEPARATOR = regex.compile(r"\s[|•·*»›/]\s|\s{3,}")
_STOP = regex.compile(r"""[.!?…。！？]["'”’»)\]」』]*+$""")
_BREAK = regex.compile(f"[{LINE_ENDS}]")
_WORD = regex.compile(r"[\p{L}\p{N}]++")
# A headline in a list of other news has at most this many words, a teaser under it at most that many.
_HEADLINE_WORDS = 20
_TEASER_WORDS = 45
# A share bar or menu has at least so many entries, of at most so many words on average.
_BAR_ENTRIES = 3
_BAR_ENTRY_WORDS = 4
# The comment box stands behind at least this share of the text's words.
_COMMENTS_AFTER = 0.5
# Text that is mostly furniture is taken as it is: then the furniture is what it is about.
MOST_RESIDUE = 0.8


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text and the sentences, by number, that begin in it."""

    text: str
    words: int
    sentences: tuple[int, ...]

    @property
    def is_headline(self):
        return 0 < self.words <= _HEADLINE_WORDS and not _STOP.search(self.text)

    @property
    def is_teaser(self):
        return 0 < self.words <= _TEASER_WORDS and bool(_STOP.search(self.text))


def residue(text, sentences):
    """Returns the numbers of the sentences that are web residue; `sentences` are ranges of code points, in order."""
    words = [len(_WORD.findall(text, start, end)) for start, end in sentences]
    lines = list(_lines(text, sentences, words))
    found = set()
    before = 0
    listed = 0  # the line after the last list of other news
    for i, line in enumerate(lines):
        if line.is_headline and COMMENT_BOX.match(line.text) and before >= _COMMENTS_AFTER * sum(words):
            found.update(number for rest in lines[i:] for number in rest.sentences)
            break
        found.update(_furniture(line, text, sentences, words))
        if i >= listed and _heads_other_news(line):
            listed = _end_of_list(lines, i + 1)
            found.update(number for other in lines[i:listed] for number in other.sentences)
        before += line.words
    if sum(words[i] for i in found) > MOST_RESIDUE * sum(words):
        return set()
    return found


def _furniture(line, text, sentences, words):
    """Returns the sentences of a line that are furniture: all of a short line with any, else each that is."""
    if _is_bar(line):
        return line.sentences
    short = line.words <= _FURNITURE_WORDS
    if short and LINE_PHRASE.search(line.text):
        return line.sentences
    found = [
        i
        for i in line.sentences
        if words[i] <= _FURNITURE_WORDS and _says_furniture(text[slice(*sentences[i])])
    ]
    return line.sentences if found and short else found


def _says_furniture(sentence):
    return bool(PHRASE.search(sentence) or LABEL.match(sentence) or CREDIT.search(sentence))


def _is_bar(line):
    """Whether a line is a row of short entries: a share bar, a menu, the fields of a form."""
    entries = [entry for entry in _SEPARATOR.split(line.text) if _WORD.search(entry)]
    return len(entries) >= _BAR_ENTRIES and line.words <= _BAR_ENTRY_WORDS * len(entries)


def _lines(text, sentences, words):
    """Groups the sentences by the line that they begin in."""
    breaks = [match.start() for match in _BREAK.finditer(text)]
    for _, group in groupby(range(len(sentences)), key=lambda i: bisect_right(breaks, sentences[i][0])):
        numbers = tuple(group)
        line = text[sentences[numbers[0]][0] : sentences[numbers[-1]][1]]
        yield _Line(line, sum(words[i] for i in numbers), numbers)


def _heads_other_news(line):
    return line.is_headline and bool(OTHER_NEWS.match(line.text))


def _end_of_list(lines, first):
    """Returns where a list of other news that begins at line `first` ends: headlines, or each with a teaser under it."""
    head = lines[first : first + 3]
    with_teasers = [line.is_headline for line in head] == [True, False, True] and head[1].is_teaser
    previous_is_headline = False
    for i in range(first, len(lines)):
        if lines[i].is_headline and not _heads_other_news(lines[i]):
            previous_is_headline = True
        elif with_teasers and previous_is_headline and lines[i].is_teaser:
            previous_is_headline = False
        else:
            return i
    return len(lines)

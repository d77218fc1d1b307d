"""Speakers: whom a text names next to a quotation as the one who said it.

Found by the attribution: a verb of saying, or the like, with a name that begins with a capital: "said Petra Lindqvist",
"Lindqvist, head of the trust, said", "according to Lindqvist", "Lindqvist: ...". Precision comes before recall: "he said" names
nobody, and where an attribution is not plain there is no speaker.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from textkin_service.model import Span
from textkin_service.quotations import sayings
from textkin_service.quotations.speakers_unspaced import is_unspaced, unspaced_speaker

# An attribution is looked for so many characters around a quotation, in its paragraph.
_REACH = 120
# So many surroundings of quotations are remembered: those of a copy are the same in both texts.
_REMEMBERED = 1_024
_PARAGRAPH_END = re.compile(r"\n\s*\n|(?<=[.!?…”\"»“])\s*\n")
_WORD = re.compile(
    r"\b(?:Dr|Mr|Mrs|Ms|Prof|Sen|Gov|Rep|Rev|St|Lt|Col|Gen|Sgt|Capt|[A-ZÀ-Þ])\."
    r"|[^\W\d_]++(?:['’\-][^\W\d_]++)*+|\d++|[^\s\w]"
)
# Between a quotation and its attribution; a full stop, too, where the verb comes first.
_LEADING = frozenset(',–—-.!?…"”»“')
# A clause ends with these. A quotation that follows a colon or a comma is what was said, else perhaps a part of it.
_STOPS = frozenset('.!?…;:"“”„«»‘()[]')
_MOST_REST = 8
_MOST_REST_OF_PART = 4
# What ends a part of a subject: a role, a name, an apposition.
_PART_ENDS = frozenset(",()")
# So many capitals are a role and a name. "von" behind them leads to where somebody is from.
_WHOLE_NAME = 3
# A subject has at most so many words, appositions included.
_MOST_SUBJECT = 16

_VERBS = sayings.ENGLISH_VERBS | sayings.OTHER_VERBS | sayings.TELLING_VERBS
_RESERVED = _VERBS | sayings.BETWEEN | sayings.PREPOSITIONS | sayings.CONJUNCTIONS | sayings.PRONOUNS


class _Word(NamedTuple):
    """A word or a mark of punctuation, where it stands, and how it is looked up."""

    text: str
    start: int
    end: int
    key: str

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()


@dataclass(frozen=True, slots=True)
class _Subject:
    """A name, and the number of the word behind the subject that it is of, appositions included."""

    name: Span
    end: int


def find_speaker(text: str, quotation: Span, before: Span | None = None) -> Span | None:
    """Returns where the text names who is quoted; None: nobody. Spans are in code points, marks of the quotation included.

    `before`: the quotation before it, whose speaker goes on speaking where nothing but the attribution stands between.
    """
    if is_unspaced(text[quotation.start : quotation.start + _REACH]):
        return unspaced_speaker(text, quotation)
    return (
        _named_after(text, quotation)
        or _named_before(text, quotation)
        or (_going_on(text, before, quotation) if before else None)
    )


def fuller_name(a: str, b: str) -> str:
    """Returns the fuller of the names that two texts give; empty: neither gives one, or they are of different people."""
    if not (a and b):
        return " ".join((a or b).split())
    keys_a, keys_b = _name_words(a), _name_words(b)
    if not keys_a & keys_b and not (is_unspaced(a) and (a in b or b in a)):
        return ""
    return " ".join(max(a, b, key=lambda name: (len(name), name)).split())


def _name_words(name: str) -> set[str]:
    return {word.key for word in _words(name) if word.is_capital and len(word.text.rstrip(".")) > 1}


def _named_after(text: str, quotation: Span) -> Span | None:
    window = text[quotation.end : quotation.end + _REACH]
    closed = text[quotation.start : quotation.end].rstrip('"”»“’‘ ').endswith(".")
    return _moved(_named_in_window_after(window, is_closed=closed), quotation.end)


@lru_cache(_REMEMBERED)
def _named_in_window_after(window: str, *, is_closed: bool) -> Span | None:
    """Returns the speaker named in the characters behind a quotation, which has a full stop within its marks or not."""
    end = _PARAGRAPH_END.search(window)
    words = _words(window[: end.start()] if end else window)
    first = next((i for i, word in enumerate(words) if word.text not in _LEADING), len(words))
    verb = _verb_at(words, first)
    if verb is not None and words[verb - 1].key not in sayings.TELLING_VERBS:
        return _name(_subject(words, verb))
    according = _according_at(words, first)
    if according is not None:
        return _name(_subject(words, according))
    if is_closed or any(word.text in ".!?…" for word in words[:first]):
        return None  # the name begins another sentence
    subject = _subject(words, first)
    return subject.name if subject and _verb_at(words, subject.end) is not None else None


def _named_before(text: str, quotation: Span) -> Span | None:
    start = max(0, quotation.start - _REACH)
    window = text[start : quotation.start].rstrip()
    start += max((end.end() for end in _PARAGRAPH_END.finditer(window)), default=0)
    line = text.rfind("\n", 0, start) + 1
    begins_line = start - line <= _REACH and not text[line:start].strip()
    return _moved(_named_in_window_before(text[start : quotation.start], begins_line=begins_line), start)


@lru_cache(_REMEMBERED)
def _named_in_window_before(window: str, *, begins_line: bool) -> Span | None:
    """Returns the speaker named in the characters before a quotation, which begin a line or not."""
    words = _words(window)
    if not words:
        return None
    is_led = words[-1].text in ":,"
    clause = len(words) - is_led
    if words[-1].text == ":" and words[0].is_capital and begins_line:
        subject = _subject(words, 0)
        if subject and subject.end == clause:
            return subject.name
    first = next((i + 1 for i in range(clause - 1, -1, -1) if words[i].text in _STOPS), 0)
    farthest = max(first, clause - 1 - (_MOST_REST if is_led else _MOST_REST_OF_PART))
    for place in range(clause - 1, farthest - 1, -1):
        if words[place].key in _VERBS:
            return _name_of_verb(words, place, is_led=is_led)
    for place in range(clause - 1, first - 1, -1):
        after = _according_at(words, place)
        if after is not None:
            subject = _subject(words, after)
            return subject.name if subject and subject.end >= clause else None
    return None


def _name_of_verb(words: Sequence[_Word], verb: int, *, is_led: bool) -> Span | None:
    """Returns the name before a verb that ends at it, or in other languages than English the one that follows."""
    end = verb
    while end and words[end - 1].key in sayings.BETWEEN:
        end -= 1
    for start in _clause_starts(words, end):
        subject = _subject(words, start, end)
        # A name alone with a comma behind it ends an apposition: "Brook, of Boats and Ferries, said".
        alone = (
            subject and words[start].start == subject.name.start and words[end - 2].end == subject.name.end
        )
        if subject and subject.end == end and not (alone and words[end - 1].text == ","):
            return subject.name
    if (
        is_led
        and words[verb].key in sayings.OTHER_VERBS
        and not (verb and words[verb - 1].key in sayings.PRONOUNS)
    ):
        subject = _subject(words, verb + 1)
        if subject and subject.end >= len(words) - 1:
            return subject.name
    return None


def _clause_starts(words: Sequence[_Word], end: int) -> Iterator[int]:
    """Yields where a subject that ends before a word may begin: with the sentence, after a comma, with another clause."""
    first = end
    while first and words[first - 1].text not in _STOPS and end - first < _MOST_SUBJECT:
        first -= 1
    for place in range(first, end):
        if place == first or words[place - 1].text in ",–—-" or words[place - 1].key in sayings.CONJUNCTIONS:
            yield place


def _going_on(text: str, before: Span, quotation: Span) -> Span | None:
    """Returns the speaker of the quotation before where nothing but its attribution stands between, in the same paragraph."""
    between = text[before.end : quotation.start]
    if len(between) > _REACH or "\n" in between.strip():
        return None
    name = _named_after(text, before)
    if name is None or _PARAGRAPH_END.search(between) or name.end > quotation.start:
        return None
    rest = text[name.end : quotation.start]
    return None if any(character.isupper() for character in rest) else name


def _subject(words: Sequence[_Word], first: int, last: int | None = None) -> _Subject | None:
    """Reads a subject from a word on, up to a verb or another clause: roles, a name, appositions.

    The name is the first row of capitals that ends its part of the subject: the person in "the Kremlin spokesman Dmitry
    Peskov", and in "Lindqvist, a Volvo engineer,".
    """
    name: Span | None = None
    place, last = first, min(len(words) if last is None else last, first + _MOST_SUBJECT)
    part, is_elsewhere = first, False
    while place < last:
        word = words[place]
        if word.is_capital and word.is_word:
            end = _end_of_capitals(words, place, last)
            if name is None and not is_elsewhere and _ends_part(words, place, end, last):
                name = _name_of_capitals(words, place, end)
            place = end
        elif word.text in _PART_ENDS:
            place = part = _behind_relative_clause(words, place + 1, last)
            is_elsewhere = False
        elif place == part and word.key in sayings.ARTICLES:
            place += 1
        elif word.key in _RESERVED or not word.is_word:
            break
        else:
            is_elsewhere = is_elsewhere or word.key in sayings.OF
            place += 1
    return _Subject(name, place) if name else None


def _ends_part(words: Sequence[_Word], first: int, end: int, last: int) -> bool:
    """Whether a row of capitals is the last of its part of a subject, and what it names is not what something belongs to."""
    if words[end - 1].text.endswith(("'s", "’s")):
        return False
    if end == last or not words[end].is_word or words[end].key in _RESERVED:
        return True
    if words[end].key not in sayings.OF:
        return False
    held = end + 1
    while held < last and words[held].key in sayings.ARTICLES:
        held += 1
    if held == last or not words[held].is_capital:
        return True  # "Lindqvist of the trust"
    # "Petra Lindqvist of the Velden trust", but not "Chancellor of the Exchequer", which a name may follow.
    return end - first > 1 and _end_of_capitals(words, held, last) - held < _WHOLE_NAME


def _behind_relative_clause(words: Sequence[_Word], place: int, last: int) -> int:
    """Returns the place, or behind the comma that ends a clause such as "who leads the trust," if one begins there."""
    if place < last and words[place].key in sayings.RELATIVES:
        return next((i + 1 for i in range(place, last) if words[i].text == ","), place)
    return place


def _end_of_capitals(words: Sequence[_Word], first: int, last: int) -> int:
    """Returns the end of a row of capitals, with the particles between them: "Ilse van der Berg"."""
    end = first + 1
    while end < last:
        if words[end].text == "von" and end - first >= _WHOLE_NAME:
            break
        after = end
        while after < last and words[after].text in (
            sayings.PARTICLES if after == end else sayings.PARTICLES_AFTER_ANOTHER
        ):
            after += 1
        if after == last or not words[after].is_capital or not words[after].is_word:
            break
        end = after + 1
    return end


def _name_of_capitals(words: Sequence[_Word], first: int, end: int) -> Span | None:
    """Returns the name in a row of capitals, without what begins a sentence; None: it is no name of a speaker."""
    while first < end and words[first].key in sayings.NO_NAMES:
        if words[first].key in sayings.PREPOSITIONS and end - first > 1:
            return None
        first += 1
    if first == end:
        return None
    if words[end - 1].key in sayings.TITLES:
        return None
    if len(words[end - 1].text) == 1 or (first and words[first - 1].text.isdecimal()):
        return None  # a piece of a name such as "S&P"
    if first == end - 1 and first and words[first - 1].key in sayings.ARTICLES:
        return None  # a noun, as in German, or something that has no name of its own
    return Span(words[first].start, words[end - 1].end)


def _verb_at(words: Sequence[_Word], place: int) -> int | None:
    """Returns the number of the word behind a verb of saying; None: there is none here."""
    while place < len(words) and words[place].key in sayings.BETWEEN and words[place].key not in _VERBS:
        place += 1
    return place + 1 if place < len(words) and words[place].key in _VERBS else None


def _according_at(words: Sequence[_Word], place: int) -> int | None:
    """Returns the number of the word behind "according to" or the like; None: it does not stand here."""
    for length in (1, 2, 3):
        if tuple(word.key for word in words[place : place + length]) in sayings.ACCORDING:
            return place + length
    return None


def _moved(span: Span | None, offset: int) -> Span | None:
    return Span(span.start + offset, span.end + offset) if span else None


def _name(subject: _Subject | None) -> Span | None:
    return subject.name if subject else None


def _words(window: str) -> list[_Word]:
    return [
        _Word(match.group(), match.start(), match.end(), match.group().casefold())
        for match in _WORD.finditer(window)
    ]

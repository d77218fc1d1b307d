"""Web residue: what a page carries besides its article. It is no evidence that two texts are kin.

Told by structure and by the phrases of the web's own furniture, never by the names of sites: comment boxes, share bars,
newsletter boxes, cookie notices, photo credits, player notices, lists of other news. A kernel tells the structure, and which
lines have a word that a phrase needs; only these are matched with the phrases.
"""

import numpy as np

from textkin_service.analysis.furniture import (
    COMMENT_BOX,
    CREDIT,
    LABEL,
    LINE_PHRASE,
    OTHER_NEWS,
    PHRASE,
)
from textkin_service.analysis.kernels.lines import (
    FURNITURE_WORDS,
    HEADLINE,
    IS_BAR,
    MAY_BE_COMMENT_BOX,
    MAY_BE_FURNITURE,
    MAY_BE_HEADING,
    TEASER,
)
from textkin_service.analysis.keywords import BEGINS_LABEL, IN_CREDIT, IN_PHRASE
from textkin_service.analysis.layout import Layout

# The comment box stands behind at least this share of the text's words.
_COMMENTS_AFTER = 0.5
# Text that is mostly furniture is taken as it is: then the furniture is what it is about.
MOST_RESIDUE = 0.8

# Most articles have none of these, and so no residue.
SIGNS = IS_BAR | MAY_BE_FURNITURE | MAY_BE_COMMENT_BOX | MAY_BE_HEADING
RESIDUE_PHRASES = IN_PHRASE | IN_CREDIT | BEGINS_LABEL


def may_have_residue(layout: Layout) -> bool:
    """Whether any sentence may be web residue."""
    return bool(layout.all_kinds & SIGNS or layout.all_phrases & RESIDUE_PHRASES)


def residue(text: str, layout: Layout) -> set[int]:
    """Returns the sentences that are web residue, by number."""
    if not layout.all_kinds & SIGNS and not _any_says_furniture(text, layout):
        return set()
    lines = _Lines(text, layout)
    comments = lines.comment_box()
    lines.mark_furniture(comments)
    lines.mark_lists(comments)
    if not lines.found:
        return lines.found
    words = layout.words.tolist()
    return lines.found if sum(words[i] for i in lines.found) <= MOST_RESIDUE * sum(words) else set()


class _Lines:
    """The lines of a text, by number, and what the phrases say of those that they are to be matched with.

    `found`: the sentences that are residue so far.
    """

    def __init__(self, text: str, layout: Layout) -> None:
        self._text = text
        self._layout = layout
        # Lists, because most texts are so short that an array would take longer.
        self._kinds = layout.kinds.tolist() if layout.all_kinds & SIGNS else []
        self.found: set[int] = set()

    def comment_box(self) -> int:
        """Marks the comments and returns the line that heads them; the number of lines if there is none."""
        layout = self._layout
        lines = self._of(MAY_BE_COMMENT_BOX)
        if not lines:
            return layout.line_count
        after = layout.line_words.cumsum() - layout.line_words >= _COMMENTS_AFTER * layout.words.sum()
        for line in lines:
            if after[line] and COMMENT_BOX.match(self._line(line)):
                self._mark(line, layout.line_count)
                return line
        return layout.line_count

    def mark_furniture(self, end: int) -> None:
        """Marks the sentences that are furniture before the line `end`: all of a short line with any, else each that is."""
        layout = self._layout
        for line in self._of(IS_BAR):
            self._mark(line, line + 1)
        for line in self._of(MAY_BE_FURNITURE):
            if line < end and LINE_PHRASE.search(self._line(line)):
                self._mark(line, line + 1)
        if not layout.all_phrases & RESIDUE_PHRASES:
            return
        for i, phrases in layout.suspects:
            if i not in self.found and _says_furniture(layout.sentence(self._text, i), phrases):
                line = int(np.searchsorted(layout.firsts, i, side="right")) - 1
                self.found.add(i)
                if layout.line_words[line] <= FURNITURE_WORDS:
                    self._mark(line, line + 1)

    def mark_lists(self, end: int) -> None:
        """Marks the lists of other news that begin before the line `end`."""
        listed = 0
        for line in self._of(MAY_BE_HEADING):
            if listed <= line < end and self._heads_other_news(line):
                listed = self._end_of_list(line + 1)
                self._mark(line, listed)

    def _of(self, kind: int) -> list[int]:
        if not self._layout.all_kinds & kind:
            return []
        return [line for line, bits in enumerate(self._kinds) if bits & kind]

    def _is(self, line: int, kind: int) -> bool:
        return bool(self._kinds[line] & kind)

    def _line(self, line: int) -> str:
        layout = self._layout
        first, last = layout.firsts[line], layout.firsts[line + 1] - 1
        return self._text[layout.sentences[first, 0] : layout.sentences[last, 1]]

    def _mark(self, first: int, last: int) -> None:
        firsts = self._layout.firsts
        self.found.update(range(int(firsts[first]), int(firsts[last])))

    def _heads_other_news(self, line: int) -> bool:
        return self._is(line, MAY_BE_HEADING) and OTHER_NEWS.match(self._line(line)) is not None

    def _end_of_list(self, first: int) -> int:
        """Returns where a list of other news that begins at line `first` ends: headlines, or each with a teaser under it."""
        count = self._layout.line_count
        head = [self._is(line, HEADLINE) for line in range(first, min(first + 3, count))]
        with_teasers = head == [True, False, True] and self._is(first + 1, TEASER)
        previous_is_headline = False
        for line in range(first, count):
            if self._is(line, HEADLINE) and not self._heads_other_news(line):
                previous_is_headline = True
            elif with_teasers and previous_is_headline and self._is(line, TEASER):
                previous_is_headline = False
            else:
                return line
        return count


def _any_says_furniture(text: str, layout: Layout) -> bool:
    """Whether any sentence has a phrase, of a text that has no other sign of residue: most have none."""
    return any(_says_furniture(layout.sentence(text, i), phrases) for i, phrases in layout.suspects)


def _says_furniture(sentence: str, phrases: int) -> bool:
    """Whether a sentence has a phrase of those that it may have."""
    return bool(
        (phrases & IN_PHRASE and PHRASE.search(sentence))
        or (phrases & BEGINS_LABEL and LABEL.match(sentence))
        or (phrases & IN_CREDIT and CREDIT.search(sentence))
    )

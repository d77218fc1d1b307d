"""A text with its passages marked, numbered and linked, and nothing of it changed or left out."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from textkin.highlight import shared_words
from textkin.report._passages import Numbered, SideName, other_side, span_of
from textkin.report._text import html
from textkin.types import PassageKind, Span


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a passage that stands out: a quotation with its speaker, or else words that the partner has too."""

    span: Span
    quotation: bool = False
    speaker: str = ""


def marked(side: SideName, text: str, other: str, passages: tuple[Numbered, ...]) -> str:
    """The text as HTML: each passage in a mark of its kind, with its number before it. `other` is the other text.

    Where passages overlap, the mark is of the first one's kind and names them all.
    """
    return "".join(_stretches(side, text, other, passages))


def _stretches(side: SideName, text: str, other: str, passages: tuple[Numbered, ...]) -> Iterator[str]:
    spans = {each: span_of(side, each.passage, len(text)) for each in passages}
    starting: dict[int, list[Numbered]] = {}
    ending: dict[int, list[Numbered]] = {}
    for each, span in spans.items():
        starting.setdefault(span.start, []).append(each)
        ending.setdefault(span.end, []).append(each)
    pieces = _pieces(side, text, other, spans)
    starts = [piece.span.start for piece in pieces]
    covering: dict[int, Numbered] = {}
    for start, end in pairwise([*sorted({0, len(text), *starting, *ending}), len(text)]):
        for each in ending.get(start, ()):
            covering.pop(each.number, None)
        for each in starting.get(start, ()):
            yield each.link(side)
            if spans[each].end > start:
                covering[each.number] = each
        if start == end:
            continue
        if not covering:
            yield html(text[start:end])
            continue
        first = covering[min(covering)]
        several = " several" if len(covering) > 1 else ""
        numbers = " ".join(map(str, sorted(covering)))
        yield f'<mark class="{first.kind}{several}" data-passages="{numbers}">'
        near = pieces[max(bisect_right(starts, start) - 1, 0) : bisect_right(starts, end)]
        yield from _filled(text, Span(start, end), near)
        yield "</mark>"


def _filled(text: str, stretch: Span, pieces: Iterable[_Piece]) -> Iterator[str]:
    """The stretch with those parts of the pieces that lie in it standing out."""
    done = stretch.start
    for piece in pieces:
        start, end = max(piece.span.start, done), min(piece.span.end, stretch.end)
        if start >= end:
            continue
        yield html(text[done:start])
        inner = html(text[start:end])
        if piece.quotation:
            # The speaker stands in an attribute, so that the text stays as it is.
            named = (
                f' data-speaker="{html(piece.speaker)}"' if piece.speaker and end == piece.span.end else ""
            )
            yield f'<span class="quotation"{named}>{inner}</span>'
        else:
            yield f"<b>{inner}</b>"
        done = end
    yield html(text[done : stretch.end])


def _pieces(side: SideName, text: str, other: str, spans: dict[Numbered, Span]) -> list[_Piece]:
    """What stands out, in order and apart. Of a quotation nothing stands out once more."""
    quotations = [
        _Piece(span_of(side, quotation, len(text)), quotation=True, speaker=quotation.speaker)
        for each in spans
        for quotation in each.passage.quotations
    ]
    runs = [
        _Piece(run)
        for each, span in spans.items()
        # All words of a verbatim passage are its partner's: the mark says so.
        if each.passage.kind is not PassageKind.VERBATIM
        for run in _shared_runs(text, span, span_of(other_side(side), each.passage, len(other)).of(other))
    ]
    quotations = list(_apart(quotations, []))
    return sorted([*quotations, *_apart(runs, quotations)], key=lambda piece: piece.span.start)


def _apart(pieces: Iterable[_Piece], taken: list[_Piece]) -> Iterator[_Piece]:
    """The pieces in order, each without what one before it has and without what is taken, by pieces in order and apart."""
    done = index = 0
    for piece in sorted(pieces, key=lambda each: (each.span.start, each.span.end)):
        start, end = max(piece.span.start, done), piece.span.end
        while index < len(taken) and taken[index].span.end <= start:
            index += 1
        following = index
        while start < end:
            wall = taken[following].span if following < len(taken) else Span(end, end)
            if start < min(wall.start, end):
                yield _Piece(Span(start, min(wall.start, end)), piece.quotation, piece.speaker)
            start = max(start, wall.end)
            following += 1
        done = max(done, end)


def _shared_runs(text: str, span: Span, partner: str) -> Iterator[Span]:
    """Yields where words stand that the partner has too; those that nothing but spaces and marks part, as one."""
    own = span.of(text)
    run: Span | None = None
    for start, end in shared_words(own, partner):
        if run and not any(character.isalnum() for character in own[run.end : start]):
            run = Span(run.start, end)
            continue
        if run:
            yield Span(span.start + run.start, span.start + run.end)
        run = Span(start, end)
    if run:
        yield Span(span.start + run.start, span.start + run.end)

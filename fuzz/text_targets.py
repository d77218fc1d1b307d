"""Targets over texts: what analysis, sketches, comparison and their parts promise of any text at all. Each takes any bytes."""

from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np

from drawing import Drawing
from textkin_service.alignment.differences import differences
from textkin_service.analysis import Analysis, analyze, analyze_all
from textkin_service.analysis.detection import detect_language
from textkin_service.analysis.tokens import normalize_word
from textkin_service.model import Comparison, Passage, PassageKind, Relation, Span
from textkin_service.quotations.marks import find_quotations
from textkin_service.quotations.shared import shared_quotations
from textkin_service.quotations.speakers import find_speaker
from textkin_service.relation import compare, may_match
from textkin_service.rpc.offsets import utf8_spans, utf16_spans
from textkin_service.screening import Outline, ScreenedQuery
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, Sketch, probe, sketch, sketch_all
from textkin_service.sketch.stored import DamagedSketch, Sketches
from textkin_service.store import packing

_LANGUAGES = ("", "", "", "en", "de", "es", "ja", "zh", "th", "und", "ru", "tr", "xx")
_SCHEME = Scheme.of(Settings())
_NEARLY = 1e-9


def analysis(data: bytes) -> None:
    """Words lie in their text, in order, and are what their hashes say; sentences are ranges of words, in order."""
    drawing = Drawing(data)
    language = _LANGUAGES[drawing.number(len(_LANGUAGES))]
    text = drawing.text()
    found = analyze(text, language)
    tokens = found.tokens
    starts, ends = tokens.starts.tolist(), tokens.ends.tolist()
    assert all(start < end for start, end in zip(starts, ends, strict=True))
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    assert not starts or (starts[0] >= 0 and ends[-1] <= len(text))
    assert len(found.stems) == len(found.zipf) == len(tokens.hashes) == len(tokens)
    written = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    assert list(map(normalize_word, written)) == list(tokens.words)
    words: dict[int, str] = {}
    for number, word in zip(tokens.hashes.tolist(), tokens.words, strict=True):
        assert words.setdefault(number, word) == word
    bounds = [place for pair in found.sentences.tolist() for place in pair]
    assert bounds == sorted(bounds)
    assert all(first < last for first, last in found.sentences.tolist())
    assert not bounds or bounds[-1] <= len(tokens)


def comparison(data: bytes) -> None:
    """Spans lie in their texts and cut no character, figures are shares, and the other way round all is the mirror image."""
    drawing = Drawing(data)
    a = drawing.text()
    b = drawing.changed(a) if drawing.number(2) else drawing.text()
    one, other = analyze(a), analyze(b)
    found = compare(one, other)
    _check_comparison(found, one, other)
    if drawing.number(3):
        return
    back = compare(other, one)
    assert (found.relation, len(found.passages)) == (back.relation, len(back.passages))
    assert abs(found.score - back.score) < _NEARLY
    assert abs(found.resemblance - back.resemblance) < _NEARLY


def _check_comparison(found: Comparison, a: Analysis, b: Analysis) -> None:
    for name in ("score", "resemblance", "containment_a", "containment_b", "coverage_a", "coverage_b"):
        assert 0.0 <= getattr(found, name) <= 1.0, name
    assert found.explanation
    places = [(each.a.start, each.a.end, each.b.start, each.b.end) for each in found.passages]
    assert places == sorted(places)
    for passage in found.passages:
        assert 0 <= passage.a.start < passage.a.end <= len(a.text)
        assert 0 <= passage.b.start < passage.b.end <= len(b.text)
        assert 0.0 <= passage.similarity <= 1.0
        for each in passage.quotations:
            assert passage.a.start <= each.a.start < each.a.end <= passage.a.end
            assert passage.b.start <= each.b.start < each.b.end <= passage.b.end
        if passage.kind is PassageKind.VERBATIM:
            # A formula between them is no evidence, and parts no passage.
            assert _words(a, passage.a) == _words(b, passage.b) or (
                _evidence(a, passage.a) == _evidence(b, passage.b)
            )
        if passage.kind is not PassageKind.PARAPHRASE:
            for difference in differences(a, b, passage):
                assert difference.a or difference.b


def _words(of: Analysis, span: Span) -> list[str]:
    return list(of.tokens.words[slice(*of.tokens.in_span(span))])


def _evidence(of: Analysis, span: Span) -> list[int]:
    """Returns the hashes of the words of a span that lie in sentences."""
    first, last = of.tokens.in_span(span)
    tokens = of.evidence_tokens()
    found: list[int] = of.tokens.hashes[tokens[(tokens >= first) & (tokens < last)]].tolist()
    return found


def difference(data: bytes) -> None:
    """The words that differ are those that difflib says."""
    drawing = Drawing(data)
    alphabet = "abcdefgh"[: 1 + drawing.number(8)]
    rows = [[alphabet[drawing.number(len(alphabet))] for _ in range(drawing.number(40))] for _ in range(2)]
    if drawing.number(2):
        rows[1] = drawing.changed(" ".join(rows[0])).split(" ")
    a, b = (analyze(" ".join(row), "en") for row in rows)
    if not (len(a.tokens) and len(b.tokens)):
        return
    whole = Passage(Span(0, len(a.text)), Span(0, len(b.text)), PassageKind.EDITED, 0.5)
    lengths = [
        (last_a - first_a, last_b - first_b)
        for tag, first_a, last_a, first_b, last_b in SequenceMatcher(
            None, a.tokens.hashes.tolist(), b.tokens.hashes.tolist()
        ).get_opcodes()
        if tag != "equal"
    ]
    found = differences(a, b, whole)
    assert [
        tuple(len(_words(*side)) if side[1] else 0 for side in ((a, each.a), (b, each.b))) for each in found
    ] == lengths


def sketches(data: bytes) -> None:
    """A sketch is the same alone and among others, and what it is stored as gives it back; bytes that differ are refused."""
    drawing = Drawing(data)
    texts = [drawing.text() for _ in range(1 + drawing.number(3))]
    analyses = analyze_all(texts, [""] * len(texts))
    together = sketch_all(list(analyses), _SCHEME)
    stored = [each.to_bytes() for each in together]
    assert stored == [sketch(each, _SCHEME).to_bytes() for each in analyses]
    joined = Sketches.from_bytes(stored)
    assert len(joined) == len(texts)
    for each, own in zip(stored, together, strict=True):
        again = Sketch.from_bytes(each)
        assert np.array_equal(again.content, own.content)
        assert np.array_equal(again.marks, own.marks)
        assert np.all(np.diff(own.content.astype(np.int64)) > 0)
    asked = probe(analyses[0])
    assert len(asked.content) == len(asked.windows)
    _check_damaged(stored[0], drawing)
    assert packing.unpack(packing.pack(texts[0])) == texts[0]


def _check_damaged(stored: bytes, drawing: Drawing) -> None:
    place = (drawing.number() << 8 | drawing.number()) % len(stored)
    damaged = bytearray(stored)
    damaged[place] ^= 1 << drawing.number(8)
    for bad in (bytes(damaged), stored[:place]):
        for read, error in (
            (Sketch.from_bytes, ValueError),
            (lambda each: Sketches.from_bytes([each]), DamagedSketch),
        ):
            try:
                read(bad)
            except error:
                continue
            raise AssertionError("a damaged sketch is read")


def screening(data: bytes) -> None:
    """Screening rules out no candidate that a comparison finds anything in."""
    drawing = Drawing(data)
    a = drawing.text()
    one, other = analyze(a, "en"), analyze(drawing.changed(a), "en")
    (screened,) = ScreenedQuery(one, np.empty(0, np.uint32)).screen([Outline.of(other)])
    if screened is None:
        return
    found = compare(one, other)
    assert found.relation < Relation.REWRITE or may_match(screened, found.relation, found.score)


def quotations(data: bytes) -> None:
    """Quotations lie in their text, in order and apart; who is quoted is named in the text; both texts quote alike."""
    drawing = Drawing(data)
    marks = ('"', "“", "”", "«", "»", "‘", "’", "„", "「", "」", "``", "''")
    said = (
        ", said Petra Lindqvist",
        ", he added. ",
        " says Dr. Ana Vey: ",
        "according to Ola Brandt, ",
        ". ",
        "\n\n",
    )
    parts = []
    for _ in range(drawing.number(16)):
        parts.append(marks[drawing.number(len(marks))])
        parts.append(drawing.text()[: drawing.number()])
        parts.append(said[drawing.number(len(said))])
    text = "".join(parts)
    spans = [Span(*each) for each in find_quotations(text).tolist()]
    assert all(span.start < span.end <= len(text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    for number, span in enumerate(spans):
        speaker = find_speaker(text, span, spans[number - 1] if number else None)
        assert speaker is None or 0 <= speaker.start < speaker.end <= len(text)
    one, other = analyze(text), analyze(drawing.changed(text))
    shared = shared_quotations(one, other)
    assert [each.mirrored() for each in shared_quotations(other, one)] == sorted(
        shared, key=lambda each: (each.tokens_b, each.tokens_a)
    )


def language(data: bytes) -> None:
    """A language is a tag, whatever the text, and the same when it is asked again."""
    text = Drawing(data).text()
    found = detect_language(text)
    assert found
    assert found.isalpha()
    assert detect_language(text) == found


def offsets(data: bytes) -> None:
    """Spans in bytes and in UTF-16 units slice to what they slice to in code points."""
    drawing = Drawing(data)
    text = drawing.text()
    spans = []
    for _ in range(drawing.number(8)):
        start, end = sorted((drawing.number() % (len(text) + 1), drawing.number() % (len(text) + 1)))
        spans.append(Span(start, end))
    utf8, utf16 = text.encode(), text.encode("utf-16-le")
    for span, byte, unit in zip(spans, utf8_spans(text, spans), utf16_spans(text, spans), strict=True):
        meant = text[span.start : span.end]
        assert utf8[byte.start : byte.end].decode() == meant
        assert utf16[2 * unit.start : 2 * unit.end].decode("utf-16-le") == meant

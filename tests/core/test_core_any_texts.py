"""Any two texts at all: what is said of their passages is true of them, in every unit of offsets and both ways round."""

from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CANAL, OBSERVATORY
from saltway import REPORT, REWRITE, SUMMARY

from textkin_service.alignment import align
from textkin_service.analysis import analyze
from textkin_service.analysis.tokens import normalize_word
from textkin_service.model import PassageKind
from textkin_service.relation import compare
from textkin_service.rpc.offsets import utf8_spans, utf16_spans

# The same examples each time: sums of floats may fall either side of a threshold, which is no fault.
some = settings(max_examples=150, deadline=None, derandomize=True)

ODD = (
    "e\u0301 a\u0308\u0323 caf\u00e9 İstanbul ﬁnal ﬂood ẞ ß Ω",
    "\u202edrow\u202c ابتث، قال إن السفينة أبحرت صباحا. \u200fשלום עולם ואז שתיקה.",
    "👩\u200d👩\u200d👧\u200d👦 👍🏽 🇫🇷🇩🇪 \U0001f9d1\u200d\U0001f680 𝕱𝖗𝖆𝖐𝖙𝖚𝖗 \U00020000\U00020001",
    "運河の水門が十一か月の修理を終えて土曜日に再び開いた。技師たちは樫の門を四十二枚取り替えた。",
    "เรือข้ามฟากเปิดให้บริการอีกครั้งในวันเสาร์หลังจากซ่อมแซมนานสิบเอ็ดเดือน",
    "क्षत्रिय नदी के किनारे नाव फिर से चलने लगी।",
    "\u00ad\u200b\ufeff\x00\x0b\u2028",
)
RESIDUE = (
    "Leave a Reply\n\nYour email address will not be published. Required fields are marked *",
    "Share this: Facebook Twitter WhatsApp",
    "Photo: Ottoline Marsh / Saltway Society",
    "Related\nTrains return to Dray\nHarrow locks reopen",
)
SENTENCES = (*CANAL, *OBSERVATORY, *REPORT[:4], *REWRITE[:4], SUMMARY)
GAPS = (" ", "\n", "\n\n", "", "\r\n", "\t", "\u00a0", " — ", "! ", ".” “")
pieces = st.one_of(
    st.sampled_from(SENTENCES),
    st.sampled_from(SENTENCES),
    st.sampled_from(ODD),
    st.sampled_from(RESIDUE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


@st.composite
def texts(draw, source=pieces, most=12):
    chosen = draw(st.lists(source, max_size=most))
    return "".join(piece + draw(st.sampled_from(GAPS)) for piece in chosen)


@st.composite
def pairs(draw):
    """Returns two texts that share some of their pieces, in another order, with words changed, dropped and doubled."""
    shared = draw(st.lists(pieces, max_size=8))
    a = draw(texts()) + "".join(piece + draw(st.sampled_from(GAPS)) for piece in shared)
    moved = draw(st.permutations(shared))
    changed = draw(st.sampled_from([lambda text: text, str.upper, _without_a_word, _doubled]))
    b = "".join(changed(piece) + draw(st.sampled_from(GAPS)) for piece in moved) + draw(texts(most=4))
    return a, b


def _without_a_word(text):
    words = text.split(" ")
    return " ".join(words[: len(words) // 2] + words[len(words) // 2 + 1 :])


def _doubled(text):
    words = text.split(" ")
    return " ".join([*words[:3], *words[2:]])


def words_in(analysis, span):
    """Returns the places of the words that a span has a part of."""
    tokens = analysis.tokens
    places = zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)
    return [(start, end) for start, end in places if start < span.end and end > span.start]


def spans_of(result):
    """Returns every span that is said to lie in each text."""
    in_a, in_b = [], []
    for passage in result.passages:
        in_a.append(passage.a)
        in_b.append(passage.b)
        for quotation in passage.quotations:
            in_a += [quotation.a, *filter(None, [quotation.speaker_a])]
            in_b += [quotation.b, *filter(None, [quotation.speaker_b])]
    return in_a, in_b


@some
@given(pairs())
def test_every_span_is_in_range_not_empty_and_cuts_no_word(pair):
    analyses = tuple(map(analyze, pair))
    for analysis, spans in zip(analyses, spans_of(compare(*analyses)), strict=True):
        for span in spans:
            assert 0 <= span.start < span.end <= len(analysis.text)
            words = words_in(analysis, span)
            assert words
            assert span.start <= words[0][0]
            assert words[-1][1] <= span.end


@some
@given(pairs())
def test_every_span_slices_to_the_same_in_bytes_and_in_utf16_units(pair):
    result = compare(*map(analyze, pair))
    for text, spans in zip(pair, spans_of(result), strict=True):
        in_bytes, in_units = text.encode(), text.encode("utf-16-le")
        for span, byte, unit in zip(spans, utf8_spans(text, spans), utf16_spans(text, spans), strict=True):
            matched = text[span.start : span.end]
            assert in_bytes[byte.start : byte.end].decode() == matched
            assert in_units[2 * unit.start : 2 * unit.end].decode("utf-16-le") == matched


@some
@given(pairs())
def test_the_other_way_round_everything_is_the_mirror_image(pair):
    one, other = map(analyze, pair)
    there, back = compare(one, other), compare(other, one)
    mirrored = [(p.b, p.a, p.kind, p.similarity, len(p.quotations)) for p in back.passages]
    assert [(p.a, p.b, p.kind, p.similarity, len(p.quotations)) for p in there.passages] == sorted(
        mirrored, key=lambda each: (each[0].start, each[0].end, each[1].start, each[1].end)
    )
    assert (there.relation, there.cut_a, there.cut_b) == (back.relation, back.cut_b, back.cut_a)
    assert set(align(one, other).copies) == {(b, a) for a, b in align(other, one).copies}


@some
@given(pairs())
def test_a_verbatim_passage_has_the_same_words_in_the_same_order_on_both_sides(pair):
    a, b = pair
    for passage in compare(analyze(a), analyze(b)).passages:
        if passage.kind is PassageKind.VERBATIM:
            assert passage.similarity == 1.0
            (words_a, words_b) = (
                [normalize_word(text[start:end]) for start, end in words_in(analyze(text), span)]
                for text, span in ((a, passage.a), (b, passage.b))
            )
            assert words_a == words_b


@some
@given(texts())
def test_a_text_beside_itself_is_one_verbatim_passage_from_its_first_word_to_its_last(text):
    analysis = analyze(text)
    result = compare(analysis, analysis)
    if not len(analysis.sentences):
        assert result.passages == ()
        return
    (passage,) = result.passages
    first, last = analysis.sentences[0][0], analysis.sentences[-1][1] - 1
    assert passage.a == passage.b
    assert (passage.kind, passage.similarity) == (PassageKind.VERBATIM, 1.0)
    words = words_in(analysis, passage.a)
    assert words[0][0] == analysis.tokens.starts[first]
    assert words[-1][1] == analysis.tokens.ends[last]

"""Pieces of a text: where they begin and end, what is left without some of them, and what a sketch keeps of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CANAL, OBSERVATORY, articles, text_of

from fillers import FOOTER, paragraphs
from textkin_service.analysis import analyze
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme, sketch
from textkin_service.sketch.pieces import MOST_MARKS, hashes_of, piece_marks

any_text = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=150),
    st.lists(
        st.sampled_from(["Leave a Reply", "Related", "word", "Yes. ", ", ", "\n", "\n\n", "漢字。", " "]), max_size=60
    ).map("".join),
    articles(),
)  # fmt: skip
NONE = np.empty(0, np.uint32)
SCHEME = Scheme.of(Settings())
many = settings(max_examples=150, deadline=None)


def pieces_of(text):
    """Returns the words of each piece."""
    analysis = analyze(text, "en")
    ranges = zip(analysis.pieces.firsts, analysis.pieces.lasts, strict=True)
    return [" ".join(analysis.tokens.words[first:last]) for first, last in ranges]


def hashes(*texts):
    return np.concatenate([NONE, *(analyze(text, "en").pieces.hashes for text in texts)])


def tokens_in(sentences):
    return {token for first, last in sentences for token in range(first, last)}


def test_a_short_line_is_one_piece_and_a_long_one_a_piece_a_sentence():
    text = f"What happens next\n\n{CANAL[0]} Nobody cried. {CANAL[1]}\nSo it went. Or did it?"
    words = [" ".join(analyze(each, "en").tokens.words) for each in (CANAL[0], CANAL[1])]
    assert pieces_of(text) == [
        "what happens next",
        words[0],
        f"nobody cried {words[1]}",
        "so it went or did it",
    ]


def test_lines_of_fewer_than_three_words_are_no_pieces():
    assert pieces_of("The end\n\nReuters\n\nAnd now this") == ["and now this"]


def test_web_residue_is_no_piece():
    assert pieces_of(f"{CANAL[0]}\n\nShare on Facebook\n\n{CANAL[1]}") == pieces_of(
        f"{CANAL[0]}\n\n{CANAL[1]}"
    )


@pytest.mark.parametrize("before", ["\n", "\n\n", " ", "\r\n\r\n", "\n\nBy Ann\n"])
def test_a_footer_has_the_same_pieces_wherever_it_stands(before):
    article = text_of(*CANAL)
    assert set(hashes(FOOTER).tolist()) <= set(hashes(article + before + FOOTER).tolist())


def test_case_and_punctuation_do_not_matter_to_a_piece():
    assert hashes(FOOTER).tolist() == hashes(FOOTER.upper().replace(",", " –")).tolist()


@many
@given(any_text)
def test_pieces_are_disjoint_ordered_ranges_of_evidence_of_at_least_three_words(text):
    analysis = analyze(text, "en")
    pieces = analysis.pieces
    assert (pieces.hashes.dtype, pieces.firsts.dtype, pieces.lasts.dtype) == (np.uint32, np.int32, np.int32)
    assert len(pieces.hashes) == len(pieces.firsts) == len(pieces.lasts) == len(pieces)
    evidence = tokens_in(analysis.sentences)
    previous = 0
    for first, last in zip(pieces.firsts.tolist(), pieces.lasts.tolist(), strict=True):
        assert previous <= first
        assert last - first >= 3
        previous = last
        if len(evidence) < analysis.word_count:
            assert evidence >= set(range(first, last))


@many
@given(any_text, st.data())
def test_what_is_taken_out_is_exactly_the_pieces_asked_for(text, data):
    whole = analyze(text, "en")
    known = data.draw(st.sets(st.sampled_from(whole.pieces.hashes.tolist() or [0])))
    rest = whole.without(np.array(sorted(known), np.uint32))
    taken = {
        token
        for piece, first, last in zip(
            whole.pieces.hashes.tolist(), whole.pieces.firsts, whole.pieces.lasts, strict=True
        )
        if piece in known
        for token in range(first, last)
    }
    evidence = tokens_in(whole.sentences)
    if len(evidence & taken) > 0.8 * len(evidence):
        assert rest is whole
        return
    assert tokens_in(rest.sentences) == evidence - taken
    assert all(first < last for first, last in rest.sentences)
    assert sorted(rest.sentences.tolist()) == rest.sentences.tolist()
    # Every sentence is one of the whole text's or lies in one.
    assert all(any(f <= first and last <= t for f, t in whole.sentences) for first, last in rest.sentences)
    assert (rest.text, rest.tokens, rest.pieces) == (whole.text, whole.tokens, whole.pieces)
    assert rest.without(np.array(sorted(known), np.uint32)).sentences.tolist() == rest.sentences.tolist()


def test_a_text_without_any_such_piece_is_itself():
    analysis = analyze(text_of(*CANAL), "en")
    assert analysis.without(NONE) is analysis
    assert analysis.without(hashes(FOOTER)) is analysis


def test_a_text_that_is_nearly_all_such_pieces_is_taken_as_it_is():
    analysis = analyze(f"{FOOTER}\n\nThe mill burned down", "en")
    assert analysis.without(hashes(FOOTER)) is analysis


def test_a_sketch_has_no_trace_of_what_was_taken_out_but_its_marks():
    article = text_of(*CANAL)
    with_footer = analyze(f"{article}\n\n{FOOTER}", "en")
    rest, alone = (
        sketch(each, SCHEME) for each in (with_footer.without(hashes(FOOTER)), analyze(article, "en"))
    )
    assert rest.verbatim.tolist() == alone.verbatim.tolist()
    assert rest.content.tolist() == alone.content.tolist()
    assert set(hashes_of(rest.marks).tolist()) == set(hashes(article, FOOTER).tolist())


@many
@given(any_text)
def test_every_piece_has_a_mark_and_about_one_for_every_eight_words(text):
    analysis = analyze(text, "en")
    marks = piece_marks(analysis)
    assert marks.dtype == np.uint64
    assert np.all(marks[1:] > marks[:-1])
    assert set(hashes_of(marks).tolist()) == set(analysis.pieces.hashes.tolist())
    lengths = analysis.pieces.lasts - analysis.pieces.firsts
    assert len(marks) <= sum(-(-int(length) // 8) for length in lengths)


def test_marks_are_the_rarest_words_and_the_same_for_any_order_of_words():
    marks = piece_marks(analyze("Engineers of the Nettlecombe trust said that it was all over", "en"))
    again = piece_marks(analyze("Of Nettlecombe said it was all over the engineers that trust", "en"))
    nettlecombe = analyze("Nettlecombe", "en").stems[0]
    assert nettlecombe in marks.astype(np.uint32)
    assert set(marks.astype(np.uint32)) == set(again.astype(np.uint32))


def test_a_long_text_keeps_the_same_pieces_as_another_that_shares_them():
    shared = "\n\n".join(paragraphs("shared", 40))
    one, other = (
        set(
            hashes_of(
                piece_marks(analyze("\n\n".join(paragraphs(seed, 40)) + "\n\n" + shared, "en"))
            ).tolist()
        )
        for seed in "ab"
    )
    assert (
        len(piece_marks(analyze(shared + "\n\n" + shared.swapcase() + "\n\n" + text_of(*OBSERVATORY), "en")))
        <= MOST_MARKS
    )
    assert len(one & other) > 0.3 * len(one)

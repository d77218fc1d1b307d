"""What papers share without copying: references, acknowledgements, formulas."""

import pytest
from aligned import quotes
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CANAL, text_of
from papers import ACKNOWLEDGEMENTS, BIBLIOGRAPHY, FORMULAS, OTHER_PAPER, PAPER, REWORDED, TITLE
from readings import layout_of

from textkin_service.analysis import analyze
from textkin_service.analysis.apparatus import apparatus, is_formula
from textkin_service.model import Relation
from textkin_service.relation import compare


def taken(text):
    """Returns the sentences that are apparatus, as text."""
    layout = layout_of(text)
    return [text[slice(*layout.sentences[i])] for i in sorted(apparatus(text, layout))]


def paper(*parts):
    return "\n\n".join(parts)


@pytest.mark.parametrize(
    "shared", [(BIBLIOGRAPHY,), (ACKNOWLEDGEMENTS,), FORMULAS, (*FORMULAS, ACKNOWLEDGEMENTS, BIBLIOGRAPHY)]
)
def test_papers_that_share_their_apparatus_alone_are_no_kin(shared):
    a, b = paper(TITLE, *PAPER, *shared), paper(*OTHER_PAPER, *shared)
    comparison = compare(analyze(a), analyze(b))
    assert comparison.passages == ()
    assert comparison.relation is Relation.UNRELATED


def test_a_long_paper_reworded_paragraph_by_paragraph_comes_out_paragraph_by_paragraph():
    a, b = (
        paper(TITLE, *PAPER, ACKNOWLEDGEMENTS, BIBLIOGRAPHY),
        paper(*REWORDED, ACKNOWLEDGEMENTS, BIBLIOGRAPHY),
    )
    assert quotes(a, b) == list(zip(PAPER, REWORDED, strict=True))


def test_reworded_paragraphs_are_found_in_a_paper_of_another_subject():
    b = paper(*OTHER_PAPER[:2], *REWORDED[2:5], *OTHER_PAPER[2:], BIBLIOGRAPHY)
    assert quotes(paper(TITLE, *PAPER, BIBLIOGRAPHY), b) == list(zip(PAPER[2:5], REWORDED[2:5], strict=True))


def test_a_formula_interrupts_no_reworded_paragraph():
    halves = [text.split(". ", 1) for text in (PAPER[5], REWORDED[5])]
    a, b = (f"{first}:\n{FORMULAS[1]}\n{rest}" for first, rest in halves)
    assert quotes(a, b) == [(a, b)]


def test_what_is_copied_with_its_formulas_is_one_passage_with_them():
    copied = paper(*PAPER[:2], FORMULAS[0], *PAPER[2:4])
    assert quotes(paper(copied, *OTHER_PAPER[2:]), paper(*OTHER_PAPER[:2], copied)) == [(copied, copied)]


def test_a_list_of_references_is_told_by_its_heading_and_its_lines():
    assert " ".join(taken(paper(PAPER[0], BIBLIOGRAPHY, PAPER[1]))).split() == BIBLIOGRAPHY.split()
    assert taken(f"{PAPER[0]}\n\nReferences: [1] Aalders, P. (2019). Tags.\n[2] Ohm, G. (2027). Drag.\n")


@pytest.mark.parametrize(
    "text",
    [
        paper("Literature", *(f"{text_of(*CANAL)} It was in 2019." for _ in range(3))),
        paper("References", PAPER[0], PAPER[1]),
        text_of(*CANAL),
        "We thank the volunteers of the flood, said mayor Ada Quill, and the fire brigade.",
        "The bridge was funded by the county. Residents declared themselves content.",
        "England 24, France 17 = a grand slam for the hosts, who celebrated until dawn <sic>.",
        "In 2019 the result = computed_total of the audit office, which nobody believed.",
    ],
)
def test_prose_is_no_apparatus(text):
    assert taken(text) == []


def test_a_text_that_is_nearly_all_apparatus_is_taken_as_it_is():
    assert taken(BIBLIOGRAPHY) == []
    assert quotes(BIBLIOGRAPHY, BIBLIOGRAPHY) == [(BIBLIOGRAPHY, BIBLIOGRAPHY)]


def test_acknowledgements_reach_to_the_end_of_their_paragraph():
    assert taken(paper(PAPER[0], ACKNOWLEDGEMENTS, PAPER[1]))[0] == "Acknowledgements"
    assert PAPER[1].split(". ")[0] not in " ".join(taken(paper(PAPER[0], ACKNOWLEDGEMENTS, PAPER[1])))
    assert taken(f"{PAPER[0]} We thank two anonymous reviewers for comments on the text.") == [
        "We thank two anonymous reviewers for comments on the text."
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_told_by_its_signs(text):
    assert is_formula(text)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("References\n[1] 2019.=\\^{}_ Weth ank\r\u2028"), max_size=200))
def test_any_text_is_looked_through(text):
    layout = layout_of(text)
    assert apparatus(text, layout) <= set(range(len(layout.sentences)))

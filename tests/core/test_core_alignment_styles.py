"""How whole texts come out: paragraph by paragraph, summaries of a part and of a whole, and what is no evidence."""

import pytest
from aligned import quotes
from invented import CANAL, FURNITURE, OBSERVATORY, ORCHESTRA, text_of
from saltway import REPORT, REWRITE, SUMMARY, SUMMARY_OF_THE_FIRST_HALF

SOURCE = "\n\n".join(REPORT)


def among_others(text):
    return "\n\n".join([text_of(*OBSERVATORY), text, text_of(*ORCHESTRA)])


@pytest.mark.parametrize("order", [range(8), (3, 0, 6, 2, 7, 1, 5, 4)], ids=["in order", "reordered"])
def test_a_text_rewritten_paragraph_by_paragraph_comes_out_paragraph_by_paragraph(order):
    rewrite = "\n\n".join(REWRITE[i] for i in order)
    assert quotes(rewrite, SOURCE) == [(REWRITE[i], REPORT[i]) for i in order]


def test_a_rewritten_paragraph_is_bounded_among_others():
    assert quotes(among_others(REWRITE[2]), SOURCE) == [(REWRITE[2], REPORT[2])]


@pytest.mark.parametrize("order", [(1, 2), (2, 1), (1, 6), (6, 1)])
def test_two_rewritten_paragraphs_are_two_passages_and_no_summary_of_what_lies_between_their_sources(order):
    inserted = among_others("\n\n".join(REWRITE[i] for i in order))
    assert quotes(inserted, SOURCE) == [(REWRITE[i], REPORT[i]) for i in order]


def test_a_summary_of_a_whole_text_is_one_passage_with_it():
    assert quotes(among_others(SUMMARY), SOURCE) == [(SUMMARY, SOURCE)]


def test_a_summary_is_found_in_the_other_text_too():
    assert quotes(SOURCE, among_others(SUMMARY)) == [(SOURCE, SUMMARY)]


def test_a_summary_of_a_part_is_a_passage_with_that_part():
    ((brief, source),) = quotes(among_others(SUMMARY_OF_THE_FIRST_HALF), SOURCE)
    assert brief == SUMMARY_OF_THE_FIRST_HALF
    assert source.startswith("\n\n".join(REPORT[:4]))
    assert REPORT[5] not in source


def test_the_source_of_a_summary_does_not_reach_over_residue():
    source = "\n\n".join([*REPORT[:7], FURNITURE, *REPORT[7:]])
    ((brief, found),) = quotes(among_others(SUMMARY), source)
    assert brief == SUMMARY
    assert found == "\n\n".join(REPORT[:7])


def test_a_passage_of_which_the_source_has_only_one_like_it_is_no_summary():
    assert quotes(among_others(REWRITE[4]), SOURCE) == [(REWRITE[4], REPORT[4])]
    assert quotes(among_others(REPORT[4]), SOURCE) == [(REPORT[4], REPORT[4])]


def test_a_summary_does_not_swallow_a_long_copy():
    copied = text_of(*CANAL)
    found = quotes(among_others(copied), f"{copied}\n\n{SOURCE}")
    assert found == [(copied, copied)]

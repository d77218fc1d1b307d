"""Page tokens are bound to their listing and tell when they were altered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin_service.engine import page_tokens
from textkin_service.errors import InvalidRequest


@given(st.text(max_size=20), st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_a_token_leads_back_to_its_position(listing, position):
    assert page_tokens.decode(listing, page_tokens.encode(listing, position)) == position


def test_a_token_of_another_listing_is_refused():
    token = page_tokens.encode("articles of 1", 7)
    with pytest.raises(InvalidRequest) as refusal:
        page_tokens.decode("articles of 2", token)
    assert refusal.value.field == "page_token"


def test_the_border_between_listing_and_position_is_part_of_the_token():
    assert page_tokens.encode("articles of 1", "23") != page_tokens.encode("articles of 12", "3")


@given(st.data())
def test_an_altered_token_is_refused(data):
    token = page_tokens.encode("articles of 1", data.draw(st.integers(0, 2**62)))
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABab01-_=é\n").filter(lambda character: character != token[place]))
    with pytest.raises(InvalidRequest):
        page_tokens.decode("articles of 1", token[:place] + other + token[place + 1 :])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_other_string_is_refused(token):
    with pytest.raises(InvalidRequest):
        page_tokens.decode("articles of 1", token)


@pytest.mark.parametrize("position", ["", "x", "-1", "1.5", "\u0661", "1_000", " 7", str(2**63), "9" * 5_000])
def test_a_forged_token_without_a_number_is_refused(position):
    # Anybody can compute the checksum.
    with pytest.raises(InvalidRequest, match="page_token"):
        page_tokens.decode_number("articles of 1", page_tokens.encode("articles of 1", position))


def test_the_largest_number_comes_back():
    token = page_tokens.encode("articles of 1", 2**63 - 1)
    assert page_tokens.decode_number("articles of 1", token) == 2**63 - 1

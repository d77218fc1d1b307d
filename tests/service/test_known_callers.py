"""Whatever stands in the header of a call: one right token, or UNAUTHENTICATED."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callers import AccessFile
from textkin_service.access import read
from textkin_service.errors import Unauthenticated
from textkin_service.reloading import Reloading
from textkin_service.rpc.known import Known, presented


def knowing(file, folder):
    path = file.write(folder / "access.toml")
    return Known(Reloading([path], lambda: read(path)))


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The callers of a file, and the one token in it."""
    file = AccessFile()
    token = file.token("desk", read=["*"])
    return knowing(file, tmp_path_factory.mktemp("known")), token


@given(st.lists(st.text() | st.binary(), max_size=3))
def test_no_header_but_the_right_one_is_let_in(desk, values):
    known, _ = desk
    with pytest.raises(Unauthenticated) as refusal:
        known.begin([("authorization", value) for value in values])
    assert refusal.value.reason == ("TOKEN_INVALID" if values else "TOKEN_MISSING")


@given(st.data())
def test_a_token_with_a_character_changed_added_or_left_out_is_not_let_in(desk, data):
    known, token = desk
    place = data.draw(st.integers(0, len(token)))
    rest = data.draw(st.integers(place, len(token)))
    changed = token[:place] + data.draw(st.text(max_size=2)) + token[rest:]
    if changed == token:
        known.begin([("authorization", f"Bearer {changed}")])
        assert presented().caller.name == "desk"
    else:
        with pytest.raises(Unauthenticated):
            known.begin([("authorization", f"Bearer {changed}")])


def test_what_else_a_call_says_does_not_matter(desk):
    known, token = desk
    known.begin([("x-request-id", "1"), ("authorization", f"Bearer {token}"), ("authorization-bin", b"x")])
    assert presented().caller.name == "desk"


def test_a_token_is_good_until_its_end(tmp_path):
    file = AccessFile()
    ahead, past = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC)
    tokens = [file.token(f"until {end:%H.%M}", expires=end, read=["*"]) for end in (ahead, past)]
    known = knowing(file, tmp_path)
    assert known.of_token(tokens[0]).name == f"until {ahead:%H.%M}"
    with pytest.raises(Unauthenticated) as refusal:
        known.of_token(tokens[1])
    assert refusal.value.reason == "TOKEN_EXPIRED"

"""`textkin compare`, from the command line to a real service and back."""

import json

import pytest
from stories import EDITED, ORIGINAL, UNRELATED

from textkin import Article

MEASURES = [
    "score", "relation", "resemblance", "containment_a", "containment_b", "coverage_a", "coverage_b", "explanation",
]  # fmt: skip


@pytest.fixture
def files(write):
    write("a.txt", ORIGINAL)
    write("b.txt", EDITED)


def jsonl(*objects):
    return "".join(json.dumps(each) + "\n" for each in objects)


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.usefixtures("files")
def test_json_has_every_measure_and_passages_that_slice_the_texts(textkin):
    (found,) = answers(textkin("compare", "a.txt", "b.txt", "--json"))
    assert list(found) == [*MEASURES, "offset_unit", "passages"]
    assert found["relation"] in {"copy", "partial_copy"}
    assert found["passages"]
    for passage in found["passages"]:
        assert list(passage) == ["a", "b", "kind", "similarity", "quotations"]
        assert ORIGINAL[passage["a"]["start"] : passage["a"]["end"]].strip()
        assert EDITED[passage["b"]["start"] : passage["b"]["end"]].strip()


def test_the_differences_of_a_passage_are_listed_on_request_in_the_unit_asked_for(textkin, write):
    write("a.txt", "\U0001f30a " + ORIGINAL)
    write("b.txt", EDITED)
    cut = {}
    for unit, encoding, size in (
        ("code_point", "utf-32-le", 4), ("utf8_byte", "utf-8", 1), ("utf16_unit", "utf-16-le", 2),
    ):  # fmt: skip
        (found,) = answers(
            textkin("compare", "a.txt", "b.txt", "--json", "--differences", "--offset-unit", unit)
        )
        texts = [text.encode(encoding) for text in ("\U0001f30a " + ORIGINAL, EDITED)]
        cut[unit] = [
            tuple(
                each[side] and text[size * each[side]["start"] : size * each[side]["end"]].decode(encoding)
                for side, text in zip("ab", texts, strict=True)
            )
            for passage in found["passages"]
            for each in passage["differences"]
        ]
    assert cut["code_point"]
    assert cut["code_point"] == cut["utf8_byte"] == cut["utf16_unit"]


def test_spans_count_what_they_are_asked_to(textkin, write):
    write("a.txt", "\U0001f30a" * 3 + " " + ORIGINAL)
    write("b.txt", ORIGINAL)
    ends = {}
    for unit in ("code_point", "utf8_byte", "utf16_unit"):
        (found,) = answers(textkin("compare", "--offset-unit", unit, "a.txt", "b.txt", "--json"))
        assert found["offset_unit"] == unit
        ends[unit] = found["passages"][-1]["a"]["end"]
    assert ends["utf8_byte"] == ends["code_point"] + 9
    assert ends["utf16_unit"] == ends["code_point"] + 3


@pytest.mark.usefixtures("files")
def test_people_see_the_verdict_and_both_texts_side_by_side(textkin):
    shown = textkin("compare", "a.txt", "b.txt").stdout
    assert "copy" in shown
    assert "score" in shown
    assert "A  a.txt" in shown
    assert "│ B  b.txt" in shown
    assert "similarity" in shown
    assert any(
        "Velmora" in line.split("│")[0] and "Velmora" in line.split("│")[1]
        for line in shown.split("\n")
        if "│" in line
    )
    assert max(map(len, shown.split("\n"))) <= 100


def test_people_and_programs_are_told_where_texts_that_repeat_themselves_were_cut(textkin, write):
    again = "The tide rose over the quay again. "
    write("a.txt", again * 2_000)
    write("b.txt", again * 2_001 + "Then it fell.")
    assert "A up to position" in textkin("compare", "a.txt", "b.txt").stdout
    (found,) = answers(textkin("compare", "a.txt", "b.txt", "--json"))
    assert 0 < found["cut_a"] < 2_000 * len(again)
    assert 0 < found["cut_b"] < 2_000 * len(again)


def test_texts_without_anything_in_common_are_said_to_be_unrelated(textkin, write):
    write("a.txt", ORIGINAL)
    write("b.txt", UNRELATED)
    shown = textkin("compare", "a.txt", "b.txt").stdout
    assert "unrelated" in shown
    assert "no passage" in shown


def test_markup_and_control_characters_in_a_text_are_shown_and_not_obeyed(textkin, write):
    hostile = ORIGINAL.replace("Ilse Brandt", "[bold red]Ilse[/] \x1b[31mBrandt\x07 :smile: [link=x]")
    write("a.txt", hostile)
    write("b.txt", hostile)
    shown = textkin("compare", "a.txt", "b.txt").stdout
    assert "\x1b" not in shown
    assert "[bold" in shown
    assert "␛[31mBrandt␇" in shown
    assert ":smile:" in shown


@pytest.mark.usefixtures("files")
def test_a_text_may_come_from_standard_input_or_from_the_store(textkin, client, collection):
    client.ingest(Article("ferry", EDITED), collection=collection)
    (piped,) = answers(textkin("compare", "-", "b.txt", "--json", stdin=ORIGINAL.encode()))
    (stored,) = answers(textkin("compare", "a.txt", "id:ferry", "--collection", collection, "--json"))
    (given,) = answers(textkin("compare", "a.txt", "b.txt", "--json"))
    assert piped == stored == given
    shown = textkin("compare", "id:ferry", "a.txt", "--collection", collection).stdout
    assert "A  ferry" in shown


def test_pairs_are_answered_in_their_order_with_their_ids_as_given(textkin, write):
    pairs = [{"id": number, "a": ORIGINAL, "b": EDITED if number % 2 else UNRELATED} for number in range(30)]
    write("pairs.jsonl", jsonl(*pairs))
    found = answers(textkin("compare", "--jsonl", "pairs.jsonl", "--json"))
    assert [each["id"] for each in found] == list(range(30))
    assert list(found[0]) == ["id", *MEASURES, "offset_unit", "passages"]
    assert all((each["score"] > 0.5) == bool(each["id"] % 2) for each in found)


def test_a_pair_that_fails_is_reported_in_its_place_and_the_others_go_on(textkin, write):
    good = {"id": "x", "a": ORIGINAL, "b": EDITED, "label": 1}
    bad = [{"id": "empty", "a": "", "b": EDITED}, {"id": "half", "a": ORIGINAL}]
    write("pairs.jsonl", jsonl(good, *bad).encode() + b"{]\n\xff\n" + jsonl(good).encode())
    done = textkin("compare", "--jsonl", "pairs.jsonl", "--json", code=1)
    first, empty, half, broken, invalid, last = answers(done)
    assert first == last
    assert empty["error"]["code"] == "INVALID_ARGUMENT"
    assert empty["error"]["reason"] == "INVALID_REQUEST"
    assert (half["id"], half["error"]["reason"]) == ("half", "BAD_INPUT")
    assert broken["id"] is invalid["id"] is None
    assert "pairs.jsonl, line 3 (byte" in done.stderr
    assert 'no "b"' in done.stderr
    assert "line 5" in invalid["error"]["message"]
    assert "byte 0xff is not valid UTF-8" in invalid["error"]["message"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["a.txt"], "name two texts"),
        (["a.txt", "b.txt", "c.txt"], "name two texts"),
        (["-", "-"], "only one"),
        (["a.txt", "missing.txt"], "missing.txt cannot be read: No such file or directory"),
        (["a.txt", "."], ". cannot be read: Is a directory"),
        (["a.txt", "latin.txt"], "latin.txt, byte 3: byte 0xe9 is not valid UTF-8"),
        (["a.txt", "empty.txt"], "b.inline.text"),
        (["a.txt", "marks.txt"], "b.inline.text"),
        (["a.txt", "big.txt"], "10485760 bytes"),
        (["a.txt", "b.txt", "--encoding", "klingon"], "'klingon' is not a text encoding"),
        (["a.txt", "b.txt", "--encoding", "rot13"], "'rot13' is not a text encoding"),
    ],
)
@pytest.mark.usefixtures("files")
def test_what_cannot_be_compared_is_one_clear_message(textkin, write, arguments, problem):
    write("latin.txt", "caf\u00e9".encode("latin-1"))
    write("empty.txt", "")
    write("marks.txt", "... !? --")
    write("big.txt", "ten bytes " * 1024 * 1024)
    done = textkin("compare", *arguments, code=2)
    assert problem in done.stderr
    assert done.stdout == ""


def test_a_file_in_another_encoding_is_read_when_it_is_named(textkin, write):
    write("a.txt", ORIGINAL.encode("utf-16"))
    write("b.txt", ORIGINAL.encode("utf-16"))
    (found,) = answers(textkin("compare", "a.txt", "b.txt", "--encoding", "utf-16", "--json"))
    assert found["relation"] == "identical"


def test_a_stored_article_that_is_not_there_is_refused(textkin, collection):
    done = textkin("compare", "id:nobody", "id:none", "--collection", collection, code=4)
    assert "nobody" in done.stderr
    assert "ARTICLE_NOT_FOUND" in done.stderr

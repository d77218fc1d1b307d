"""`textkin search`, against a real service that holds a few articles."""

import json

import pytest
from stories import EDITED, ORIGINAL, UNRELATED

from textkin import Article


def jsonl(*objects):
    return "".join(json.dumps(each) + "\n" for each in objects)


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def stored(client, collection):
    """The collection with the two tellings of the ferry and something else in it."""
    for article in (
        Article("ferry", ORIGINAL, title="Ferry terminal [red]to close", source="Coast Wire"),
        Article("ferry-edit", EDITED, title="Terminal shuts", source="Gazette"),
        Article("bees", UNRELATED, title="Bees", source="Coast Wire"),
    ):
        client.ingest(article, collection=collection)
    return collection


def test_a_text_is_matched_with_what_it_copies(textkin, write, stored):
    write("draft.txt", EDITED)
    (found,) = answers(textkin("search", "draft.txt", "--collection", stored, "--json"))
    assert (found["id"], found["truncated"]) == ("draft.txt", False)
    assert [match["id"] for match in found["matches"]] == ["ferry-edit", "ferry"]
    best = found["matches"][0]
    assert (best["relation"], best["title"], best["source"]) == ("identical", "Terminal shuts", "Gazette")
    assert "passages" not in best


def test_only_the_first_matches_carry_passages(textkin, write, stored):
    write("draft.txt", EDITED)
    (found,) = answers(textkin("search", "draft.txt", "--collection", stored, "--json", "--passages", 1))
    assert ["passages" in match for match in found["matches"]] == [True, False]
    assert found["matches"][0]["passages"]


def test_people_see_a_table_and_the_passages(textkin, write, stored):
    write("draft.txt", EDITED)
    shown = textkin("search", "draft.txt", "--collection", stored).stdout
    assert "[red]to close" in shown
    assert "identical" in shown
    assert "│ B  ferry" in shown
    assert "similarity" in shown
    assert max(map(len, shown.split("\n"))) <= 100


def test_a_stored_article_is_searched_for_and_never_finds_itself(textkin, stored):
    (found,) = answers(textkin("search", "--id", "ferry", "--collection", stored, "--json"))
    assert (found["id"], [match["id"] for match in found["matches"]]) == ("ferry", ["ferry-edit"])
    assert "A  ferry " in textkin("search", "--id", "ferry", "--collection", stored).stdout


def test_standard_input_is_one_text(textkin, stored):
    done = textkin("search", "-", "--collection", stored, "--json", "--limit", 1, stdin=ORIGINAL.encode())
    (found,) = answers(done)
    assert [match["id"] for match in found["matches"]] == ["ferry"]


def test_options_narrow_the_matches(textkin, write, stored):
    write("draft.txt", ORIGINAL)

    def matches(*options):
        (found,) = answers(textkin("search", "draft.txt", "--collection", stored, "--json", *options))
        return [match["id"] for match in found["matches"]]

    assert matches("--exclude-source", "Gazette", "--exclude-source", "Other") == ["ferry"]
    assert matches("--min-relation", "identical") == ["ferry"]
    assert matches("--published-from", "2020-01-01") == []
    assert matches("--limit", "1") == ["ferry"]


def test_many_queries_are_answered_in_their_order(textkin, write, stored):
    queries = [
        {"id": number, "text": f"{EDITED if number % 3 else UNRELATED} {number}"} for number in range(50)
    ]
    write("queries.jsonl", jsonl(*queries))
    found = answers(textkin("search", "--jsonl", "queries.jsonl", "--collection", stored, "--json"))
    assert [each["id"] for each in found] == list(range(50))
    assert all((each["matches"][0]["id"] == "bees") == (each["id"] % 3 == 0) for each in found)


def test_a_query_that_fails_is_reported_in_its_place_and_the_others_go_on(textkin, write, stored):
    good = {"id": "good", "text": ORIGINAL}
    write("q.jsonl", jsonl(good, {"id": "empty", "text": ""}, {"id": 3}, good))
    done = textkin("search", "--jsonl", "q.jsonl", "--collection", stored, "--json", code=1)
    first, empty, bad, last = answers(done)
    assert first == last
    assert empty["error"]["message"].startswith("inline.text")
    assert (bad["id"], bad["error"]["reason"]) == (3, "BAD_INPUT")
    assert "q.jsonl, line 2 (byte" in done.stderr


@pytest.mark.parametrize("line", ['{"id": 1e999, "text": "some words"}', '{"id": -1e999}'])
def test_what_is_printed_is_json_whatever_the_id(textkin, write, line):
    def refuse(constant):
        raise AssertionError(constant)

    write("q.jsonl", line)
    done = textkin("search", "--jsonl", "q.jsonl", "--json", code=1)
    answer = json.loads(done.stdout, parse_constant=refuse)
    assert (answer["id"], answer["error"]["reason"]) == (None, "BAD_INPUT")


def test_nothing_found_is_said_and_is_no_failure(textkin, stored):
    done = textkin("search", "-", "--collection", stored, stdin=b"Seventeen unrelated words about quartz.")
    assert done.stdout.startswith("no match")


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        ([], 2, "name the files to search for"),
        (["draft.txt", "--id", "x"], 2, "name the files to search for"),
        (["latin.txt"], 2, "latin.txt, byte 3: byte 0xe9 is not valid UTF-8"),
        (["-"], 2, "inline.text"),
        (["draft.txt", "--limit", "0"], 2, "--limit"),
        (["draft.txt", "--limit", "100000"], 2, "options.limit"),
        (["draft.txt", "--published-from", "soon"], 2, "'soon' is no time"),
        (["--id", "nobody"], 4, "ARTICLE_NOT_FOUND"),
        (["draft.txt", "--collection", "nowhere"], 4, "nowhere"),
        (["--jsonl", "queries.jsonl", "--json", "--collection", "nowhere"], 4, "nowhere"),
    ],
)
def test_what_cannot_be_searched_for_is_one_clear_message(textkin, write, arguments, code, problem):
    write("draft.txt", ORIGINAL)
    write("latin.txt", "caf\u00e9".encode("latin-1"))
    write("queries.jsonl", jsonl({"id": 1, "text": ORIGINAL}))
    done = textkin("search", *arguments, code=code)
    assert problem in done.stderr
    assert done.stdout == ""

"""`textkin ingest`, from files, folders and standard input into a real service."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from stories import EDITED, ORIGINAL, UNRELATED


def jsonl(*objects):
    return "".join(json.dumps(each) + "\n" for each in objects)


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def listed(client, collection):
    """What the collection holds: id to article."""
    return lambda: {each.id: each for each in client.list(collection=collection, include_text=True)}


def test_every_article_is_acknowledged_in_order_with_its_id_as_given(textkin, write, collection):
    write(
        "x.data",
        jsonl({"id": 7, "text": ORIGINAL}, {"id": "b", "text": EDITED}, {"id": 7, "text": UNRELATED}),
    )
    done = textkin("ingest", "--jsonl", "x.data", "--collection", collection, "--json")
    assert answers(done) == [
        {"id": 7, "status": "created"},
        {"id": "b", "status": "created"},
        {"id": 7, "status": "replaced"},
    ]
    assert done.stderr == ""


def test_the_same_again_changes_nothing(textkin, write, collection):
    write("x.jsonl", jsonl({"id": "a", "text": ORIGINAL}, {"id": "b", "text": EDITED}))
    assert textkin("ingest", "x.jsonl", "--collection", collection).stdout == "2 articles: 2 created\n"
    assert textkin("ingest", "x.jsonl", "--collection", collection).stdout == "2 articles: 2 unchanged\n"


def test_a_folder_is_taken_in_with_all_its_kinds(textkin, write, collection, listed):
    write("news/2026/ferry.txt", ORIGINAL)
    write("news/bees.txt", UNRELATED)
    write("news/more.jsonl", jsonl({"id": "j", "text": EDITED, "title": "T", "desk": 5}))
    write("news/table.csv", 'id,text,source,mood\nc,"one, two\nthree",The Wire,calm\n')
    write("news/ignored.pdf", b"\xff\xfe")
    assert textkin("ingest", "news", "--collection", collection).stdout == "4 articles: 4 created\n"
    found = listed()
    assert set(found) == {"2026/ferry", "bees", "j", "c"}
    assert (found["2026/ferry"].text, found["2026/ferry"].title) == (ORIGINAL, "")
    assert (found["j"].title, found["j"].metadata) == ("T", {"desk": "5"})
    assert (found["c"].text, found["c"].source, found["c"].metadata) == (
        "one, two\nthree",
        "The Wire",
        {"mood": "calm"},
    )


def test_a_single_text_is_named_by_its_files_stem(textkin, write, collection, listed):
    write("news/ferry.txt", ORIGINAL)
    textkin("ingest", "news/ferry.txt", "--collection", collection)
    assert set(listed()) == {"ferry"}


def test_standard_input_is_json_lines_unless_told_otherwise(textkin, collection, listed):
    textkin("ingest", "-", "--collection", collection, stdin=jsonl({"id": "j", "text": ORIGINAL}).encode())
    textkin("ingest", "-", "--format", "csv", "--collection", collection, stdin=b"id,text\nc,some words\n")
    assert set(listed()) == {"j", "c"}


def test_an_article_from_standard_input_is_acknowledged_before_the_next_one_comes(textkin, collection):
    process = subprocess.Popen(
        [Path(sys.executable).parent / "textkin", "ingest", "-", "--json", "--collection", collection],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=textkin.environment(),
    )
    with process:
        for number in range(3):
            process.stdin.write(jsonl({"id": number, "text": f"{ORIGINAL} {number}"}).encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"id": number, "status": "created"}
        process.stdin.close()
    assert process.returncode == 0


def test_an_interrupted_ingest_ends_at_once_with_a_code_of_its_own(textkin, collection):
    process = subprocess.Popen(
        [Path(sys.executable).parent / "textkin", "ingest", "-", "--json", "--collection", collection],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=textkin.environment(),
    )
    with process:
        process.stdin.write(jsonl({"id": "a", "text": ORIGINAL}).encode())
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == b"Error: interrupted\n"


def test_bad_lines_are_reported_with_their_place_and_the_others_are_taken_in(textkin, write, collection):
    lines = [
        b'{"id": "a", "text": "some words"}',
        b'{"id": "b"}',
        b"not json",
        b'{"id": "c", "text": "\xff"}',
    ]
    lines += [b'{"id": "d", "text": ""}', b'{"id": "e", "text": "more words"}']
    path = write("x.jsonl", b"\n".join(lines))
    done = textkin("ingest", "x.jsonl", "--collection", collection, "--json", code=1)
    by_id = {each["id"]: each for each in answers(done) if each["id"]}
    assert {each: by_id[each]["status"] for each in by_id} == {
        "a": "created",
        "b": "error",
        "d": "error",
        "e": "created",
    }
    assert by_id["b"]["error"] == {
        "code": "INVALID_ARGUMENT",
        "reason": "BAD_INPUT",
        "message": 'x.jsonl, line 2 (byte 34): no "text": every line needs one, a string',
    }
    assert by_id["d"]["error"]["reason"] == "INVALID_REQUEST"
    assert "x.jsonl, line 3 (byte 46): not valid JSON" in done.stderr
    assert (
        f"x.jsonl, line 4 (byte {path.read_bytes().index(bytes([0xFF]))}): byte 0xff is not valid UTF-8"
        in done.stderr
    )
    assert "x.jsonl, line 5 (byte" in done.stderr
    assert len(answers(done)) == 6


def test_an_article_that_fits_no_message_is_reported_and_the_others_are_taken_in(textkin, write, collection):
    huge = {"id": "huge", "text": ORIGINAL, "title": "T" * (20 << 20)}
    write("x.jsonl", jsonl({"id": "a", "text": ORIGINAL}, huge, {"id": "b", "text": EDITED}))
    done = textkin("ingest", "x.jsonl", "--collection", collection, code=1)
    assert done.stdout == "3 articles: 2 created, 1 failed\n"
    assert '"title" and the other fields: ' in done.stderr


def test_a_watch_does_not_wait_for_a_service_that_will_never_take_an_article(textkin, write, service_factory):
    narrow = service_factory(max_message_bytes=1 << 20)
    write("in/long.txt", "word " * (400 << 10))
    done = textkin("ingest", "--watch", "in", "--address", narrow.address, code=4)
    assert "larger than max" in done.stderr


def test_the_sums_tell_what_failed(textkin, write, collection):
    write("x.jsonl", '{"id": "a", "text": "some words"}\n{}\n')
    done = textkin("ingest", "x.jsonl", "--collection", collection, code=1)
    assert done.stdout == "2 articles: 1 created, 1 failed\n"
    assert 'no "id"' in done.stderr


def test_a_text_file_with_invalid_utf8_is_reported_and_the_others_are_taken_in(
    textkin, write, collection, listed
):
    write("news/a.txt", b"two\nlines \xff")
    write("news/b.txt", ORIGINAL)
    done = textkin("ingest", "news", "--collection", collection, code=1)
    assert "a.txt, line 2 (byte 10): byte 0xff is not valid UTF-8" in done.stderr
    assert set(listed()) == {"b"}
    done = textkin("ingest", "news", "--collection", collection, "--encoding", "latin-1")
    assert listed()["a"].text == "two\nlines ÿ"


def test_ingest_and_detection_are_one_call(textkin, write, collection):
    write(
        "x.jsonl",
        jsonl({"id": "a", "text": ORIGINAL}, {"id": "b", "text": EDITED}, {"id": "c", "text": UNRELATED}),
    )
    done = textkin(
        "ingest", "x.jsonl", "--collection", collection, "--with-matches", "--passages", 1, "--json"
    )
    a, b, c = answers(done)
    assert a["matches"] == c["matches"] == []
    assert [match["id"] for match in b["matches"]] == ["a"]
    assert b["matches"][0]["passages"]


def test_ingest_with_matches_tells_people_what_it_found(textkin, write, collection):
    write("x.jsonl", jsonl({"id": "a", "text": ORIGINAL}, {"id": "b", "text": EDITED}))
    shown = textkin("ingest", "x.jsonl", "--collection", collection, "--with-matches").stdout
    assert "b: " in shown
    assert "copy of a (" in shown


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "nothing to ingest"),
        (["missing.jsonl"], "does not exist"),
        (["x.pdf"], "say what it is with --format"),
        (["--jsonl", "x.pdf", "x.pdf"], "--jsonl FILE stands alone"),
    ],
)
def test_what_cannot_be_ingested_is_a_usage_error(textkin, write, arguments, problem):
    write("x.pdf", "{}")
    assert problem in textkin("ingest", *arguments, code=2).stderr


def test_an_unknown_collection_fails_every_article(textkin, write):
    write("x.jsonl", jsonl({"id": "a", "text": ORIGINAL}))
    done = textkin("ingest", "x.jsonl", "--collection", "nowhere", "--json", code=1)
    assert answers(done)[0]["error"]["reason"] == "COLLECTION_NOT_FOUND"


def test_a_collection_that_is_full_refuses_the_rest(textkin, write, client, collection):
    textkin("collections", "create", f"{collection}-two", "--max-articles", 2)
    write("x.jsonl", jsonl(*({"id": number, "text": f"{ORIGINAL} {number}"} for number in range(4))))
    done = textkin("ingest", "x.jsonl", "--collection", f"{collection}-two", "--json", code=1)
    assert [each["status"] for each in answers(done)] == ["created", "created", "error", "error"]
    assert answers(done)[3]["error"]["reason"] == "COLLECTION_FULL"
    client.delete_collection(f"{collection}-two", force=True)

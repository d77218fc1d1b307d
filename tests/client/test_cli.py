"""The command line as a whole, and its smaller commands."""

import json
import os
import subprocess
import sys
import threading

import pytest
from scripted import serving
from stories import ORIGINAL, UNRELATED

from textkin import Article
from textkin.v1 import textkin_service_pb2 as pb

COMMANDS = ["compare", "ingest", "search", "get", "list", "delete", "collections", "info"]
HEAVY = {
    "grpc",
    "rich",
    "google.protobuf",
    "trafilatura",
    "lxml",
    "pyarrow",
    "fastwarc",
    "watchfiles",
    "zstandard",
    "sqlite3",
}


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_help_names_every_command_and_exit_code(textkin):
    shown = textkin("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in shown
        assert "--json" in textkin(command, "list" if command == "collections" else "--help", "--help").stdout
    for code in ("0", "1", "2", "3", "4", "130"):
        assert f"\n    {code} " in shown


def test_help_loads_nothing_heavy():
    program = "import sys, textkin.cli; textkin.cli.main(['--help'], standalone_mode=False); "
    program += f"assert not {HEAVY} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)


def test_an_ingest_of_json_lines_loads_no_reader_of_other_formats(textkin, write, collection):
    write("a.jsonl", '{"id": "a", "text": "some words"}')
    program = (
        "import sys; from textkin.cli import main; main(sys.argv[1:], standalone_mode=False); "
        f"assert not {HEAVY - {'grpc', 'rich', 'google.protobuf', 'sqlite3'}} & set(sys.modules)"
    )
    command = [sys.executable, "-c", program, "ingest", "a.jsonl", "--collection", collection]
    subprocess.run(
        command, check=True, cwd=textkin.folder, env=textkin.environment(), stdout=subprocess.DEVNULL
    )


def test_the_version_is_told(textkin):
    assert textkin("--version").stdout.startswith("textkin 0.")


@pytest.mark.parametrize("arguments", [["info"], ["list"], ["get", "x"], ["search", "-"], ["ingest", "-"]])
def test_no_service_is_one_message_with_a_way_out(textkin, arguments):
    stdin = b'{"id": "1", "text": "some words"}\n'
    done = textkin(*arguments, environment={"TEXTKIN_ADDRESS": "127.0.0.1:1"}, stdin=stdin, code=3)
    assert done.stderr == (
        "Error: no service at 127.0.0.1:1: start one with `textkin-service --data DIR`, "
        "or name another with --address\n"
    )


def test_the_address_stands_before_or_after_the_command_or_in_the_environment(textkin, service):
    nowhere = {"TEXTKIN_ADDRESS": "127.0.0.1:1"}
    textkin("--address", service.address, "info", environment=nowhere)
    textkin("info", "--address", service.address, environment=nowhere)
    textkin("--address", "127.0.0.1:2", "info", "--address", service.address, environment=nowhere)
    textkin("info")


def test_an_answer_that_takes_too_long_is_an_error_with_a_way_out(textkin):
    ended = threading.Event()

    def never(_request, _context):
        ended.wait()
        return pb.GetServiceInfoResponse()

    with serving(GetServiceInfo=never) as address:
        try:
            done = textkin("info", "--timeout", "0.2", "--address", address, code=4)
        finally:
            ended.set()
    assert done.stderr == f"Error: no answer from {address} within 0.2 seconds: allow more with --timeout\n"


def test_an_argument_that_is_no_text_is_refused(textkin):
    done = textkin("get", os.fsdecode(b"\xff"), code=2)
    assert done.stderr.startswith("Error: an argument holds bytes that are no text")


def test_a_wrong_option_is_a_usage_error(textkin):
    assert "--addres" in textkin("info", "--addres", "x", code=2).stderr
    assert "No such command" in textkin("frobnicate", code=2).stderr


def test_json_is_utf8_and_people_get_what_the_locale_can_show(textkin, write):
    write("a.txt", "Ķekava ziņo: " + ORIGINAL)
    locale = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    shown = textkin("compare", "a.txt", "a.txt", environment=locale).stdout
    assert "?ekava zi?o" in shown


def test_an_article_is_shown_listed_and_deleted(textkin, client, collection):
    client.ingest(
        Article("a", ORIGINAL, title="[b]Ferry[/b]", metadata={"desk": "coast"}), collection=collection
    )
    client.ingest(Article("b", UNRELATED), collection=collection)
    here = ("--collection", collection)

    shown = textkin("get", "a", *here).stdout
    assert "[b]Ferry[/b]" in shown
    assert "coast" in shown
    assert ORIGINAL in shown

    (article,) = answers(textkin("get", "a", *here, "--json"))
    assert (article["id"], article["text"], article["metadata"]) == ("a", ORIGINAL, {"desk": "coast"})
    assert article["ingested_at"].endswith("Z")

    assert textkin("list", *here).stdout.splitlines() == ["a  [b]Ferry[/b]", "b"]
    assert [each["id"] for each in answers(textkin("list", *here, "--json"))] == ["a", "b"]
    assert "text" not in answers(textkin("list", *here, "--json"))[0]

    assert textkin("delete", "a", *here).stdout == "deleted a\n"
    assert "ARTICLE_NOT_FOUND" in textkin("delete", "a", *here, code=4).stderr
    done = textkin("delete", "a", "b", *here, "--allow-missing", "--json")
    assert answers(done) == [{"id": "a", "deleted": False}, {"id": "b", "deleted": True}]
    assert textkin("list", *here).stdout == ""


def test_a_collection_is_copied_by_listing_and_ingesting(textkin, client, collection):
    client.ingest(Article("a", ORIGINAL, title="T", metadata={"desk": "coast"}), collection=collection)
    listed = textkin("list", "--collection", collection, "--with-text", "--json").stdout
    textkin("collections", "create", f"{collection}-copy")
    textkin("ingest", "-", "--collection", f"{collection}-copy", stdin=listed.encode())
    (copy,) = answers(textkin("list", "--collection", f"{collection}-copy", "--with-text", "--json"))
    assert {**copy, "ingested_at": ""} == {**json.loads(listed), "ingested_at": ""}
    client.delete_collection(f"{collection}-copy", force=True)


def test_collections_are_created_shown_and_deleted(textkin, client, collection):
    name = f"{collection}-new"
    created = textkin("collections", "create", name, "--language", "de", "--retention", "90d", "--json")
    (settings,) = answers(created)
    assert (settings["id"], settings["language"], settings["retention"]) == (name, "de", 90 * 86400)
    assert "COLLECTION_EXISTS" in textkin("collections", "create", name, code=4).stderr

    assert "90 days" in textkin("collections", "get", name).stdout
    assert {name, "default"} <= {each["id"] for each in answers(textkin("collections", "list", "--json"))}

    client.ingest(Article("a", ORIGINAL), collection=name)
    assert "COLLECTION_NOT_EMPTY" in textkin("collections", "delete", name, code=4).stderr
    assert textkin("collections", "delete", name, "--force").stdout == f"deleted {name} with 1 article\n"
    assert name in textkin("collections", "get", name, code=4).stderr
    assert "write 90d" in textkin("collections", "create", "x", "--retention", "soon", code=2).stderr
    assert "COLLECTION_PROTECTED" in textkin("collections", "delete", "default", "--force", code=4).stderr


def test_info_tells_version_limits_and_counts(textkin, service):
    (info,) = answers(textkin("info", "--json"))
    assert info["address"] == service.address
    assert info["limits"]["max_text_bytes"] == 1048576
    assert info["scheme"]["verbatim_permutations"] == 128
    shown = textkin("info").stdout
    assert "1,048,576 bytes" in shown


def test_addresses_of_which_none_is_known_are_no_service(textkin):
    done = textkin("info", "--address", "nobody.invalid:1,nothing.invalid:2", code=3)
    assert done.stderr == (
        "Error: no address is known of nobody.invalid, nothing.invalid: give another --address\n"
    )


def test_several_addresses_are_called_like_one(textkin):
    place = textkin.address
    assert textkin("info", "--json", "--address", f"{place},{place}").stdout
    textkin("info", "--address", f"{place},elsewhere", code=2)

"""The exit codes that `textkin --help` lists, each for what it says, and messages that say what to type next."""

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import grpc
import pytest
from scripted import serving

from textkin.cli._failures import ExitCode
from textkin.v1 import textkin_service_pb2 as pb

GOOD = '{"id": "a", "text": "some words"}\n'


def test_help_lists_every_exit_code_and_no_other(textkin):
    listed = textkin("--help").stdout.split("Exit codes:\n")[1].split("\n\n")[0]
    assert {int(code) for code in re.findall(r"^ +(\d+) ", listed, re.MULTILINE)} == {0, *ExitCode}


def test_0_all_went_well(textkin, write, collection):
    write("a.jsonl", GOOD)
    textkin("ingest", "a.jsonl", "--collection", collection, code=0)
    textkin("search", "--id", "a", "--collection", collection, code=0)


@pytest.mark.parametrize(
    ("arguments", "content"),
    [
        (["ingest", "x.jsonl"], GOOD + "{}\n"),
        (["search", "--jsonl", "x.jsonl"], GOOD + "{}\n"),
        (["compare", "--jsonl", "x.jsonl"], '{"id": 1, "a": "some words", "b": "others"}\n{}\n'),
    ],
)
def test_1_some_of_many_items_failed_and_the_others_are_done(textkin, write, arguments, content):
    write("x.jsonl", content)
    done = textkin(*arguments, code=1)
    assert "x.jsonl, line 2" in done.stderr
    assert done.stdout


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["ingset", "x"], "No such command 'ingset'. Did you mean 'ingest'?"),
        (["ingest", "--resum", "x"], "'--resume'"),
        (["ingest"], "name files, folders, or `-` for standard input"),
        (["ingest", "x.pdf"], "say what it is with --format (jsonl, csv, text, html, parquet, warc)"),
        (["ingest", "missing"], "does not exist"),
        (["search", "bad.txt"], "name the file's encoding with --encoding"),
        (["search", "empty.txt"], "give a text with at least one letter or digit"),
        (["compare", "bad.txt"], "name two texts to compare"),
        (["compare", "bad.txt", "bad.txt", "--encoding", "none"], "try utf-8, latin-1"),
        (["collections", "create", "A B"], "give"),
        (["completion", "powershell"], "'bash', 'zsh', 'fish'"),
        (["info", "--ca", "missing.pem"], "missing.pem cannot be read"),
    ],
)
def test_2_the_command_line_or_the_input_is_wrong(textkin, write, arguments, way_out):
    write("x.pdf", b"%PDF")
    write("bad.txt", b"\xff")
    write("empty.txt", b" ")
    done = textkin(*arguments, code=2)
    assert way_out in done.stderr
    assert done.stdout == ""


def test_3_no_service_there(textkin):
    done = textkin("info", "--address", "127.0.0.1:1", code=3)
    assert "start one with `textkin-service --data DIR`" in done.stderr


def test_3_a_service_that_goes_away_within_an_ingest(textkin, write):
    calls = []

    def answer_once(requests, context):
        calls.append(context)
        if len(calls) == 1:
            count = len(next(requests).articles)
            created = pb.BatchIngestResult(outcome="INGEST_OUTCOME_CREATED")
            yield pb.BatchIngestArticlesResponse(results=[created] * count)
        context.abort(grpc.StatusCode.UNAVAILABLE, "gone")

    # More than go in one request.
    write("x.jsonl", GOOD * 2_000)
    with serving(BatchIngestArticles=answer_once) as address:
        done = textkin("ingest", "x.jsonl", "--address", address, code=3)
    assert "what was acknowledged is safe" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["get", "nothing"], "ARTICLE_NOT_FOUND: `textkin list` shows what there is"),
        (["list", "--collection", "nowhere"], "`textkin collections list` shows what there is"),
        (["collections", "create", "default"], "choose another id"),
        (["search", "--id", "nothing"], "ARTICLE_NOT_FOUND"),
    ],
)
def test_4_the_service_refused(textkin, arguments, way_out):
    assert way_out in textkin(*arguments, code=4).stderr


def test_4_a_collection_that_holds_articles_is_not_deleted(textkin, write, collection):
    write("a.jsonl", GOOD)
    textkin("ingest", "a.jsonl", "--collection", collection)
    assert "collections delete --force" in textkin("collections", "delete", collection, code=4).stderr


def test_4_the_service_failed_or_took_too_long(textkin):
    ended = threading.Event()

    def wait(_request, _context):
        ended.wait()
        return pb.GetServiceInfoResponse()

    def fail(_request, context):
        context.abort(grpc.StatusCode.INTERNAL, "a defect")

    with serving(GetServiceInfo=wait, GetArticle=fail) as address:
        try:
            assert "--timeout" in textkin("info", "--timeout", "0.2", "--address", address, code=4).stderr
            assert "a defect" in textkin("get", "a", "--address", address, code=4).stderr
        finally:
            ended.set()


def test_130_interrupted(textkin):
    asked = threading.Event()
    ended = threading.Event()

    def wait(_request, _context):
        asked.set()
        ended.wait()
        return pb.GetServiceInfoResponse()

    with serving(GetServiceInfo=wait) as address:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "textkin", "info", "--address", address],
            stderr=subprocess.PIPE,
            env=textkin.environment(),
        )
        with process:
            try:
                assert asked.wait(60)
                process.send_signal(signal.SIGINT)
                assert process.wait(60) == 130
                assert process.stderr.read() == b"Error: interrupted\n"
            finally:
                ended.set()

"""`textkin search --jsonl` and `compare --jsonl`: each answer in its place, and an end where going on makes no sense."""

import json
import threading

import grpc
import pytest
from scripted import serving
from stories import EDITED, ORIGINAL

from callers import AccessFile
from textkin.v1 import comparison_pb2
from textkin.v1 import textkin_service_pb2 as pb

# Far more than are under way at a time.
MANY = 500
KINDS = ("search", "compare")


def line(number):
    return json.dumps({"id": number, "text": ORIGINAL, "a": ORIGINAL, "b": EDITED}) + "\n"


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def many(write):
    return write("many.jsonl", "".join(map(line, range(MANY))))


class Scripted:
    """Answers both commands, and first refuses some calls, of which it counts all. As the service does, without a push-back."""

    def __init__(self, code, refusals):
        self.calls = 0
        self._code = code
        self._refusals = refusals
        self._counting = threading.Lock()
        self.methods = {"BatchSearch": self._search, "Compare": self._compare}

    def _search(self, request, context):
        self._count(context)
        return pb.BatchSearchResponse(results=[pb.BatchSearchResult() for _ in request.queries])

    def _compare(self, _request, context):
        self._count(context)
        comparison = comparison_pb2.Comparison(relation=comparison_pb2.RELATION_COPY)
        return pb.CompareResponse(comparison=comparison)

    def _count(self, context):
        with self._counting:
            self.calls += 1
            refused = self.calls in self._refusals
        if refused:
            context.set_trailing_metadata((("grpc-retry-pushback-ms", "-1"),))
            context.abort(self._code, "not so")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        (grpc.StatusCode.UNAUTHENTICATED, 4),
        (grpc.StatusCode.PERMISSION_DENIED, 4),
        (grpc.StatusCode.UNIMPLEMENTED, 4),
        (grpc.StatusCode.UNAVAILABLE, 3),
    ],
)
@pytest.mark.usefixtures("many")
def test_what_befalls_all_ends_all_and_the_rest_is_not_sent(textkin, kind, code, exit_code):
    scripted = Scripted(code, range(10**6))
    with serving(**scripted.methods) as address:
        done = textkin(kind, "--jsonl", "many.jsonl", "--json", "--address", address, code=exit_code)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert 1 <= scripted.calls <= 10


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("many")
def test_a_token_that_is_unknown_or_has_no_role_ends_all(textkin, service_factory, tmp_path, kind):
    file = AccessFile()
    stranger = file.token("stranger", read=["elsewhere"])
    service = service_factory(access_file=file.write(tmp_path / "access.toml"))
    refused = [("unknown", "TEXTKIN_TOKEN")]
    if kind == "search":
        refused.append((stranger, "can grant it"))
    for token, problem in refused:
        environment = {"TEXTKIN_ADDRESS": service.address, "TEXTKIN_TOKEN": token}
        done = textkin(kind, "--jsonl", "many.jsonl", "--json", environment=environment, code=4)
        assert problem in done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("many")
def test_a_call_that_takes_too_long_fails_for_its_lines_alone(textkin, kind):
    scripted = Scripted(grpc.StatusCode.DEADLINE_EXCEEDED, {3})
    with serving(**scripted.methods) as address:
        done = textkin(kind, "--jsonl", "many.jsonl", "--json", "--address", address, code=1)
    found = answers(done)
    assert [each["id"] for each in found] == list(range(MANY))
    failed = [each["error"]["code"] for each in found if "error" in each]
    assert failed == ["DEADLINE_EXCEEDED"] * (16 if kind == "search" else 1)


@pytest.mark.parametrize("kind", KINDS)
def test_lines_that_cannot_be_sent_are_told_in_their_places_however_many_there_are(
    textkin, write, collection, kind
):
    lines = [line(number) if number % 3_000 == 2_999 else "{}\n" for number in range(10_000)]
    write("lines.jsonl", "".join(lines))
    target = ("--collection", collection) if kind == "search" else ()
    done = textkin(kind, "--jsonl", "lines.jsonl", "--json", *target, code=1)
    found = answers(done)
    assert len(found) == 10_000
    assert [place for place, each in enumerate(found) if "error" not in each] == [2_999, 5_999, 8_999]
    assert [each["id"] for each in found if "error" not in each] == [2_999, 5_999, 8_999]
    assert done.stderr.count("\n") == 9_997
    assert "lines.jsonl, line 3001 (byte " in found[3_000]["error"]["message"]

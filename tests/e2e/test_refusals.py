"""What callers, operators and those who watch see of a damaged store and of a full disk."""

import os
import resource
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from scraping import value
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import Article
from textkin_service.store.connections import connect
from textkin_service.store.schema import PAGE_BYTES

DAMAGE = Path(__file__).parent.parent.parent / "bench" / "damage.py"
WORDS = (
    "Quillfeather marmalade zeppelins overran Ostrava Bay before breakfast, witnesses of number {} claimed."
)
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def ingest(stub, number):
    article = Article(id=f"bay-{number}", text=WORDS.format(number), title="t" * 3_000)
    return stub.IngestArticle(pb.IngestArticleRequest(article=article))


def listed(stub, *, include_text=False):
    return stub.ListArticles(pb.ListArticlesRequest(page_size=1_000, include_text=include_text)).articles


def refusal_of(call, *arguments, **named):
    with pytest.raises(grpc.RpcError) as refusal:
        call(*arguments, **named)
    info = error_details_pb2.ErrorInfo()
    assert rpc_status.from_call(refusal.value).details[0].Unpack(info)
    return refusal.value, info


def flip_a_text(database):
    """Damages the last page of the texts."""
    with closing(connect(database)) as db:
        ((leaf,),) = db.execute("SELECT max(pageno) FROM dbstat WHERE name = 'texts' AND pagetype = 'leaf'")
    with database.open("r+b") as file:
        file.seek(leaf * PAGE_BYTES - 100)
        (byte,) = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 4]))


def test_damage_met_while_serving_is_named_to_callers_and_watchers_and_nothing_else_suffers(service_factory):
    service = service_factory()
    with grpc.insecure_channel(service.address) as channel:
        for number in range(30):
            ingest(pb_grpc.TextkinServiceStub(channel), number)
    service.stop()
    database = service.data / "textkin.sqlite3"
    flip_a_text(database)
    service = service_factory(data=service.data, metrics_listen="127.0.0.1:0")
    metrics = next(line for line in service.lines if line["event"] == "serving")["metrics"]
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        health = health_pb2_grpc.HealthStub(channel)
        refusal, info = refusal_of(listed, stub, include_text=True)
        assert refusal.code() is grpc.StatusCode.DATA_LOSS
        assert (info.reason, info.metadata["file"]) == ("STORE_DAMAGED", "textkin.sqlite3")
        assert "textkin.sqlite3 is damaged" in refusal.details()
        assert str(service.data) not in refusal.details()
        logged = service.wait_for("store failed")
        assert (logged["reason"], logged["file"]) == ("STORE_DAMAGED", str(database))
        assert len(listed(stub)) == 30
        assert health.Check(health_pb2.HealthCheckRequest()).status != NOT_SERVING
        assert value(metrics, "textkin_store_up") == 1

        watched = health.Watch(health_pb2.HealthCheckRequest())
        refusal, info = refusal_of(ingest, stub, 31)
        assert (refusal.code(), info.reason) == (grpc.StatusCode.DATA_LOSS, "STORE_DAMAGED")
        assert any(answer.status == NOT_SERVING for answer in watched)
        assert value(metrics, "textkin_store_up") == 0
        watched.cancel()
        assert len(listed(stub)) == 30
    assert service.stop() == 0
    assert not any("Traceback" in line for line in service.raw)


def test_a_start_on_a_damaged_store_says_in_one_line_which_file_it_is(service_factory):
    service = service_factory()
    service.stop()
    database = service.data / "textkin.sqlite3"
    os.truncate(database, database.stat().st_size - 1)
    refused = service_factory(data=service.data, wait=False)
    assert refused.process.wait(timeout=60) == 1
    refused.stop()
    (line,) = [line for line in refused.raw if not line.startswith("{")]
    assert line.startswith("Error: STORE_DAMAGED: textkin.sqlite3 is damaged: ")
    assert line.endswith(f"({database})")


def test_a_full_disk_refuses_writes_whole_and_takes_them_again_once_there_is_room(service_factory):
    service = service_factory()
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        ingest(stub, 0)
        log = service.data / "textkin.sqlite3-wal"
        # No file may grow: to SQLite as if the disk had no room for it.
        unlimited = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (log.stat().st_size + 100, unlimited[1]))
        for number in range(1, 4):
            refusal, info = refusal_of(ingest, stub, number)
            assert (refusal.code(), info.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "STORE_FULL")
            assert "disk" in refusal.details()
        (kept,) = listed(stub, include_text=True)
        assert kept.text == WORDS.format(0)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, unlimited)
        ingest(stub, 4)
        assert [article.id for article in listed(stub)] == ["bay-0", "bay-4"]
    service.kill()
    service = service_factory(data=service.data)
    with grpc.insecure_channel(service.address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        assert [article.id for article in listed(stub)] == ["bay-0", "bay-4"]


def test_forty_damages_are_harmless_or_refused():
    command = [sys.executable, DAMAGE, "--trials", "40", "--seed", "7", "--processes", "2"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "40 single damages" in run.stdout

"""Overload, with real channels to a server in this process whose engine can be held still."""

import asyncio
import socket
import threading
from itertools import islice

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import Article
from textkin_service.engine import Engine
from textkin_service.rpc import arrival
from textkin_service.rpc.server import Server
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore

TEXT = "The lighthouse of Ness Quay was sold at auction to a retired harbour pilot, Ines Tolland."
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Held:
    """An engine that reads no article while it is held."""

    def __init__(self, engine, loop):
        self._engine = engine
        self._loop = loop
        self._go_on = threading.Event()
        self.begun = asyncio.Semaphore(0)

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def article(self, collection_id, article_id):
        self._loop.call_soon_threadsafe(self.begun.release)
        assert self._go_on.wait(30)
        return self._engine.article(collection_id, article_id)

    def let_go(self):
        self._go_on.set()


class Running:
    """A server in this process, and a stub that talks to it."""

    def __init__(self, folder, **settings):
        self.settings = Settings(data=folder, listen="127.0.0.1:0", threads=2, **settings)
        store = SqliteStore(folder, Scheme.of(self.settings).id)
        self.engine = Held(Engine(store, self.settings), asyncio.get_running_loop())

    async def __aenter__(self):
        self._server = Server(self.engine, self.settings)
        self.address = await self._server.start()
        await self._server.load()
        self.channel = grpc.aio.insecure_channel(self.address)
        self.stub = pb_grpc.TextkinServiceStub(self.channel)
        article = Article(id="a", text=TEXT)
        await self.stub.IngestArticle(pb.IngestArticleRequest(article=article))
        return self

    async def __aexit__(self, *_):
        self.engine.let_go()
        await self.channel.close()
        await self._server.stop()

    def get_info(self):
        return self.stub.GetServiceInfo(pb.GetServiceInfoRequest())

    def get(self):
        return self.stub.GetArticle(pb.GetArticleRequest(article_id="a"))


def reason_and_delay(error):
    details = rpc_status.from_call(error).details
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    assert details[0].Unpack(info)
    assert details[1].Unpack(retry)
    return info.reason, retry.retry_delay.ToMilliseconds()


async def refusal_of(call):
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await call
    return refusal.value


async def test_one_request_too_many_is_refused_at_once_and_told_when_to_come_back(tmp_path):
    async with Running(tmp_path, max_in_flight=2) as running:
        held = [running.get(), running.get()]
        await running.engine.begun.acquire()
        await running.engine.begun.acquire()
        refused = [await refusal_of(running.get()) for _ in range(20)]
        assert {each.code() for each in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
        delays = [reason_and_delay(each) for each in refused]
        assert {reason for reason, _ in delays} == {"OVERLOADED"}
        assert all(delay > 0 for _, delay in delays)
        assert len(set(delays)) > 10  # so that they do not all come back at once
        for each, (_, delay) in zip(refused, delays, strict=True):
            assert each.trailing_metadata()["grpc-retry-pushback-ms"] == str(delay)
        health = health_pb2_grpc.HealthStub(running.channel)
        assert (await health.Check(health_pb2.HealthCheckRequest())).status == 1
        assert [await each async for each in running.stub.IngestArticles(iter(()))] == []
        running.engine.let_go()
        assert [(await each).article.id for each in held] == ["a", "a"]
        assert (await running.get()).article.id == "a"


async def test_a_call_whose_caller_is_gone_holds_no_permit(tmp_path):
    async with Running(tmp_path, max_in_flight=1) as running:
        given_up = running.get()
        await running.engine.begun.acquire()
        late = asyncio.ensure_future(running.stub.GetServiceInfo(pb.GetServiceInfoRequest()))
        assert (await refusal_of(late)).code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        given_up.cancel()
        while True:  # until the service has heard of it; its thread is held still
            try:
                info = await running.stub.GetServiceInfo(pb.GetServiceInfoRequest())
                break
            except grpc.aio.AioRpcError as refusal:
                assert refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED  # noqa: PT017 - it may have to ask again
        assert info.article_count == 1


async def test_a_heavy_request_is_let_in_while_there_is_a_permit(tmp_path):
    async with Running(tmp_path, max_in_flight=16) as running:
        held = running.get()
        await running.engine.begun.acquire()
        heavy = pb.SearchRequest(inline=pb.InlineText(text=TEXT * 6_000))
        assert isinstance(await running.stub.Search(heavy), pb.SearchResponse)
        running.engine.let_go()
        await held


async def test_a_call_without_a_message_is_told_so(tmp_path):
    async with Running(tmp_path) as running:
        call = running.channel.stream_unary("/textkin.v1.TextkinService/GetServiceInfo")
        refusal = await refusal_of(call(iter(())))
        assert refusal.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert refusal.details().startswith("request: is missing")


async def test_half_a_message_keeps_nobody_out(tmp_path, monkeypatch):
    monkeypatch.setattr(arrival, "_PROMPT_SECONDS", 0.0)
    async with Running(tmp_path, max_in_flight=2) as running:
        half = await asyncio.to_thread(half_messages, running.address, 10)
        while True:  # until the service has seen that they are late; without patience a whole message may be late as well
            try:
                assert (await running.stub.GetServiceInfo(pb.GetServiceInfoRequest())).article_count == 1
                break
            except grpc.aio.AioRpcError as refusal:
                assert refusal.code() in {  # noqa: PT017 - it may have to ask again
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    grpc.StatusCode.DEADLINE_EXCEEDED,
                }
        # Two may be late; the others were ended, with a status that stands in their trailers.
        answered = await asyncio.to_thread(ended_streams, half)
        assert answered >= 8
        half.close()


async def test_a_flood_is_answered_or_refused_and_leaves_no_permit_taken(tmp_path):
    async with Running(tmp_path, max_in_flight=1) as running:
        request = pb.SearchRequest(inline=pb.InlineText(text=TEXT))
        patient = [running.stub.Search(request) for _ in range(400)]
        hasty = [running.stub.Search(request, timeout=0.002) for _ in range(400)]
        codes = [await call.code() for call in (*patient, *hasty)]
        refused = {grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert grpc.StatusCode.OK in codes[:400]
        assert set(codes[:400]) <= {grpc.StatusCode.OK} | refused
        # The service may hear of a deadline a moment before its caller does, and the call be cancelled from there.
        late = {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
        assert set(codes[400:]) <= {grpc.StatusCode.OK} | refused | late
        while await running.get_info().code() is not grpc.StatusCode.OK:
            pass  # until it has heard that those that were late are gone; a permit that stayed taken would be the only one


async def test_a_caller_that_takes_no_answers_holds_up_its_own_stream_alone(tmp_path):
    async with Running(tmp_path, max_stream_items=64) as running:
        # No more than these and one more message of each stream are on their way.
        batch = pb.BatchIngestArticlesRequest(
            articles=[Article(id=f"{n}", text=TEXT * 20) for n in range(64)]
        )
        sent = [0] * 4
        sending = [asyncio.create_task(send_for_ever(running, batch, sent, i)) for i in range(4)]
        other = running.stub.BatchIngestArticles()
        for _ in range(20):
            await other.write(batch)
            assert [each.outcome for each in (await other.read()).results] != []
            assert (await running.get_info()).collection_count == 1
        await other.done_writing()
        assert await other.read() is grpc.aio.EOF
        # What they wrote lies in the buffers of gRPC and of the operating system, and in the room of the streams.
        assert max(sent) * batch.ByteSize() < 64 << 20
        for each in sending:
            each.cancel()
        await asyncio.gather(*sending, return_exceptions=True)


async def send_for_ever(running, batch, sent, i):
    call = running.stub.BatchIngestArticles()
    try:
        while True:
            await call.write(batch)
            sent[i] += 1
    finally:
        call.cancel()


async def test_one_that_opens_very_many_streams_gets_as_many_as_there_are(tmp_path):
    async with Running(tmp_path, max_streams=4) as running:
        calls = [running.stub.IngestArticles() for _ in range(500)]
        codes = [asyncio.create_task(call.code()) for call in calls]
        for each in islice(asyncio.as_completed(codes), 496):
            assert await each is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert (await running.get_info()).article_count == 1
        opened = [call for call, code in zip(calls, codes, strict=True) if not code.done()]
        assert len(opened) == 4
        for call in opened:
            await call.done_writing()
        assert {await call.code() for call in opened} == {grpc.StatusCode.OK}


async def test_connections_that_say_nothing_hold_nobody_up(tmp_path):
    async with Running(tmp_path) as running:
        host, _, port = running.address.rpartition(":")
        silent = [socket.create_connection((host, int(port)), timeout=30) for _ in range(200)]
        try:
            assert (await running.get_info()).article_count == 1
        finally:
            for each in silent:
                each.close()


def half_messages(address, count):
    """Begins calls, and sends the first bytes of a message of a megabyte of each; returns the connection."""
    host, _, port = address.rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    connection.sendall(_PREFACE + frame(4, 0, 0, b""))
    for stream in range(1, 2 * count, 2):
        connection.sendall(frame(1, 4, stream, headers(address)))
        connection.sendall(frame(0, 0, stream, b"\x00" + (1 << 20).to_bytes(4, "big") + b"\x0a"))
    return connection


def ended_streams(connection):
    """Reads until eight streams have ended; returns how many did. Acknowledges the settings on its way."""
    ended = set()
    reader = connection.makefile("rb")
    while len(ended) < 8:
        head = reader.read(9)
        length, kind, flags, stream = (
            int.from_bytes(head[:3], "big"),
            head[3],
            head[4],
            int.from_bytes(head[5:], "big"),
        )
        reader.read(length)
        if kind == 4 and not flags & 1:
            connection.sendall(frame(4, 1, 0, b""))
        if stream and (kind == 3 or (flags & 1 and kind in {0, 1})):
            ended.add(stream)
    return len(ended)


def frame(kind, flags, stream, payload):
    """Returns a frame of HTTP/2 (RFC 9113, 4.1)."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def headers(address):
    """Returns the headers of a call of Search, each written out (RFC 7541, 6.2.2)."""
    fields = {
        ":method": "POST",
        ":scheme": "http",
        ":path": "/textkin.v1.TextkinService/Search",
        ":authority": address,
        "content-type": "application/grpc",
        "te": "trailers",
    }
    return b"".join(
        b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
        for name, value in fields.items()
    )

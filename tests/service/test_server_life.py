"""The server from its first breath to its last, in this process, so that each state can be held still."""

import asyncio

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from drafts import draft
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import Article
from textkin_service import model
from textkin_service.engine import Engine, Work
from textkin_service.errors import DeadlineExceeded, StoreError
from textkin_service.rpc.server import Server, serve
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore

TEXT = "The council of Upper Sedge voted to move the clock tower forty metres to the east."
STATUS = health_pb2.HealthCheckResponse
SETTINGS = {"listen": "127.0.0.1:0", "threads": 2, "shutdown_grace": 5.0}


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path, **SETTINGS)


@pytest.fixture
def engine(settings):
    made = Engine(SqliteStore(settings.data, Scheme.of(settings).id), settings)
    yield made
    made.close()


async def test_it_answers_probes_first_and_calls_once_the_index_is_loaded(engine, settings):
    server = Server(engine, settings)
    address = await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        watch = health_pb2_grpc.HealthStub(channel).Watch(
            health_pb2.HealthCheckRequest(service="textkin.v1.TextkinService")
        )
        assert (await watch.read()).status == STATUS.NOT_SERVING
        alive = await health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(service="liveness")
        )
        assert alive.status == STATUS.SERVING
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await stub.GetServiceInfo(pb.GetServiceInfoRequest())
        assert refusal.value.code() is grpc.StatusCode.UNAVAILABLE
        details = rpc_status.from_call(refusal.value).details
        info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        assert details[0].Unpack(info)
        assert details[1].Unpack(retry)
        assert info.reason == "NOT_READY"
        await server.load()
        assert (await watch.read()).status == STATUS.SERVING
        assert (await stub.GetServiceInfo(pb.GetServiceInfoRequest())).collection_count == 1
        stopping = asyncio.create_task(server.stop())
        assert (await watch.read()).status == STATUS.NOT_SERVING
        assert await watch.read() is grpc.aio.EOF  # nobody's watch holds the service up
        await stopping


async def test_a_store_with_a_damaged_sketch_is_not_served(settings):
    store = SqliteStore(settings.data, Scheme.of(settings).id)
    store.put([draft("default", model.Article("a", TEXT), b"not a sketch")]).result()
    server = Server(Engine(store, settings), settings)
    await server.start()
    with pytest.raises(StoreError) as refusal:
        await server.load()
    assert refusal.value.reason == "STORE_DAMAGED"
    await server.stop()


async def test_a_server_that_cannot_be_made_leaves_the_folder_to_others(tmp_path):
    settings = Settings(
        data=tmp_path, max_message_bytes=1 << 80, **SETTINGS
    )  # more than gRPC has a number for
    scheme = Scheme.of(settings).id
    with pytest.raises(OverflowError):
        await serve(Engine(SqliteStore(tmp_path, scheme), settings), settings)
    with SqliteStore(tmp_path, scheme) as store:
        assert store.counts().articles == 0


async def test_loading_ends_when_nobody_waits_for_it(settings):
    store = SqliteStore(settings.data, Scheme.of(settings).id)
    store.put([draft("default", model.Article("a", TEXT), b"never read")]).result()
    engine = Engine(store, settings)
    work = Work()
    work.cancel()
    with pytest.raises(DeadlineExceeded):
        engine.load(work)
    engine.close()


async def test_articles_past_their_retention_are_swept_while_it_serves(tmp_path):
    settings = Settings(data=tmp_path, sweep_seconds=0.1, **SETTINGS)
    store = SqliteStore(tmp_path, Scheme.of(settings).id)
    removed = asyncio.Event()
    loop = asyncio.get_running_loop()
    server = Server(Engine(store, settings), settings)
    address = await server.start()
    await server.load()
    async with grpc.aio.insecure_channel(address) as channel:
        stub = pb_grpc.TextkinServiceStub(channel)
        request = pb.CreateCollectionRequest()
        request.collection.id = "brief"
        request.collection.settings.retention.seconds = 1
        await stub.CreateCollection(request)
        article = Article(id="a", text=TEXT)
        await stub.IngestArticle(pb.IngestArticleRequest(collection_id="brief", article=article))
        store.listen(lambda _: loop.call_soon_threadsafe(removed.set))
        await asyncio.wait_for(removed.wait(), timeout=60)
        found = await stub.Search(pb.SearchRequest(collection_id="brief", inline=pb.InlineText(text=TEXT)))
        assert list(found.matches) == []
    await server.stop()

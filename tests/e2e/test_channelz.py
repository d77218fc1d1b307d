"""channelz: what gRPC tells of connections, if it is asked for, and to whom."""

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from grpc_channelz.v1 import channelz_pb2, channelz_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from callers import AccessFile, bearer
from scraping import value
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc

CALLS = {
    "GetTopChannels": channelz_pb2.GetTopChannelsRequest(),
    "GetServers": channelz_pb2.GetServersRequest(),
    "GetServer": channelz_pb2.GetServerRequest(server_id=1),
    "GetServerSockets": channelz_pb2.GetServerSocketsRequest(server_id=1),
    "GetChannel": channelz_pb2.GetChannelRequest(channel_id=1),
    "GetSubchannel": channelz_pb2.GetSubchannelRequest(subchannel_id=1),
    "GetSocket": channelz_pb2.GetSocketRequest(socket_id=1),
}
every_call = pytest.mark.parametrize("name", CALLS)


def test_it_counts_the_calls_of_the_server_and_names_its_connections(service_factory):
    service = service_factory(channelz="yes")
    with grpc.insecure_channel(service.address) as channel:
        for _ in range(3):
            pb_grpc.TextkinServiceStub(channel).GetServiceInfo(pb.GetServiceInfoRequest())
        stub = channelz_pb2_grpc.ChannelzStub(channel)
        servers = stub.GetServers(channelz_pb2.GetServersRequest()).server
        assert max(server.data.calls_succeeded for server in servers) >= 3
        (busy,) = [server for server in servers if server.data.calls_succeeded]
        request = channelz_pb2.GetServerSocketsRequest(server_id=busy.ref.server_id)
        (socket,) = stub.GetServerSockets(request).socket_ref
        found = stub.GetSocket(channelz_pb2.GetSocketRequest(socket_id=socket.socket_id)).socket
        assert MessageToDict(found.data)["streamsStarted"]
        assert "grpc.channelz.v1.Channelz" in ProtoReflectionDescriptorDatabase(channel).get_services()


@every_call
def test_it_is_not_there_unless_it_is_asked_for(channel, name):
    with pytest.raises(grpc.RpcError) as refusal:
        getattr(channelz_pb2_grpc.ChannelzStub(channel), name)(CALLS[name])
    assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "grpc.channelz.v1.Channelz" not in ProtoReflectionDescriptorDatabase(channel).get_services()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, module_service_factory):
    """A service with channelz and an access file, and metadata with a token of each sort."""
    folder, file = tmp_path_factory.mktemp("channelz"), AccessFile()
    tokens = {
        "operator": file.token("operator", admin=["*"]),
        "wire": file.token("wire", admin=["wire", "wire-*"]),
        "newsdesk": file.token("newsdesk", read=["*"], write=["*"]),
    }
    service = module_service_factory(
        folder / "data",
        channelz="yes",
        access_file=file.write(folder / "access.toml"),
        metrics_listen="127.0.0.1:0",
    )
    with grpc.insecure_channel(service.address) as channel:
        service.stub = channelz_pb2_grpc.ChannelzStub(channel)
        service.tokens = {name: bearer(token) for name, token in tokens.items()} | {"nobody": ()}
        service.metrics = next(line for line in service.lines if line["event"] == "serving")["metrics"]
        yield service


@every_call
@pytest.mark.parametrize(
    ("caller", "code"),
    [
        ("nobody", grpc.StatusCode.UNAUTHENTICATED),
        ("wire", grpc.StatusCode.PERMISSION_DENIED),
        ("newsdesk", grpc.StatusCode.PERMISSION_DENIED),
    ],
)
def test_with_an_access_file_only_admins_of_all_collections_may_ask(guarded, name, caller, code):
    before = value(guarded.metrics, "textkin_strangers_refused_total")
    with pytest.raises(grpc.RpcError) as refusal:
        getattr(guarded.stub, name)(CALLS[name], metadata=guarded.tokens[caller])
    assert refusal.value.code() is code
    assert value(guarded.metrics, "textkin_strangers_refused_total") == before + 1
    assert value(guarded.metrics, "textkin_rpcs_total", method="unknown", code=code.name) >= 1


def test_an_admin_of_all_collections_may_ask(guarded):
    answer = guarded.stub.GetServers(CALLS["GetServers"], metadata=guarded.tokens["operator"])
    assert len(answer.server) >= 1

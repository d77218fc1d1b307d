"""gRPC's channelz: what its connections and calls are doing, for whoever looks for a fault in them."""

import grpc
from grpc_channelz.v1 import channelz, channelz_pb2

CHANNELZ_NAME = channelz_pb2.DESCRIPTOR.services_by_name["Channelz"].full_name


def add_to(server: grpc.aio.Server) -> None:
    """Has a server answer it. `gate` sees to who may ask."""
    channelz.add_channelz_servicer(server)


def option(*, enabled: bool) -> tuple[str, int]:
    """Returns the option of a server by which gRPC keeps what channelz tells of, which costs a little, or does not."""
    return ("grpc.enable_channelz", int(enabled))

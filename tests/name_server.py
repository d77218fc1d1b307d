"""A DNS server of this machine, for names whose addresses a test changes (RFC 1035): A records, over UDP."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_A = 1
_ANSWER_WITH_RECURSION = 0x8180
_NAME_OF_THE_QUESTION = b"\xc0\x0c"


class NameServer:
    """Answers with the addresses that `addresses` has for a name, at the moment of the question."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.addresses: dict[str, list[str]] = {}

    def target(self, name: str, port: int) -> str:
        """What a client is given to look up the name here."""
        return f"dns://127.0.0.1:{self.port}/{name}:{port}"

    def answer(self, query: bytes) -> bytes:
        """The response to a query with one question."""
        labels, place = [], 12
        while length := query[place]:
            labels.append(query[place + 1 : place + 1 + length].decode())
            place += 1 + length
        question = query[12 : place + 5]
        kind, _class = struct.unpack(">HH", question[-4:])
        found = self.addresses.get(".".join(labels), []) if kind == _A else []
        header = query[:2] + struct.pack(">HHHHH", _ANSWER_WITH_RECURSION, 1, len(found), 0, 0)
        records = (
            _NAME_OF_THE_QUESTION + struct.pack(">HHIH", _A, 1, 0, 4) + socket.inet_aton(address)
            for address in found
        )
        return header + question + b"".join(records)


@contextmanager
def name_server() -> Iterator[NameServer]:
    """Runs a name server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        server = NameServer(door.getsockname()[1])

        def run() -> None:
            while True:
                query, caller = door.recvfrom(512)
                if not query:  # asked to end
                    return
                door.sendto(server.answer(query), caller)

        answering = threading.Thread(target=run)
        answering.start()
        try:
            yield server
        finally:
            door.sendto(b"", door.getsockname())
            answering.join()

"""Answers GET /metrics over plain HTTP, and nothing else, from threads of its own: the event loop has other things to do."""

import socket
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from textkin_service.settings import split_address

PATH, SERVER = "/metrics", "textkin"
# A scraper asks four times a minute, and a person now and then. One more has its connection closed.
_MOST_AT_ONCE = 4
# How often it looks whether to end.
_LOOK_SECONDS = 0.1
# So long one may take to ask and to be answered, however it comes.
_MOST_SECONDS = 5.0


class Endpoint:
    """Serves a registry at an address, HOST:PORT, until `close`. `address` has the port that was picked."""

    def __init__(self, registry: CollectorRegistry, listen: str) -> None:
        """OSError: the address cannot be had."""
        host, port = split_address(listen)
        kind = _Server6 if host.startswith("[") else _Server
        try:
            self._server = kind((host.strip("[]"), port), registry)
        except OSError as error:
            raise OSError(f"cannot listen at {listen} for metrics: {error.strerror or error}") from error
        self.address = f"{host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOK_SECONDS,), name="textkin-metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Answers no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # A second process on the port is an error.
    allow_reuse_port = False

    def __init__(self, address: tuple[str, int], registry: CollectorRegistry) -> None:
        self.registry = registry
        self._turns = threading.BoundedSemaphore(_MOST_AT_ONCE)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # That of http.server looks up the name of the host, which can take long and is of no use here.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        if not self._turns.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started, which would give the turn back
            self._turns.release()
            raise

    def process_request_thread(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        patience = threading.Timer(_MOST_SECONDS, _hang_up, (request,))
        patience.daemon = True
        try:
            patience.start()
            super().process_request_thread(request, client_address)
        except RuntimeError:  # no thread could be started that would hang up
            self.shutdown_request(request)
        finally:
            patience.cancel()
            self._turns.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: a scraper that went away is no concern of ours."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answers with the metrics, in the format that is asked for."""
        if urlsplit(self.path).path != PATH:
            self._answer(HTTPStatus.NOT_FOUND, b"there is nothing but /metrics\n", "text/plain")
            return
        encode, kind = choose_encoder(self.headers.get("Accept", ""))
        self._answer(HTTPStatus.OK, encode(self.server.registry), kind)

    def do_HEAD(self) -> None:
        """Answers as GET, without the metrics."""
        self.do_GET()

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        """Names no version: whoever asks need not know what runs here."""
        return SERVER

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server calls it by
        """Logs nothing: a scrape is no event."""


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

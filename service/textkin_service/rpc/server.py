"""The server's life: listen, load, serve, drain, stop."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Callable
from functools import partial

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from textkin.v1 import textkin_service_pb2, textkin_service_pb2_grpc
from textkin_service import __version__
from textkin_service.engine import Engine, Work
from textkin_service.errors import StoreError
from textkin_service.rpc import channelz, logs, tls
from textkin_service.rpc.access import AccessInterceptor
from textkin_service.rpc.files import Files
from textkin_service.rpc.gate import Gate
from textkin_service.rpc.health import STATUS, Health
from textkin_service.rpc.interceptors import (
    METHODS,
    SERVICE_NAME,
    ErrorInterceptor,
    Interceptor,
    LimitInterceptor,
    LogInterceptor,
)
from textkin_service.rpc.known import Known
from textkin_service.rpc.overload import AdmissionInterceptor
from textkin_service.rpc.rules import rules
from textkin_service.rpc.servicer import TextkinServicer
from textkin_service.rpc.traces import TraceInterceptor, tracing_of
from textkin_service.rpc.workers import Workers
from textkin_service.settings import Settings, split_address
from textkin_service.store.backup_note import BackupNote, read
from textkin_service.store.folder import Files as StoreFiles
from textkin_service.store_address import FolderAddress, masked, parse
from textkin_service.telemetry import metrics
from textkin_service.telemetry.exporter import Exporter, Sources

_SERVICE = textkin_service_pb2.DESCRIPTOR.services_by_name["TextkinService"]
# Requests that are refused count while they are.
_MOST_CALLS_A_CONNECTION = 1_000
# A second process on the port is an error, not a share of its calls.
_OWN_PORT = [("grpc.so_reuseport", 0)]
_SWITCH_SECONDS = 0.001
_HEALTH_NAME = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
_log = structlog.get_logger("textkin")


class Server:
    """A gRPC server over an engine, which it closes in the end.

    It answers health checks from `start` on, with NOT_SERVING until `load` is through and again from `stop`
    on. SettingsError for a file that a setting names and that cannot be used.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._workers = Workers(settings.threads)
        self._limits = LimitInterceptor()
        self._files = Files(settings)
        self._tracing = tracing_of(settings)
        self._admission = AdmissionInterceptor(settings, self._workers.threads)
        self._servicer = TextkinServicer(engine, self._workers, settings)
        self._health = Health("", SERVICE_NAME)
        self._tasks: list[asyncio.Task[None]] = []
        self._server = grpc.aio.server(
            interceptors=self._interceptors(),
            options=[
                ("grpc.max_receive_message_length", settings.max_message_bytes),
                # More wait at the caller's side of a connection, where they cost us nothing.
                ("grpc.max_concurrent_streams", _MOST_CALLS_A_CONNECTION),
                # A caller whose machine is gone holds its streams no longer than this.
                ("grpc.keepalive_time_ms", 60_000),
                ("grpc.http2.ping_timeout_ms", 20_000),  # grpc.keepalive_timeout_ms has no effect
                ("grpc.max_connection_idle_ms", 3_600_000),
                # Callers may ask as often whether we are there, to go elsewhere if not.
                ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
                *_age(settings.max_connection_age),
                channelz.option(enabled=settings.channelz == "yes"),
                *_OWN_PORT,
            ],
        )
        textkin_service_pb2_grpc.add_TextkinServiceServicer_to_server(self._servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._health_server = self._of_health() if settings.health_listen else None
        self.health_address = self.metrics_address = ""
        self._exporter: Exporter | None = None
        metrics.begin(METHODS)
        names = [SERVICE_NAME, _HEALTH_NAME, reflection.SERVICE_NAME]
        if settings.channelz == "yes":
            channelz.add_to(self._server)
            names.append(channelz.CHANNELZ_NAME)
        reflection.enable_server_reflection(names, self._server)

    def _of_health(self) -> grpc.aio.Server:
        """Returns a server that answers nothing but health, for those that have no certificate to show."""
        server = grpc.aio.server(options=_OWN_PORT)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        return server

    def _interceptors(self) -> list[grpc.aio.ServerInterceptor]:
        asked = rules(_SERVICE)  # without an access file too, so that no RPC is ever without a rule
        told: list[Interceptor] = [LogInterceptor()]
        if self._tracing is not None:
            told.append(TraceInterceptor(self._tracing))
        if self._files.callers is None:
            return [self._admission, *told, ErrorInterceptor(), self._limits]
        known = Known(self._files.callers, by_certificate=bool(self._settings.tls_client_ca))
        access = AccessInterceptor(known, asked)
        return [Gate(known), self._admission, *told, ErrorInterceptor(), access, self._limits]

    async def start(self) -> str:
        """Listens, and returns the address with the port that was picked. OSError when it cannot be had."""
        listen = self._settings.listen
        identities = self._files.identities
        credentials = tls.Credentials(identities).for_a_port() if identities else None
        address = _open_port(self._server, listen, credentials)
        if self._health_server is not None:
            self.health_address = _open_port(self._health_server, self._settings.health_listen)
            await self._health_server.start()
        metrics.STORE_UP.set(1)
        if self._settings.metrics_listen:
            self._exporter = Exporter(self._sources(), self._settings.metrics_listen)
            self.metrics_address = self._exporter.address
        await self._server.start()
        self._tasks.append(asyncio.create_task(self._files.watch()))
        return address

    @property
    def other_addresses(self) -> dict[str, str]:
        """Where else something is answered, by what."""
        addresses = {"health": self.health_address, "metrics": self.metrics_address}
        return {name: address for name, address in addresses.items() if address}

    async def load(self) -> None:
        """Builds the index, then lets calls in. StoreError."""
        await self._workers.work(Work(), self._engine.load)
        # What was loaded stays as long as the process: a collection of garbage that went through it would hold up every
        # thread for a tenth of a second.
        gc.collect()
        gc.freeze()
        self._limits.open()
        self._tasks.append(asyncio.create_task(self._sweep()))
        loop = asyncio.get_running_loop()

        def tell(failure: StoreError | None) -> None:
            loop.call_soon_threadsafe(self._tell_of, failure)

        self._engine.watch(tell)
        self._health.set(STATUS.SERVING)

    def _sources(self) -> Sources:
        return Sources(
            version=__version__,
            scheme=self._engine.scheme.id,
            threads=self._workers.threads,
            serving=lambda: self._health.is_serving,
            permits_taken=lambda: self._admission.permits_taken,
            permits=lambda: self._admission.permits,
            late=lambda: self._admission.late,
            streams=lambda: self._admission.streams,
            stream_bytes=lambda: self._servicer.stream_bytes,
            searches_waiting=lambda: self._servicer.searches_waiting,
            outline_bytes=self._engine.outline_bytes,
            index=self._engine.index_size,
            counts=self._engine.counts,
            last_backup=_last_backup_of(self._settings),
            certificate_expires=self._certificate_expires,
        )

    def _certificate_expires(self) -> float | None:
        identities = self._files.identities
        return None if identities is None else identities.value.expires

    def _tell_of(self, failure: StoreError | None) -> None:
        """Logs why writes are refused from now on, and turns to NOT_SERVING, or back. Calls are let in: reads may be right."""
        metrics.STORE_UP.set(failure is None)
        if failure is None:
            _log.info("store answers")
            self._health.set(STATUS.SERVING)
        else:
            logs.store_failure(failure)
            self._health.set(STATUS.NOT_SERVING)

    async def stop(self) -> None:
        """Lets no further call in, gives those in flight their grace, closes the store."""
        self._health.end()
        self._limits.close()
        self._servicer.drain()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._server.stop(self._settings.shutdown_grace)
        if self._health_server is not None:
            await self._health_server.stop(None)
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        if self._exporter is not None:
            self._exporter.close()
        if self._tracing is not None:
            self._tracing.close()
        self._workers.close()
        self._engine.close()

    async def _sweep(self) -> None:
        """Removes expired articles from time to time; reads leave them out anyway."""
        while True:
            await asyncio.sleep(self._settings.sweep_seconds)
            try:
                removed = await asyncio.wrap_future(self._engine.sweep())
            except StoreError as error:
                metrics.SWEEPS.labels("failed").inc()
                logs.store_failure(error, method="sweep")
            else:
                metrics.SWEEPS.labels("done").inc()
                metrics.SWEPT_ARTICLES.inc(removed)
                if removed:
                    _log.info("swept", articles=removed)


def _store_of(settings: Settings) -> dict[str, str]:
    """Returns where the articles are, for the log: the folder, or the URL without its password."""
    return {"store": masked(settings.store)} if settings.store else {"data": str(settings.data)}


def _last_backup_of(settings: Settings) -> Callable[[], BackupNote | None]:
    """Returns what tells of the last backup; of a cluster, none is ours."""
    address = parse(settings.store) if settings.store else FolderAddress(settings.data)
    return partial(read, StoreFiles(address.folder)) if isinstance(address, FolderAddress) else lambda: None


def _age(seconds: float) -> list[tuple[str, int]]:
    """Returns how old connections become, in gRPC's options. Its default grace for what is under way is endless."""
    return [("grpc.max_connection_age_ms", max(1, round(seconds * 1_000)))] if seconds else []


def _open_port(
    server: grpc.aio.Server, listen: str, credentials: grpc.ServerCredentials | None = None
) -> str:
    """Has a server listen, and returns the address with the port that was picked. OSError when it cannot be had."""
    host, _ = split_address(listen)
    try:
        port = (
            server.add_secure_port(listen, credentials) if credentials else server.add_insecure_port(listen)
        )
    except RuntimeError as error:
        raise OSError(f"cannot listen at {listen}: it is in use, or not ours") from error
    return f"{host}:{port}"


async def serve(engine: Engine, settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, and closes the engine, however it ends. SettingsError, StoreError, OSError."""
    # The event loop waits so long at most for the interpreter while threads work: calls are accepted at its pace.
    sys.setswitchinterval(_SWITCH_SECONDS)
    loop = asyncio.get_running_loop()
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    try:
        server = Server(engine, settings)
    except BaseException:
        engine.close()
        raise
    try:
        address = await server.start()
        loading, ended = asyncio.create_task(server.load()), asyncio.create_task(ending.wait())
        await asyncio.wait({loading, ended}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done():
            await loading
            _log.info("serving", address=address, **server.other_addresses, **_store_of(settings))
            await ended
        else:
            loading.cancel()
            await asyncio.wait({loading})
        _log.info("stopping", grace_seconds=settings.shutdown_grace)
    finally:
        await server.stop()
    _log.info("stopped")

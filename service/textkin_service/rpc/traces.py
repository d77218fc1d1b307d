"""Gives each RPC a span, if requests are traced."""

from typing import TYPE_CHECKING, Any

from textkin_service import __version__
from textkin_service.rpc import calls
from textkin_service.rpc.interceptors import SERVICE_NAME, Behaviour, Context, Interceptor, note_end
from textkin_service.settings import Settings, SettingsError
from textkin_service.telemetry.steps import heard_by

if TYPE_CHECKING:
    from textkin_service.telemetry.tracing import Tracing


def tracing_of(settings: Settings) -> "Tracing | None":
    """Returns what traces requests, None if they are not to be. SettingsError: it cannot."""
    return None if settings.tracing == "no" else _begun()


def check_tracing() -> None:
    """Checks that requests could be traced, as far as a start does. SettingsError."""
    _begun().close()


def _begun() -> "Tracing":
    try:
        from textkin_service.telemetry.tracing import Tracing  # noqa: PLC0415 - only the extra [tracing] has it

        return Tracing(__version__)
    except SettingsError:
        raise
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"tracing needs more than the service: pip install 'textkin[service,tracing]' ({error.name} is missing)"
        ) from error
    except Exception as error:
        # Whatever the SDK makes of its variables, of some at import; those that may have a secret were looked at before.
        raise SettingsError(
            f"tracing: OpenTelemetry cannot begin ({type(error).__name__}: {error})"
        ) from error


class TraceInterceptor(Interceptor):
    """Has a span begin and end with each RPC, and notes the id of its trace for the log."""

    def __init__(self, tracing: "Tracing") -> None:
        super().__init__()
        self._tracing = tracing

    def wrap(self, behaviour: Behaviour) -> Behaviour:
        """Has the trace of the call hear of the steps of the behaviour."""

        async def traced(request: Any, context: Context) -> Any:
            call = calls.current()
            trace = self._tracing.begin(SERVICE_NAME, call.method, context.invocation_metadata())
            call.trace_id = trace.trace_id
            try:
                with heard_by(trace.listeners):
                    return await behaviour(request, context)
            except BaseException as error:
                note_end(call, error, context)
                raise
            finally:
                attributes: dict[str, str | int] = {
                    "textkin.request_id": call.request_id,
                    "textkin.items": call.items,
                    "textkin.received_bytes": call.received_bytes,
                }
                if call.reason:
                    attributes["textkin.reason"] = call.reason
                trace.end(call.code.name, call.code.value[0], attributes)

        return traced

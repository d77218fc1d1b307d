"""Lets known callers do what the access file grants them.

Each message of a stream is checked, so that a token that ends or is taken back ends its streams with their next message.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from textkin_service.access import Caller
from textkin_service.errors import PermissionDenied
from textkin_service.rpc import calls, convert
from textkin_service.rpc.interceptors import Behaviour, Context, Interceptor
from textkin_service.rpc.known import Known, presented
from textkin_service.rpc.rules import Rule


class AccessInterceptor(Interceptor):
    """Refuses callers without the role that the RPC's rule asks for, in the collections that a message names."""

    def __init__(self, known: Known, rules: Mapping[str, Rule]) -> None:
        super().__init__()
        self._known = known
        self._rules = rules

    def wrap(self, behaviour: Behaviour) -> Behaviour:
        """Checks caller, role and collections before the behaviour sees a message."""

        async def permitted(request: Any, context: Context) -> Any:
            call = calls.current()
            rule = self._rules[call.method]
            caller = presented().caller or self._known.of_certificate(context)
            call.caller, call.known = caller.name, caller
            if isinstance(request, AsyncIterator):
                _check(caller, rule)
                request = _Permitted(self._known, request, rule, context)
            else:
                _check(caller, rule, request)
            return await behaviour(request, context)

        return permitted


class _Permitted(AsyncIterator[Any]):
    """The messages of a stream up to the first that its caller may not send, which raises."""

    def __init__(self, known: Known, messages: AsyncIterator[Any], rule: Rule, context: Context) -> None:
        self._known = known
        self._messages = messages
        self._rule = rule
        self._context = context

    async def __anext__(self) -> Any:
        message = await anext(self._messages)
        _check(self._known.now(self._context), self._rule, message)
        return message


def _check(caller: Caller, rule: Rule, message: Any = None) -> None:
    """Checks whether a caller has a rule's role: anywhere, and where a message says. PermissionDenied."""
    granted = caller.collections(rule.role)
    if not granted:
        raise _lacking(caller, rule)
    if message is not None:
        for collection_id in rule.collections(message):
            if collection_id not in granted:
                raise _lacking(caller, rule, convert.collection_id(collection_id))


def _lacking(caller: Caller, rule: Rule, collection_id: str = "") -> PermissionDenied:
    role = rule.role.name.lower()
    where = f"in the collection {collection_id!r}" if collection_id else "in any collection"
    metadata = {"role": role} | ({"collection_id": collection_id} if collection_id else {})
    return PermissionDenied(
        f"{caller.name!r} has not the role {role!r} {where}", reason="ROLE_LACKING", metadata=metadata
    )

"""From a request to an answer: who calls, whether it fits, then the operation's handler or the spec's example."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from aihub_emulator.requests.answers import Answer, Code, Refusal, refused, succeeded
from aihub_emulator.requests.checking import check_form, check_json
from aihub_emulator.requests.forms import read_form
from aihub_emulator.requests.gate import ENTRY
from aihub_emulator.requests.reading import base_url_of, read_json, read_parameters, text_and_files
from aihub_emulator.spec import Operation

if TYPE_CHECKING:
    from starlette.datastructures import UploadFile

    from aihub_emulator.identity import User
    from aihub_emulator.instance import Instance
    from aihub_emulator.requests.journal import Entry

__all__ = ["Call", "Endpoint", "Handler", "endpoint"]

_log = logging.getLogger("aihub_emulator")


@dataclass(frozen=True)
class Call:
    """A request that fits its operation.

    Attributes:
        instance: The emulator that is asked.
        operation: What it is asked for.
        base_url: The address under which the caller reached it.
        user: Who calls; None where the operation wants no user.
        parameters: The path and query parameters by name, typed.
        body: The operation's request model from `aihub_models`, or None.
        files: The file parts of a form by name, open until the call is answered.
    """

    instance: Instance
    operation: Operation
    base_url: str
    user: User | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    @property
    def caller(self) -> User:
        """Who calls an operation that wants a user."""
        if self.user is None:
            raise TypeError(f"{self.operation.id} is declared without a bearer token: it has no caller")
        return self.user


Handler = Callable[[Call], Awaitable[Answer]]
Endpoint = Callable[[Request], Awaitable[Response]]


async def _example(call: Call) -> Answer:
    return Answer(call.operation.example.get("data"), is_example=True)


def endpoint(instance: Instance, operation: Operation, handler: Handler | None) -> Endpoint:
    """What answers the requests for one operation."""

    async def answer(request: Request) -> Response:
        entry: Entry = request.scope[ENTRY]
        try:
            try:
                done = await _answer(instance, operation, handler or _example, request)
                entry.code = 0
                return succeeded(done)
            except Refusal as refusal:
                entry.code = int(refusal.code)
                return refused(refusal, has_data=operation.has_data)
            finally:
                # Whatever an answer tells is true after a crash too.
                await instance.committed()
        except Exception as error:  # noqa: BLE001  # the caller gets an envelope whatever broke; the log the traceback
            _log.exception("%s failed", operation.id)
            entry.code = int(Code.UNKNOWN)
            return refused(_broken(error), has_data=operation.has_data)

    return answer


def _broken(error: Exception) -> Refusal:
    problem = "the emulator met an unexpected error; its log says more"
    if isinstance(error, (OSError, sqlite3.Error)):
        reason = getattr(error, "strerror", None) or error
        problem = f"the emulator cannot write to its folder ({reason}); once there is room, look whether it was done"
    return Refusal(Code.UNKNOWN, problem, status=500)


async def _answer(instance: Instance, operation: Operation, handler: Handler, request: Request) -> Answer:
    user = None
    if operation.scheme is not None:
        user = instance.identity.caller(operation.scheme, request.headers.get(operation.scheme.header))
        request.scope[ENTRY].user = user.username if user else ""
    parameters = read_parameters(operation, request.path_params, request.query_params)
    base_url = base_url_of(request)
    body = operation.body
    if body is None:
        return await handler(Call(instance, operation, base_url, user, parameters))
    if body.media_type == "application/json":
        sent = await read_json(request, longest=instance.settings.json_bytes)
        typed = check_json(operation, body, sent)
        return await handler(Call(instance, operation, base_url, user, parameters, typed))
    form = await read_form(request, folder=instance.objects.incoming, longest=instance.settings.upload_bytes)
    try:
        texts, files = text_and_files(form)
        typed = check_form(operation, body, texts, files)
        return await handler(Call(instance, operation, base_url, user, parameters, typed, files))
    finally:
        await form.close()

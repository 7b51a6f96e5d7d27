"""Answering a request with a fault."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aihub_emulator.control.drifting import drifted
from aihub_emulator.faults import Code, Delay, Drift, Drip, ExpireTokens, Fault, Json, Refuse, Reset, Status
from aihub_emulator.network.connection import reset_connection
from aihub_emulator.requests.gate import note_down

if TYPE_CHECKING:
    from aihub_emulator.instance import Instance

__all__ = ["Answer", "spoiled"]

Answer = Callable[[Request], Awaitable[ASGIApp]]
# HTTP ends these answers with their headers.
_WITHOUT_BODY = {204, 304}
_DATA: dict[str, Any] = {"null": None, "object": {}, "text": "", "list": []}


async def spoiled(instance: Instance, fault: Fault, request: Request, answer: Answer) -> ASGIApp:
    """What answers `request` when it shows `fault`; `answer` is what answers it else."""
    kind = fault.kind
    if isinstance(kind, (Status, Code)):
        if kind.does_work:
            await answer(request)
        return _status(kind) if isinstance(kind, Status) else _refusal(kind)
    if isinstance(kind, Refuse):
        return _reset
    if isinstance(kind, ExpireTokens):
        instance.identity.expire_tokens()
    if isinstance(kind, Delay):
        await asyncio.sleep(kind.seconds)
    usual = await answer(request)
    if isinstance(kind, Reset):
        return _reset if kind.at == "before" else _cut(usual)
    if isinstance(kind, Drip):
        return _dripped(usual, kind)
    if isinstance(kind, Json):
        return await _rewritten(usual, request, lambda body: _broken(body, kind))
    if isinstance(kind, Drift):
        return await _rewritten(usual, request, lambda body: _drifted(body, kind, instance, fault))
    return usual


def _status(kind: Status) -> Response:
    headers = {} if kind.retry_after is None else {"Retry-After": str(kind.retry_after)}
    response = Response("" if kind.status in _WITHOUT_BODY else kind.body, kind.status, headers)
    response.headers["Content-Type"] = kind.media_type
    return response


def _refusal(kind: Code) -> Response:
    envelope: dict[str, Any] = {"code": kind.code, "msg": kind.msg}
    return JSONResponse(envelope if kind.data == "missing" else {**envelope, "data": _DATA[kind.data]})


def _broken(body: bytes, kind: Json) -> bytes:
    # Cut so that what is left is never whole by chance: an envelope begins with a brace and needs its last byte.
    return body[: len(body) // 2] if kind.shape == "truncated" else body[:-1] + b",}"


def _drifted(body: bytes, kind: Drift, instance: Instance, fault: Fault) -> bytes:
    try:
        changed = drifted(json.loads(body), kind.field, kind.to)
    except ValueError:
        # An object of another kind, or an answer to HEAD: it has no fields.
        changed = None
    if changed is None:
        instance.faults.give_back(fault.id)
        return body
    return json.dumps(changed, ensure_ascii=False).encode()


async def _rewritten(usual: ASGIApp, request: Request, rewrite: Callable[[bytes], bytes]) -> ASGIApp:
    start: Message = {}
    body = bytearray()

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await usual(request.scope, request.receive, collect)
    response = Response(rewrite(bytes(body)), start["status"])
    kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    response.raw_headers = [*kept, (b"content-length", str(len(response.body)).encode())]
    return response


async def _reset(scope: Scope, receive: Receive, send: Send) -> None:
    note_down(scope)
    await reset_connection(scope, receive, send)


class _Cut(Exception):
    """Half of the answer is out."""


def _cut(usual: ASGIApp) -> ASGIApp:
    async def cut(scope: Scope, receive: Receive, send: Send) -> None:
        left = 0

        async def send_half(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                left = int(MutableHeaders(raw=message["headers"]).get("content-length", "0")) // 2
                await send(message)
                return
            part = message.get("body", b"")[:left]
            left -= len(part)
            await send({"type": "http.response.body", "body": part, "more_body": True})
            if not left:
                raise _Cut

        try:
            await usual(scope, receive, send_half)
        except _Cut:
            await _reset(scope, receive, send)

    return cut


def _dripped(usual: ASGIApp, kind: Drip) -> ASGIApp:
    async def drip(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_slowly(message: Message) -> None:
            body = message.get("body", b"")
            for start in range(0, len(body), kind.size_bytes):
                part = body[start : start + kind.size_bytes]
                await send({"type": "http.response.body", "body": part, "more_body": True})
                await asyncio.sleep(kind.seconds)
            await send({**message, "body": b""} if body else message)

        await usual(scope, receive, send_slowly)

    return drip

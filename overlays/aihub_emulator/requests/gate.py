"""What every request passes through: it is noted down, and a web page of another origin may make it or may not."""

from __future__ import annotations

import ipaddress
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aihub_emulator.requests.answers import MARK
from aihub_emulator.requests.journal import Entry, Journal

__all__ = ["ENTRY", "PREFIX", "gated", "note_down"]

PREFIX = "/_emulator"
# Key of the scope under which a request's entry in the journal is found.
ENTRY = "aihub_emulator.entry"
_NOTE = "aihub_emulator.note"
_READING = {"GET", "HEAD"}
_EXPOSED = f"{MARK}, Retry-After, ETag, Content-Range, Accept-Ranges, Content-Length"


def gated(app: ASGIApp, journal: Journal) -> ASGIApp:
    """`app` behind the gate."""

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["path"] == PREFIX or scope["path"].startswith(f"{PREFIX}/"):
            await (_kept_out(scope) or app)(scope, receive, send)
        else:
            headers = Headers(scope=scope)
            if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                await _preflight(headers)(scope, receive, send)
            else:
                await _noted(app, journal, scope, receive, send, is_crossing="origin" in headers)

    return gate


async def _noted(
    app: ASGIApp, journal: Journal, scope: Scope, receive: Receive, send: Send, *, is_crossing: bool
) -> None:
    started = time.perf_counter()
    entry: Entry = journal.begin(at=time.time(), method=scope["method"], path=scope["path"])
    is_entered, left = False, -1

    def enter() -> None:
        nonlocal is_entered
        if not is_entered:
            is_entered = True
            entry.ms = round((time.perf_counter() - started) * 1000, 3)
            journal.enter(entry)

    async def note(message: Message) -> None:
        nonlocal left
        if message["type"] == "http.response.start":
            entry.status = message["status"]
            headers = MutableHeaders(raw=message["headers"])
            left = int(headers.get("content-length", "-1"))
            if is_crossing:
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = _EXPOSED
        else:
            left -= len(message.get("body", b""))
            # Who has the whole answer finds its entry, so the entry goes first.
            if left == 0 or not message.get("more_body", False):
                enter()
        await send(message)

    scope[ENTRY], scope[_NOTE] = entry, enter
    try:
        await app(scope, receive, note)
    finally:
        enter()


def note_down(scope: Scope) -> None:
    """Enter the request in the journal now; for what ends an answer in another way than by sending the rest of it."""
    if _NOTE in scope:
        scope[_NOTE]()


def _preflight(headers: Headers) -> Response:
    """Leave for any page to send what operations take. Tokens travel in headers, never in cookies: none is lent."""
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD, POST",
            # A wildcard does not cover Authorization.
            "Access-Control-Allow-Headers": headers.get("access-control-request-headers", "Authorization, Token"),
            "Access-Control-Allow-Private-Network": "true",
            "Access-Control-Max-Age": "600",
            "Vary": "Access-Control-Request-Headers",
        },
    )


def _kept_out(scope: Scope) -> Response | None:
    """The refusal of a request to the control plane that comes from elsewhere, or None."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if scope.get("client") and not _is_loopback(scope["client"][0]):
        return _forbidden("the control plane answers to this machine only")
    if not _is_unmistakable(host):
        return _forbidden(f"the control plane is reached by an address or by localhost, not as {host!r}")
    if headers.get("origin", f"{scope['scheme']}://{host}") != f"{scope['scheme']}://{host}":
        return _forbidden("the control plane answers to no page of another origin")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if scope["method"] not in _READING and media_type != "application/json" and MARK not in headers:
        # A page of another origin can send neither without being asked for leave first, which is never given.
        return JSONResponse({"error": f"send it as application/json, or with a header {MARK}"}, 415)
    return None


def _forbidden(problem: str) -> Response:
    return JSONResponse({"error": problem}, 403)


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return found.is_loopback or bool(mapped and mapped.is_loopback)


def _is_unmistakable(host: str) -> bool:
    """Whether the name is one that nobody else's DNS can have pointed here."""
    name = host.rpartition("]")[0].lstrip("[") or host.partition(":")[0]
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name
    return True

"""The control plane below `/_emulator/`: what tests and people ask of the emulator itself."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aihub_emulator.clock import ManualClock
from aihub_emulator.control.overview import overview
from aihub_emulator.control.pacing import pace_of
from aihub_emulator.control.page import page_routes
from aihub_emulator.faults import fault_of
from aihub_emulator.jobs.overview import overview as job_rows
from aihub_emulator.requests.gate import PREFIX
from aihub_emulator.services import coverage
from aihub_emulator.spec import spec_version

if TYPE_CHECKING:
    from aihub_emulator.instance import Instance

__all__ = ["PREFIX", "control_routes"]

_LONGEST_ADVANCE = 10 * 365 * 24 * 3600.0
_LONGEST_BODY = 1 << 20

Handler = Callable[["Instance", Request], Awaitable[Response]]


class _Wrong(Exception):
    """The request does not fit; the message says why."""


def control_routes(instance: Instance) -> list[Route]:
    """The control plane's routes. They speak plain JSON and HTTP statuses, no envelopes, and ask for no token."""
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/health", _health),
        ("GET", "/coverage", _coverage),
        ("GET", "/overview", _overview),
        ("GET", "/jobs", _jobs),
        ("GET", "/requests", _requests),
        ("POST", "/reset", _reset),
        ("GET", "/clock", _clock),
        ("POST", "/clock", _turn_clock),
        ("GET", "/transitions", _transitions),
        ("POST", "/transitions", _set_transitions),
        ("GET", "/faults", _faults),
        ("POST", "/faults", _add_fault),
        ("DELETE", "/faults", _clear_faults),
        ("DELETE", "/faults/{id:int}", _remove_fault),
        ("POST", "/expire-tokens", _expire_tokens),
    ]
    return [*page_routes(), *(_route(instance, *route) for route in routes)]


def _route(instance: Instance, method: str, path: str, handler: Handler) -> Route:
    async def answer(request: Request) -> Response:
        try:
            return await handler(instance, request)
        except _Wrong as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        finally:
            instance.commit()

    return Route(f"{PREFIX}{path}", answer, methods=[method])


async def _sent(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise _Wrong(f"the body is longer than {_LONGEST_BODY} bytes")
    try:
        sent = json.loads(body)
        # What cannot be sent back is not taken: half a character, which JSON can spell and UTF-8 cannot.
        json.dumps(sent, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _Wrong("send one JSON object, without half characters in it") from None
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise _Wrong("send one JSON object")
    return sent


async def _health(instance: Instance, _: Request) -> Response:
    return JSONResponse({"status": "ok", "spec_version": spec_version(), "seed": instance.seed_label})


async def _coverage(_: Instance, __: Request) -> Response:
    return JSONResponse({"operations": coverage()})


async def _overview(instance: Instance, _: Request) -> Response:
    return JSONResponse(overview(instance))


async def _jobs(instance: Instance, _: Request) -> Response:
    return JSONResponse({"jobs": job_rows(instance.jobs.all())})


async def _requests(instance: Instance, request: Request) -> Response:
    entries = instance.journal.entries(request.query_params.get("operation"))
    return JSONResponse({"requests": [asdict(entry) for entry in entries]})


async def _reset(instance: Instance, _: Request) -> Response:
    await instance.reset()
    return JSONResponse({"status": "ok"})


async def _clock(instance: Instance, _: Request) -> Response:
    return JSONResponse({"clock": instance.settings.clock, "now": instance.clock.now()})


async def _turn_clock(instance: Instance, request: Request) -> Response:
    if not isinstance(instance.clock, ManualClock):
        raise _Wrong(f"the clock is {instance.settings.clock!r}: start with --clock manual to turn it")
    seconds = (await _sent(request)).get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise _Wrong('send {"advance": <seconds>}')
    if not 0 <= seconds <= _LONGEST_ADVANCE:
        raise _Wrong(f"advance is {seconds}: send 0 to {_LONGEST_ADVANCE:.0f} seconds")
    await instance.advance(instance.clock, seconds)
    return await _clock(instance, request)


async def _transitions(instance: Instance, _: Request) -> Response:
    return JSONResponse({"transitions": instance.pacing.wire()})


async def _set_transitions(instance: Instance, request: Request) -> Response:
    try:
        instance.set_pace(*pace_of(await _sent(request)))
    except ValueError as error:
        raise _Wrong(str(error)) from None
    return await _transitions(instance, request)


async def _faults(instance: Instance, _: Request) -> Response:
    faults = [fault.wire() for fault in instance.faults.all()]
    return JSONResponse({"faults": faults, "unconsumed": [each["id"] for each in faults if each["is_unconsumed"]]})


async def _add_fault(instance: Instance, request: Request) -> Response:
    try:
        kind, operation, count, skip = fault_of(await _sent(request))
        fault_id = instance.faults.add(kind, operation=operation, count=count, skip=skip)
    except ValueError as error:
        raise _Wrong(str(error)) from None
    return JSONResponse({"id": fault_id}, 201)


async def _clear_faults(instance: Instance, _: Request) -> Response:
    instance.faults.clear()
    return JSONResponse({"status": "ok"})


async def _remove_fault(instance: Instance, request: Request) -> Response:
    fault_id = request.path_params["id"]
    if instance.faults.remove(fault_id):
        return JSONResponse({"status": "ok"})
    return JSONResponse({"error": f"there is no fault {fault_id}"}, 404)


async def _expire_tokens(instance: Instance, _: Request) -> Response:
    instance.identity.expire_tokens()
    return JSONResponse({"status": "ok"})

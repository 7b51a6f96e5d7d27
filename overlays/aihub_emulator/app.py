"""The ASGI applications: every documented path, the control plane, and the object storage behind both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from aihub_emulator.control.plane import control_routes
from aihub_emulator.control.spoiling import Answer, spoiled
from aihub_emulator.faults import OBJECT
from aihub_emulator.instance import Instance
from aihub_emulator.objects.serving import object_response
from aihub_emulator.requests.calls import endpoint
from aihub_emulator.requests.gate import ENTRY, gated
from aihub_emulator.services import HANDLERS
from aihub_emulator.settings import Settings
from aihub_emulator.spec import Operation, load_operations

__all__ = ["app_of", "create_app", "relay_app_of"]

RELAY = "s3_relay"


def create_app(settings: Settings | None = None) -> Starlette:
    """An emulator as an ASGI application, for a server or a test client of one's own.

    Its folder is let go of when the application's lifespan ends; a temporary one is removed.
    """
    return app_of(Instance(settings or Settings()))


def app_of(instance: Instance) -> Starlette:
    """The application that serves `instance`, and starts and stops it with its own lifespan."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        instance.start()
        try:
            yield
        finally:
            await instance.stop()
            instance.close()

    # Routes are tried one after the other: what is asked for often comes first.
    routes: list[BaseRoute] = [*_routes(instance, load_operations()), *control_routes(instance)]
    app = Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(gated, instance.journal)])
    return _with_fallback(app, instance)


def relay_app_of(instance: Instance) -> Starlette:
    """The application behind the TLS port: the S3 relay alone. Another application runs the instance."""
    relayed = [operation for operation in load_operations() if operation.service == RELAY]
    app = Starlette(routes=_routes(instance, relayed), middleware=[Middleware(gated, instance.journal)])
    return _with_fallback(app, instance)


def _routes(instance: Instance, operations: Iterable[Operation]) -> list[BaseRoute]:
    by_path: dict[str, dict[str, Answer]] = {}
    for operation in operations:
        answer = _faulty(instance, operation.id, endpoint(instance, operation, HANDLERS.get(operation.id)))
        methods = by_path.setdefault(operation.path, {})
        for method in (operation.method, *operation.other_methods):
            methods[method] = answer
    return [_route(path, methods) for path, methods in by_path.items()]


def _faulty(instance: Instance, operation_id: str, usual: Answer) -> Answer:
    """`usual`, unless the emulator was told to show a fault."""

    async def answer(request: Request) -> ASGIApp:
        entry = request.scope[ENTRY]
        entry.operation = operation_id
        fault = instance.faults.take(operation_id)
        if fault is None:
            return await usual(request)
        entry.fault = fault.id
        return await spoiled(instance, fault, request, usual)

    return answer


def _route(path: str, methods: dict[str, Answer]) -> Route:
    async def choose(request: Request) -> ASGIApp:
        # A route for GET answers HEAD too.
        return await methods["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, choose, methods=list(methods))


def _with_fallback(app: Starlette, instance: Instance) -> Starlette:
    """`app`, answering other paths with an object of that name, or a plain 404 without an envelope."""
    nothing = PlainTextResponse("No operation has this path, and no object either.\n", 404)

    async def fallback(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        found = await object_response(instance.objects, instance.datasets, scope)
        answer: ASGIApp = nothing
        if found is not None:

            async def fetched(_: Request) -> ASGIApp:
                return found

            answer = await _faulty(instance, OBJECT, fetched)(Request(scope, receive, send))
        await answer(scope, receive, send)

    app.router.redirect_slashes = False
    app.router.default = fallback
    return app

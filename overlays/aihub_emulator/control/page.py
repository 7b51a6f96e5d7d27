"""The status page: three files that a browser gets, and nothing from anywhere else."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from aihub_emulator.requests.gate import PREFIX

__all__ = ["page_routes"]

_FILES = {
    "": ("page.html", "text/html; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
}
# What is shown came in requests. The page puts it in as text; should it fail to, nothing of it may run or load.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def page_routes() -> list[Route]:
    """The page's routes below the control plane."""

    async def to_the_page(_: Request) -> Response:
        # Relative, so that a path that a proxy put in front stays.
        return RedirectResponse(f"{PREFIX.removeprefix('/')}/")

    return [Route(PREFIX, to_the_page), *(_route(name, *file) for name, file in _FILES.items())]


def _route(name: str, file: str, media_type: str) -> Route:
    async def show(_: Request) -> Response:
        content = files("aihub_emulator").joinpath("web").joinpath(file).read_bytes()
        return Response(content, headers=_HEADERS, media_type=media_type)

    return Route(f"{PREFIX}/{name}", show)

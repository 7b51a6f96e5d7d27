"""Fetching an object over HTTP: whole, in ranges, or its headers only."""

from __future__ import annotations

from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Scope

from aihub_emulator.datasets.catalogue import Datasets
from aihub_emulator.datasets.contents import BuildFailed
from aihub_emulator.objects.storage import Objects

__all__ = ["object_response"]

# What a browser may show. Anything else is handed over as bytes: a page that somebody uploaded must not run here.
_MEDIA_TYPES = {
    "bmp": "image/bmp",
    "csv": "text/csv; charset=utf-8",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
    "webp": "image/webp",
}


async def object_response(objects: Objects, datasets: Datasets, scope: Scope) -> Response | None:
    """The object whose address is asked for; None when there is none, or something else than reading is wanted."""
    bucket, _, key = scope["path"].lstrip("/").partition("/")
    if scope["method"] not in {"GET", "HEAD"}:
        return None
    try:
        file = objects.find(bucket, key) or await datasets.fetched(bucket, key)
    except BuildFailed as error:
        return PlainTextResponse(f"The seed's files could not be made: {error}\n", 503)
    if file is None:
        return None
    _, _, suffix = key.rpartition(".")
    return FileResponse(
        file,
        media_type=_MEDIA_TYPES.get(suffix.lower(), "application/octet-stream"),
        headers={"ETag": objects.tag(file), "X-Content-Type-Options": "nosniff"},
    )

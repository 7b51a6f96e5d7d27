"""An answer whose body is read as it comes, as from a connection."""

from collections.abc import AsyncIterator, Iterator

import httpx


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self.content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content


def streamed(content: str | bytes) -> httpx.Response:
    """An answer that has succeeded."""
    return httpx.Response(200, stream=_Body(content.encode() if isinstance(content, str) else content))

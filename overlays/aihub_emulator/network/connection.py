"""The TCP connection below a request: how an application comes to reset it, which ASGI has no word for."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["ConnectionProtocol", "reset_connection"]

_KEY = "aihub_emulator.transport"
_LOOK_SECONDS = 0.001
# Zero seconds of lingering: closing sends a reset instead of a goodbye.
_NO_LINGERING = struct.pack("ii", 1, 0)


class ConnectionProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, with the connection's transport among the state that each request's scope gets.

    Named rather than left to `auto`: with or without other libraries, the emulator is the same.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """A client has connected."""
        self.app_state = {**self.app_state, _KEY: transport}
        super().connection_made(transport)


async def reset_connection(scope: Scope, receive: Receive, _: Send) -> None:
    """Answer no further: the client reads what is out already, and then that the connection was reset.

    Raises:
        ConnectionResetError: The application is not served by the emulator's own server, but called by a test.
    """
    transport: Any = scope.get("state", {}).get(_KEY)
    if transport is None:
        raise ConnectionResetError("the emulator was told to reset this connection")
    # A transport does not tell when its buffer is empty.
    while transport.get_write_buffer_size() and not transport.is_closing():  # noqa: ASYNC110  # as said above
        await asyncio.sleep(_LOOK_SECONDS)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass

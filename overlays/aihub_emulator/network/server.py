"""Serving ASGI applications from a thread of their own, on sockets that are bound before it starts."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvicorn
from starlette.types import ASGIApp

from aihub_emulator.network.certificate import Certificate
from aihub_emulator.network.connection import ConnectionProtocol

__all__ = ["ServerThread", "Site", "bind"]

T = TypeVar("T")
_BACKLOG = 2048
_START_SECONDS = 30.0
_GRACE_SECONDS = 1
_CHECK_SECONDS = 0.005


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        OSError: The port is taken, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only for sockets that name it, and an answer
    # goes out in two writes: left on, every request of a kept connection takes 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


class Site:
    """One application on one socket, over TLS when it has a certificate.

    Args:
        has_lifespan: Whether the application wants to be told of start and end.
    """

    def __init__(
        self,
        app: ASGIApp,
        listening: socket.socket,
        *,
        certificate: Certificate | None = None,
        has_lifespan: bool = False,
    ) -> None:
        self.socket = listening
        self.server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=ConnectionProtocol,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="on" if has_lifespan else "off",
                timeout_graceful_shutdown=_GRACE_SECONDS,
                ssl_certfile=certificate.chain_file if certificate else None,
                ssl_keyfile=certificate.key_file if certificate else None,
            )
        )


class ServerThread:
    """Runs sites on one event loop in one thread. Signals stay with the thread that started it."""

    def __init__(self, sites: list[Site]) -> None:
        self._sites = sites
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="aihub-emulator", daemon=True)

    def start(self) -> None:
        """Return once every site answers.

        Raises:
            RuntimeError: One of them did not start; its own error is the cause.
        """
        self._thread.start()
        is_ready = self._ready.wait(_START_SECONDS)
        if self._failure is not None or not is_ready:
            self.stop()
            raise RuntimeError("the emulator's server did not start") from self._failure

    def stop(self) -> None:
        """Stop serving and return when the thread has ended. Open requests get a second to finish."""
        for site in self._sites:
            site.server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, run on the event loop where all state lives."""
        if self._loop is None:
            work.close()
            raise RuntimeError("the emulator is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  # handed to the thread that waits in start()
            self._failure = error
        finally:
            self._loop = None
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        serving = [asyncio.ensure_future(site.server.serve(sockets=[site.socket])) for site in self._sites]
        everything = asyncio.gather(*serving)
        while not all(site.server.started for site in self._sites):
            if everything.done():
                break
            await asyncio.sleep(_CHECK_SECONDS)
        else:
            self._ready.set()
        await everything

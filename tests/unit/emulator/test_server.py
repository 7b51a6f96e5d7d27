"""Sockets and the thread that serves them."""

import socket

import pytest
from starlette.types import Receive, Scope, Send

from aihub_emulator.network.server import ServerThread, Site, bind


def test_a_bound_socket_names_its_protocol_so_that_asyncio_sends_small_answers_at_once() -> None:
    with bind("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_a_taken_port_is_an_error() -> None:
    with bind("127.0.0.1", 0) as listening, pytest.raises(OSError, match="in use"):
        bind("127.0.0.1", listening.getsockname()[1])


def test_an_application_that_does_not_start_is_an_error_of_the_caller() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "broken"})

    with bind("127.0.0.1", 0) as listening, pytest.raises(RuntimeError, match="did not start"):
        ServerThread([Site(broken, listening, has_lifespan=True)]).start()

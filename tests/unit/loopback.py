"""A tiny HTTP server on this machine, for what only real connections show."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ENVELOPE = b'{"code": 0, "msg": "", "data": {"id": 7, "status": 3}}'


class Server:
    """What a server saw, and what it answers."""

    def __init__(self) -> None:
        self.address = ""
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.connections: list[int] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = envelope


def envelope(request: BaseHTTPRequestHandler) -> None:
    """A search that has succeeded."""
    send(request, 200, ENVELOPE)


def send(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """A whole answer."""
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server on a free port, until the block ends."""
    seen = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.requests.append((self.command, self.path, dict(self.headers)))
            seen.connections.append(self.client_address[1])
            seen.answer(self)

        do_POST = do_GET  # noqa: N815  # the name that the base class calls

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    class Listening(ThreadingHTTPServer):
        daemon_threads = True
        # The default of 5 makes a burst of connections wait for a second.
        request_queue_size = 128

        def handle_error(self, *args: Any) -> None:
            """Quiet: clients that break off are what some tests are about."""

    server = Listening(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    seen.address = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

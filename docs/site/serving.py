"""Serves the site with an emulator beside it, so that the interactive pages work on the first click."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from aihub_emulator import Emulator


class _Handler(SimpleHTTPRequestHandler):
    """The site's files, and one script that says where the emulator is."""

    def __init__(self, *args: object, emulator: str, **options: object) -> None:
        self._emulator = emulator
        super().__init__(*args, **options)  # type: ignore[arg-type]  # what the server passes on

    def do_GET(self) -> None:
        """Answer one request."""
        if self.path.split("?")[0] != "/emulator.js":
            super().do_GET()
            return
        body = f"window.aihubEmulator = {self._emulator}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Say that there is no such page as the site says it."""
        if code != HTTPStatus.NOT_FOUND:
            super().send_error(code, message, explain)
            return
        body = (Path(self.directory) / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in the standard library
        """Stay quiet."""


@contextmanager
def served(site: Path, port: int = 0) -> Iterator[tuple[str, Emulator]]:
    """The site's address and its emulator, while the block runs. Both answer on this machine only."""
    with Emulator() as emulator:
        facts = {
            "base_url": emulator.base_url,
            "s3_url": emulator.s3_url,
            "token": emulator.token,
            "s3_token": emulator.s3_token,
        }
        handler = partial(_Handler, emulator=json.dumps(facts), directory=str(site))
        with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
            thread = Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}", emulator
            finally:
                server.shutdown()
                thread.join()


def serve(site: Path, port: int) -> None:
    """Serve until Ctrl-C."""
    if not (site / "index.html").exists():
        raise SystemExit("There is no site yet: run `make docs`.")
    with served(site, port) as (address, emulator):
        print(f"Site:     {address}\nEmulator: {emulator.base_url}")
        print(f"S3 relay: {emulator.s3_url}, with the certificate {emulator.ca_file}\nStop all with Ctrl-C.")
        try:
            # Never set: only the signal ends it.
            Event().wait()
        except KeyboardInterrupt:
            return

"""A platform of files on loopback, in its own process: it takes uploads and forgets them, and gives out made-up files.

A thread for each connection and as little Python as possible: it costs both sides of a comparison the same. It holds
nothing, so that sizes do not matter: an upload is counted or hashed and dropped, a file is made when it is asked for.

    POST /upload?bucket=&key=      takes a form; with --check its framing is read and its file hashed
    GET  /zeros/<n>                n bytes
    GET  /small/<name>             a file of about a kilobyte, different for each name
    GET  …/dataset-versions-detail?name=<name>/V1   a version whose index is the next one
    GET  /index/<name>.parquet     the file of that name in the folder --indexes
    GET  /counts                   what was asked for so far
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import socket
import ssl
import sys
import threading
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs

PIECE = bytes(1 << 20)
COUNTS: Counter[str] = Counter()
STORED: list[dict[str, object]] = []
LOCK = threading.Lock()


def small_file(name: str) -> bytes:
    """What is under a name, about a kilobyte."""
    return f"{name}\n".encode() * (1000 // (len(name) + 1))


class Broken(Exception):
    """The client has closed the connection, in the middle of a request or between two."""


class Reader:
    """What a client sends, through one buffer that is used again and again."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = memoryview(bytearray(1 << 20))
        self._rest = b""

    def until(self, mark: bytes) -> bytes:
        """Everything before `mark`."""
        data = self._rest
        while mark not in data:
            data += self._more()
        found, _, self._rest = data.partition(mark)
        return found

    def upto(self, size: int) -> memoryview:
        """Some bytes, `size` at most; valid until the next call."""
        if self._rest:
            taken, self._rest = self._rest[:size], self._rest[size:]
            return memoryview(taken)
        count = self._connection.recv_into(self._buffer, min(size, len(self._buffer)))
        if not count:
            raise Broken
        return self._buffer[:count]

    def _more(self) -> bytes:
        data = self._connection.recv(1 << 16)
        if not data:
            raise Broken
        return data


class Conversation:
    """One connection, request after request."""

    def __init__(self, connection: socket.socket, options: argparse.Namespace, address: str) -> None:
        self._connection = connection
        self._reader = Reader(connection)
        self._options = options
        self._address = address

    def run(self) -> None:
        """Until the client closes it."""
        try:
            while True:
                self._answer(self._reader.until(b"\r\n\r\n"))
        except (Broken, OSError):
            pass
        finally:
            self._connection.close()

    def _answer(self, head: bytes) -> None:
        target = head.split(b" ", 2)[1].decode()
        path, _, query = target.partition("?")
        name = path.removeprefix("/").partition("/")[0]
        with LOCK:
            COUNTS[name] += 1
        if head.startswith(b"POST"):
            self._take(head, query)
        elif name == "zeros":
            self._send_zeros(int(path.rpartition("/")[2]))
        elif name == "small":
            self._send(small_file(path.rpartition("/")[2]))
        elif name == "index":
            self._send((Path(self._options.indexes) / Path(path).name).read_bytes())
        elif path.endswith("dataset-versions-detail"):
            version = parse_qs(query)["name"][0].partition("/")[0]
            facts = {"id": 7, "version": 1, "status": 3, "data_count": 0, "dataset_id": 1}
            self._send_data({**facts, "parquet_index_path": f"{self._address}/index/{version}.parquet"})
        else:
            with LOCK:
                self._send_data({"counts": COUNTS, "stored": STORED})

    def _send_data(self, data: object) -> None:
        self._send(json.dumps({"code": 0, "msg": "", "data": data}).encode())

    def _send(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._connection.sendall(head.encode() + body)

    def _send_zeros(self, size: int) -> None:
        self._connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        while size:
            piece = PIECE if size >= len(PIECE) else PIECE[:size]
            self._connection.sendall(piece)
            size -= len(piece)

    def _take(self, head: bytes, query: str) -> None:
        if b"\r\nexpect:" in head.lower():
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        size = int(_header(head, b"content-length"))
        if self._options.check:
            stored = self._checked(head, size)
            with LOCK:
                STORED.append({"query": query, **stored})
        else:
            while size:
                size -= len(self._reader.upto(size))
        self._send_data({"path": "s3://bucket/key", "url": f"{self._address}/bucket/key"})

    def _checked(self, head: bytes, size: int) -> dict[str, object]:
        """Read a form of one file and nothing else, byte for byte."""
        boundary = b"--" + _header(head, b"content-type").partition(b"boundary=")[2]
        part = self._reader.until(b"\r\n\r\n")
        end = b"\r\n" + boundary + b"--\r\n"
        left = size - len(part) - 4 - len(end)
        found = {"size": left, "part": part.removeprefix(boundary).decode()}
        digest = hashlib.sha256()
        while left:
            data = self._reader.upto(left)
            digest.update(data)
            left -= len(data)
        ending = b""
        while len(ending) < len(end):
            ending += bytes(self._reader.upto(len(end) - len(ending)))
        return {**found, "sha256": digest.hexdigest(), "is_framed": part.startswith(boundary) and ending == end}


def _header(head: bytes, name: bytes) -> bytes:
    found = re.search(rb"\r\n" + name + rb":[ \t]*([^\r]*)", head, re.IGNORECASE)
    return found.group(1) if found else b""


def serve(options: argparse.Namespace) -> None:
    """Serve until standard input closes; the first line printed is the address."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate, options.key)
    address = f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    print(address, flush=True)

    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            wrapped = tls.wrap_socket(connection, server_side=True) if tls else connection
        except OSError:
            connection.close()
            return
        Conversation(wrapped, options, address).run()

    def accept() -> None:
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="read the framing of uploads and hash their file")
    parser.add_argument("--indexes", default="", help="folder of parquet files, each listing one version's files")
    parser.add_argument("--certificate", default="", help="serve TLS with this PEM file")
    parser.add_argument("--key", default="", help="the certificate's key")
    serve(parser.parse_args())


if __name__ == "__main__":
    main()

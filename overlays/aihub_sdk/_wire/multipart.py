"""A multipart form as a stream of known length: text fields first, then files, one piece in memory at a time."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

from aihub_api._runtime.body import File, Form

__all__ = ["PIECE_BYTES", "ContentChanged", "Multipart", "Piece", "may_be_read_ahead"]

# Larger pieces save system calls and, on an event loop, switches to a thread; larger still gains nothing.
PIECE_BYTES = 1 << 20
# What may not stand in a quoted name, written as browsers write it, so that no name can end its own header.
_ESCAPES = {'"': "%22", "\\": "\\\\", **{chr(code): f"%{code:02X}" for code in range(32) if code != 27}}


def may_be_read_ahead(form: Form) -> bool:
    """Whether a piece may be read while the one before it is on its way.

    Not from a file that its owner has opened: an attempt that was given up could move it under the next one's feet.
    """
    return all(isinstance(file.content, bytes) or hasattr(file.content, "pieces") for file in form.files.values())


class ContentChanged(OSError):
    """A file is not as long as it was when its sending began."""


class Piece(NamedTuple):
    """Some bytes of the form.

    Attributes:
        content: The file they belong to, None for the framing between files.
    """

    data: bytes
    content: Any


class Multipart:
    """The body of one attempt to send a form.

    A file's content is bytes, a binary file, or an object that knows its `size_bytes` and gives its
    `pieces()`, from the beginning at each call.

    Attributes:
        content_type: The Content-Type header, which names the boundary.
        size_bytes: How long the body is, exactly.
    """

    def __init__(self, form: Form) -> None:
        # Random: a fixed one lets a file's bytes pass for another form field.
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        fields = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'
            for name, value in form.fields.items()
        )
        self._fields = fields.encode()
        self._end = f"--{boundary}--\r\n".encode()
        self._files = [(_head_of(boundary, name, file), file.content) for name, file in form.files.items()]
        self._sizes = [_size_of(content) for _, content in self._files]
        framing = sum(len(head) + 2 for head, _ in self._files)
        self.size_bytes = len(self._fields) + framing + sum(self._sizes) + len(self._end)

    def pieces(self) -> Iterator[Piece]:
        """The body from its beginning.

        Raises:
            OSError: A file cannot be read.
            ContentChanged: A file has another length than before.
        """
        if self._fields:
            yield Piece(self._fields, None)
        for (head, content), size in zip(self._files, self._sizes, strict=True):
            yield Piece(head, None)
            if isinstance(content, bytes):
                yield Piece(content, content)
            else:
                yield from _read(content, size)
            yield Piece(b"\r\n", None)
        yield Piece(self._end, None)


def _read(content: Any, size: int) -> Iterator[Piece]:
    left = size
    for data in content.pieces() if hasattr(content, "pieces") else _pieces_of(content):
        left -= len(data)
        if left < 0:
            break
        yield Piece(data, content)
    if left:
        raise ContentChanged(f"the file was {size} bytes long and has changed while it was being sent")


def _pieces_of(file: Any) -> Iterator[bytes]:
    file.seek(0)
    while data := file.read(PIECE_BYTES):
        yield data


def _size_of(content: Any) -> int:
    if isinstance(content, bytes):
        return len(content)
    known = getattr(content, "size_bytes", None)
    return int(known) if known is not None else int(content.seek(0, os.SEEK_END))


def _head_of(boundary: str, name: str, file: File) -> bytes:
    disposition = f'form-data; name="{_quoted(name)}"; filename="{_quoted(file.filename)}"'
    lines = f"--{boundary}", f"Content-Disposition: {disposition}", f"Content-Type: {_token(file.media_type)}", "", ""
    # The name of a file may be in no encoding at all; it is for people to read, and a key says where the file goes.
    return "\r\n".join(lines).encode(errors="replace")


def _quoted(name: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in name)


def _token(media_type: str) -> str:
    return "".join(character for character in media_type if character.isprintable())

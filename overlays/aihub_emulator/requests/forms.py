"""Reading a multipart body: its files go straight to disk, a bounded number of bytes in memory at a time."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.requests import ClientDisconnect, Request

from aihub_emulator.requests.reading import cut_off, expect_media_type, invalid, too_long

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

__all__ = ["file_of", "read_form"]

_MOST_PARTS = 100
_LONGEST_TEXT = 1 << 20
# Written in one go by a thread: fewer hops than the network's small chunks would need.
_WRITE_BYTES = 1 << 20


def file_of(upload: UploadFile) -> Path:
    """The complete file of a form's part. Whoever moves it keeps it; what is left goes when the call is answered."""
    return Path(upload.file.name)


class _ReceivedForm(FormData):
    async def close(self) -> None:
        await super().close()
        for _, value in self.multi_items():
            if isinstance(value, UploadFile):
                file_of(value).unlink(missing_ok=True)


class _Problem(Exception):
    """The body is no form that is read here; the message says why."""


class _Parts:
    """Collects the parts of one body while a parser walks over it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.items: list[tuple[str, str | UploadFile]] = []
        self.is_whole = False
        self.unwritten: list[tuple[IO[bytes], bytes]] = []
        self.unwritten_bytes = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._header = (b"", b"")
        self._name = ""
        self._text: bytearray | None = None
        self._file: IO[bytes] | None = None

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add_header(data[start:end], b""),
            "on_header_value": lambda data, start, end: self._add_header(b"", data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": lambda data, start, end: self._add(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.items) == _MOST_PARTS:
            raise _Problem(f"it has more than {_MOST_PARTS} parts")
        self._headers, self._text, self._file = [], None, None

    def _add_header(self, name: bytes, value: bytes) -> None:
        self._header = (self._header[0] + name, self._header[1] + value)

    def _end_header(self) -> None:
        self._headers.append((self._header[0].lower(), self._header[1]))
        self._header = (b"", b"")

    def _open(self) -> None:
        _, options = parse_options_header(dict(self._headers).get(b"content-disposition", b""))
        if b"name" not in options:
            raise _Problem("a part has no name")
        self._name = _text(options[b"name"])
        if b"filename" not in options:
            self._text = bytearray()
            return
        # It stays open until the form is closed, which also removes it.
        self._file = tempfile.NamedTemporaryFile(dir=self._folder, delete=False)  # noqa: SIM115  # as said above
        upload = UploadFile(
            self._file,  # type: ignore[arg-type]  # a file is a BinaryIO by every method, if not by its class
            filename=_text(options[b"filename"]),
            headers=Headers(raw=self._headers),
        )
        self.items.append((self._name, upload))

    def _add(self, data: bytes) -> None:
        if self._file is not None:
            self.unwritten.append((self._file, data))
            self.unwritten_bytes += len(data)
        elif self._text is not None:
            self._text += data
            if len(self._text) > _LONGEST_TEXT:
                raise _Problem(f"the text part {self._name!r} is longer than {_LONGEST_TEXT} bytes")

    def _end(self) -> None:
        if self._text is not None:
            self.items.append((self._name, _text(bytes(self._text))))

    def _finish(self) -> None:
        self.is_whole = True

    async def write(self) -> None:
        """Bring to disk what has gathered."""
        writes, self.unwritten, self.unwritten_bytes = self.unwritten, [], 0
        if writes:
            await asyncio.to_thread(_write, writes)

    async def whole(self) -> FormData:
        """The form, once the parser has seen all of it."""
        if not self.is_whole:
            raise _Problem("it ends before its last boundary")
        await self.write()
        for _, value in self.items:
            if isinstance(value, UploadFile):
                value.file.flush()
                value.size = value.file.tell()
                value.file.seek(0)
        return _ReceivedForm(self.items)


def _write(writes: list[tuple[IO[bytes], bytes]]) -> None:
    for file, data in writes:
        file.write(data)


def _text(sent: bytes) -> str:
    try:
        return sent.decode()
    except UnicodeDecodeError:
        return sent.decode("latin-1")


async def read_form(request: Request, *, folder: Path, longest: int) -> FormData:
    """The parts of a multipart body, whose files have grown in `folder`. The caller closes it.

    Raises:
        Refusal: It is of another media type, broken, longer than `longest` bytes, or names a part twice.
    """
    expect_media_type(request, "multipart/form-data")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > longest:
        raise too_long(longest)
    parts = _Parts(folder)
    try:
        await _feed(request, parts, longest)
        form = await parts.whole()
        _expect_single_parts(form)
    except BaseException as error:
        await _ReceivedForm(parts.items).close()
        if isinstance(error, (_Problem, FormParserError)):
            raise invalid("form", f"cannot be read ({error})", "Send it as multipart/form-data") from error
        if isinstance(error, ClientDisconnect):
            raise cut_off("form") from None
        raise
    return form


async def _feed(request: Request, parts: _Parts, longest: int) -> None:
    _, options = parse_options_header(request.headers["content-type"])
    if not options.get(b"boundary"):
        raise _Problem("its Content-Type names no boundary")
    parser = MultipartParser(options[b"boundary"], parts.callbacks())
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > longest:
            raise too_long(longest)
        parser.write(chunk)
        if parts.unwritten_bytes >= _WRITE_BYTES:
            await parts.write()
    parser.finalize()


def _expect_single_parts(form: FormData) -> None:
    names = [name for name, _ in form.multi_items()]
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"form.{name}", "is sent more than once", "Send it once")

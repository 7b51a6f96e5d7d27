"""A local image that is looked for: is it one, how large is it, and under which key it is stored."""

from __future__ import annotations

import io
import struct
from os import PathLike
from pathlib import Path
from typing import IO, NamedTuple

from aihub_sdk.errors import InvalidRequest

__all__ = ["ImageFile", "read_image"]

_FORMATS = "JPEG, PNG, GIF, BMP or WebP"
_PIECE_BYTES = 1 << 20
_LONGEST_NAME = 300
# Start-of-frame markers, which hold the size: all of their range but the three that are tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})


class ImageFile(NamedTuple):
    """A local image.

    Attributes:
        content: Where it is, or its bytes.
        key: Where it is stored: the same content always under the same key.
        width: Pixels across, as stored: before a rotation that the file may ask for.
        height: Pixels down, likewise.
    """

    content: Path | bytes
    key: str
    width: int
    height: int

    def __str__(self) -> str:
        return _name(self.content)


def read_image(given: str | PathLike[str] | bytes, field: str) -> ImageFile:
    """The image, read once from beginning to end.

    Args:
        given: Its path, or its bytes.
        field: What an error names.

    Raises:
        InvalidRequest: It cannot be read, or is no image of a known format.
    """
    content = given if isinstance(given, bytes) else Path(given)
    try:
        with _opened(content) as stream:
            found = _format_and_size(stream)
            stream.seek(0)
            digest = _digest(stream)
    except (OSError, ValueError) as error:
        reason = error.strerror or error if isinstance(error, OSError) else error
        raise InvalidRequest(
            f"{_name(content)} cannot be read: {reason}.",
            field=field,
            hint="Pass the path of a local image, or an address that begins with http://, https:// or s3://.",
        ) from error
    if found is None:
        raise InvalidRequest(
            f"{_name(content)} is no image: it is not {_FORMATS}, or it is damaged.",
            field=field,
            hint="An image of another format can be stored with hub.s3.upload(); pass its address, and its box.",
        )
    suffix, width, height = found
    return ImageFile(content, f"images/{digest}.{suffix}", width, height)


def _name(content: Path | bytes) -> str:
    if isinstance(content, bytes):
        return f"What was given, {len(content)} bytes,"
    text = str(content)
    # Somebody may take an image as text for a path.
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…"


def _opened(content: Path | bytes) -> IO[bytes]:
    if isinstance(content, bytes):
        return io.BytesIO(content)
    if content.exists() and not content.is_file():
        # Opening a pipe would wait for somebody to write into it.
        raise OSError("it is not a file")
    return content.open("rb")


def _digest(stream: IO[bytes]) -> str:
    import hashlib  # noqa: PLC0415  # loads OpenSSL's bindings; only who uploads an image pays

    digest = hashlib.sha256()
    while piece := stream.read(_PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def _format_and_size(stream: IO[bytes]) -> tuple[str, int, int] | None:
    """The usual suffix, width and height of an image, from its header; None when it has none."""
    head = stream.read(32)
    size: tuple[int, int] | None = None
    suffix = ""
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
            suffix, size = "png", struct.unpack(">II", head[16:24])
        elif head.startswith((b"GIF87a", b"GIF89a")):
            suffix, size = "gif", struct.unpack("<HH", head[6:10])
        elif head.startswith(b"BM"):
            suffix, size = "bmp", _bmp_size(head)
        elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            suffix, size = "webp", _webp_size(head)
        elif head.startswith(b"\xff\xd8\xff"):
            stream.seek(2)
            suffix, size = "jpg", _jpeg_size(stream)
    except struct.error:
        # It ends within its header.
        return None
    return None if size is None or 0 in size else (suffix, *size)


def _bmp_size(head: bytes) -> tuple[int, int] | None:
    # "BM" alone also begins plain texts.
    kind = struct.unpack("<I", head[14:18])[0]
    if kind not in _BMP_HEADERS:
        return None
    width, height = struct.unpack("<HH", head[18:22]) if kind == _BMP_HEADERS[0] else struct.unpack("<ii", head[18:26])
    # A negative height says that the rows are stored from the top.
    return abs(width), abs(height)


def _webp_size(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and head[20:21] == b"\x2f":
        bits = struct.unpack("<I", head[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X" and len(head) >= 30:
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    return None


def _jpeg_size(stream: IO[bytes]) -> tuple[int, int] | None:
    """The size from the first frame's header, which may stand behind long pieces of other data."""
    while stream.read(1) == b"\xff":
        while (kind := stream.read(1)) == b"\xff":
            pass
        if not kind or kind[0] in _BARE_MARKERS:
            continue
        (length,) = struct.unpack(">H", stream.read(2))
        if kind[0] in _FRAMES:
            height, width = struct.unpack(">xHH", stream.read(5))
            return width, height
        stream.seek(length - 2, io.SEEK_CUR)
    return None

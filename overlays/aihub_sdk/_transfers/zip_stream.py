"""A folder as a zip archive that is made while it is sent: its exact length is known before its first byte.

Files are not compressed: then the length follows from names and sizes, and packing is as fast as reading. They are
framed as deflate's stored blocks, because readers that go from front to back accept a checksum behind the data only
for deflate. Times and permissions are left out, so that the same files always make the same archive.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from aihub_sdk._wire.multipart import PIECE_BYTES, ContentChanged
from aihub_sdk.errors import InvalidRequest

from .local_paths import STATE_FOLDER

__all__ = ["ZipStream"]

_MOST_32 = 0xFFFFFFFF
_MOST_16 = 0xFFFF
_BLOCK_BYTES = 65535
# Checksum and sizes behind the data, names in UTF-8.
_FLAGS = 0x0808
_DEFLATED = 8
# 1980-01-01, the earliest day that the format can write.
_DATE = 33
_OLD, _ZIP64 = 20, 45


class _Entry(NamedTuple):
    name: bytes
    path: Path | None
    size_bytes: int

    @property
    def packed_bytes(self) -> int:
        blocks = max(-(-self.size_bytes // _BLOCK_BYTES), 1)
        return self.size_bytes + 5 * blocks

    @property
    def is_large(self) -> bool:
        return self.packed_bytes >= _MOST_32

    @property
    def total_bytes(self) -> int:
        """Header, data and the checksum behind it."""
        return 30 + len(self.name) + (20 if self.is_large else 0) + self.packed_bytes + (24 if self.is_large else 16)


class ZipStream:
    """The archive of a folder's files, with paths relative to it.

    Attributes:
        size_bytes: How long the archive is.
        count: How many files there are.

    Raises:
        InvalidRequest: It holds nothing, a link to a folder, or something that is no file.
        OSError: It cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._entries = sorted(_entries_of(folder))
        self.count = sum(entry.path is not None for entry in self._entries)
        if not self.count:
            raise InvalidRequest(f"{folder} holds no file.", field="path", hint="Pass a folder with files in it.")
        self._directory = list(self._plan())
        data_bytes = sum(entry.total_bytes for entry in self._entries)
        self.size_bytes = data_bytes + sum(map(len, self._directory)) + len(self._end(data_bytes))

    def pieces(self) -> Iterator[bytes]:
        """The archive from its beginning, as many bytes as come together at a time."""
        gathered: list[bytes] = []
        size = 0
        for piece in self._archive():
            gathered.append(piece)
            size += len(piece)
            if size >= PIECE_BYTES:
                yield b"".join(gathered)
                gathered, size = [], 0
        if gathered:
            yield b"".join(gathered)

    def _archive(self) -> Iterator[bytes]:
        checksums = []
        for entry in self._entries:
            large = struct.pack("<HHQQ", 1, 16, 0, 0) if entry.is_large else b""
            version = _ZIP64 if entry.is_large else _OLD
            shown = _MOST_32 if entry.is_large else 0
            head = (0x04034B50, version, _FLAGS, _DEFLATED, 0, _DATE, 0, shown, shown, len(entry.name), len(large))
            yield struct.pack("<LHHHHHLLLHH", *head) + entry.name + large
            checksum = 0
            for data, framed in _blocks(entry):
                checksum = zlib.crc32(data, checksum)
                yield framed
            sizes = "<LLQQ" if entry.is_large else "<LLLL"
            yield struct.pack(sizes, 0x08074B50, checksum, entry.packed_bytes, entry.size_bytes)
            checksums.append(checksum)
        for row, checksum in zip(self._directory, checksums, strict=True):
            yield row[:16] + struct.pack("<L", checksum) + row[20:]
        yield self._end(sum(entry.total_bytes for entry in self._entries))

    def _plan(self) -> Iterator[bytes]:
        """The rows of the directory at the end, whose checksums are not known yet."""
        offset = 0
        for entry in self._entries:
            is_far = offset >= _MOST_32
            numbers = [entry.size_bytes, entry.packed_bytes] if entry.is_large else []
            numbers += [offset] if is_far else []
            extra = struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""
            version = _ZIP64 if numbers else _OLD
            packed, size = (_MOST_32, _MOST_32) if entry.is_large else (entry.packed_bytes, entry.size_bytes)
            row = (0x02014B50, version, version, _FLAGS, _DEFLATED, 0, _DATE, 0, packed, size)
            rest = (len(entry.name), len(extra), 0, 0, 0, 0, _MOST_32 if is_far else offset)
            yield struct.pack("<LHHHHHHLLLHHHHHLL", *row, *rest) + entry.name + extra
            offset += entry.total_bytes

    def _end(self, offset: int) -> bytes:
        count, size = len(self._entries), sum(map(len, self._directory))
        end = b""
        if count >= _MOST_16 or offset >= _MOST_32 or size >= _MOST_32:
            end += struct.pack("<LQHHLLQQQQ", 0x06064B50, 44, _ZIP64, _ZIP64, 0, 0, count, count, size, offset)
            end += struct.pack("<LLQL", 0x07064B50, 0, offset + size, 1)
        shown = min(count, _MOST_16)
        return end + struct.pack(
            "<LHHHHLLH", 0x06054B50, 0, 0, shown, shown, min(size, _MOST_32), min(offset, _MOST_32), 0
        )


def _blocks(entry: _Entry) -> Iterator[tuple[bytes, bytes]]:
    """The data and the same data framed, block by block.

    Raises:
        ContentChanged: The file has another length than before.
    """
    if entry.path is None or not entry.size_bytes:
        yield b"", struct.pack("<BHH", 1, 0, _MOST_16)
        return
    left = entry.size_bytes
    with entry.path.open("rb", buffering=16 * _BLOCK_BYTES) as stream:
        while left:
            data = stream.read(min(left, _BLOCK_BYTES))
            if len(data) < min(left, _BLOCK_BYTES):
                raise ContentChanged(f"{entry.path} has become shorter while it was being sent")
            left -= len(data)
            yield data, struct.pack("<BHH", not left, len(data), len(data) ^ _MOST_16) + data
        if stream.read(1):
            raise ContentChanged(f"{entry.path} has become longer while it was being sent")


def _entries_of(folder: Path) -> Iterator[_Entry]:
    def fail(error: OSError) -> None:
        raise error

    for root, folders, files in os.walk(folder, onerror=fail):
        if STATE_FOLDER in folders:
            # What a download keeps about itself is no data, and a version that holds it cannot be downloaded.
            folders.remove(STATE_FOLDER)
        for name in folders:
            if (Path(root) / name).is_symlink():
                _refuse(Path(root) / name, "is a link to a folder")
        if not folders and not files and Path(root) != folder:
            yield _Entry(_name_of(Path(root), folder) + b"/", None, 0)
        for name in files:
            path = Path(root) / name
            if not path.is_file():
                _refuse(path, "is not a file")
            if not os.access(path, os.R_OK):
                _refuse(path, "cannot be read")
            yield _Entry(_name_of(path, folder), path, path.stat().st_size)


def _name_of(path: Path, folder: Path) -> bytes:
    try:
        name = path.relative_to(folder).as_posix().encode()
    except UnicodeEncodeError:
        return _refuse(path, "has a name that is not UTF-8")
    if len(name) > _MOST_16 - 1:
        _refuse(path, "has a path that is too long for an archive")
    return name


def _refuse(path: Path, problem: str) -> bytes:
    raise InvalidRequest(
        f"{os.fsencode(path)!r} {problem}, which cannot be packed." if "UTF-8" in problem else f"{path} {problem}.",
        field="path",
        hint="Remove or replace it, or pack the folder yourself and pass the archive.",
    )

"""Taking a zip archive apart without trusting anything that it says about itself."""

from __future__ import annotations

import lzma
import shutil
import stat
import zipfile
import zlib
from functools import partial
from pathlib import Path

from aihub_emulator.datasets.contents import BuildFailed, Contents, clean_path, shown

__all__ = ["unpack"]

_CHUNK_BYTES = 1 << 20
# Only for deflated files does zipfile bound what comes out of a read. For these, little goes in at a time; what then
# comes out of a hostile file is bounded by the archive's ratio and by the process's memory.
_UNBOUNDED = {zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_SMALL_CHUNK_BYTES = 1 << 12
# Below this much content, how well an archive is packed says nothing about its intentions.
_HARMLESS_BYTES = 64 << 20
_ENCRYPTED = 0x1
_UTF8 = 0x800
_UNIX = 3
_FIRST_OF_THREE_BYTES = "\u0800"
# What broken bytes make of the reader: zipfile and the decompressors beneath it raise as they please.
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, OverflowError)


def unpack(file: Path, contents: Contents, *, highest_ratio: int) -> None:
    """Bring the archive's files into `contents`.

    Args:
        file: The archive.
        contents: Where to.
        highest_ratio: How many times as large as the archive its contents may be.

    Raises:
        BuildFailed: It is no zip archive, broken, encrypted, too large, or holds what no version may hold.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (*_BROKEN, NotImplementedError) as error:
        raise BuildFailed(f"not a zip file, or a broken one ({error})") from error
    with archive:
        entries = archive.infolist()
        size = sum(entry.file_size for entry in entries)
        contents.expect(len(entries), size)
        packed = file.stat().st_size
        if size > _HARMLESS_BYTES and size > packed * highest_ratio:
            raise BuildFailed(f"the archive grows from {packed} to {size} bytes; {highest_ratio} times is allowed")
        free = shutil.disk_usage(file).free
        if size > free:
            raise BuildFailed(f"the files need {size} bytes, and the disk has room for {free}")
        # All names first: an archive with a bad one leaves nothing to clean up.
        names = [_checked_name(entry) for entry in entries]
        for entry, name in zip(entries, names, strict=True):
            if name.endswith("/"):
                contents.add_directory(name)
            else:
                contents.add_file(name, partial(_copy, archive, entry))


def _checked_name(entry: zipfile.ZipInfo) -> str:
    name = _name(entry)
    clean_path(name)
    if entry.flag_bits & _ENCRYPTED:
        raise BuildFailed(f"{shown(name)} is encrypted")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise BuildFailed(f"{shown(name)} is a symbolic link")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise BuildFailed(f"{shown(name)} is neither a file nor a directory")
    return f"{name.rstrip('/')}/" if kind == stat.S_IFDIR else name


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant, with forward slashes."""
    # The constructor cuts `filename` at a NUL, which is how a name can look other than it is.
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8:
        name = _guessed(name.encode("cp437"), is_unix=entry.create_system == _UNIX) or name
    return name.replace("\\", "/")


def _guessed(sent: bytes, *, is_unix: bool) -> str | None:
    """A name whose encoding was not said; None when it is neither UTF-8 nor Chinese.

    Chinese Windows writes GBK. Some of its words are valid UTF-8 too, of two bytes a character: then they are taken
    for Chinese, unless the archive was made where nobody writes GBK.
    """
    as_utf8, as_chinese = (_decoded(sent, encoding) for encoding in ("utf-8", "gb18030"))
    if as_utf8 and (is_unix or sent.isascii() or max(as_utf8) >= _FIRST_OF_THREE_BYTES):
        return as_utf8
    return as_chinese or as_utf8


def _decoded(sent: bytes, encoding: str) -> str | None:
    try:
        return sent.decode(encoding)
    except UnicodeDecodeError:
        return None


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> int:
    copied = 0
    chunk_bytes = _SMALL_CHUNK_BYTES if entry.compress_type in _UNBOUNDED else _CHUNK_BYTES
    try:
        with archive.open(entry) as source, target.open("xb") as sink:
            while chunk := source.read(chunk_bytes):
                copied += len(chunk)
                sink.write(chunk)
    except NotImplementedError as error:
        raise BuildFailed(f"{shown(entry.filename)} is packed in a way that is not supported ({error})") from error
    except RuntimeError as error:
        raise BuildFailed(f"{shown(entry.filename)} cannot be read ({error})") from error
    except _BROKEN as error:
        raise BuildFailed(f"{shown(entry.filename)} is broken ({error})") from error
    return copied

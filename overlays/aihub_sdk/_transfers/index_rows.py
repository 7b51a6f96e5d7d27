"""The parquet index of a dataset version: one row for each of its files and directories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from aihub_sdk.errors import ConfigurationError, ErrorContext, UnexpectedResponse

from .local_paths import UnsafePath

__all__ = ["IndexRow", "address_of", "expect_reader", "read_rows"]

_COLUMNS = ("parent_dir", "name", "s3path", "type")
_DIRECTORY = 1
_MAGIC = b"PAR1"


class IndexRow(NamedTuple):
    """A file or a directory of a version.

    Attributes:
        parent: The directory that it is in, `""` for the root.
        s3path: Where a file is stored, `s3://bucket/key`.
        url: Where it is fetched, `""` when its S3 path says so.
    """

    parent: str
    name: str
    s3path: str
    is_directory: bool
    url: str = ""


def expect_reader() -> None:
    """Nothing, when the packages that read an index are there.

    Raises:
        ConfigurationError: They are not.
    """
    try:
        import arro3.core  # noqa: PLC0415  # an optional package, loaded when it is first needed
        import arro3.io  # noqa: F401, PLC0415  # as above
    except ImportError as error:
        raise ConfigurationError(
            "Downloading a dataset needs the packages arro3-core and arro3-io, which are not installed.",
            setting="datasets",
            hint="Install them: pip install 'aihub-sdk[datasets]'.",
        ) from error


def read_rows(file: Path, context: ErrorContext) -> Iterator[IndexRow]:
    """The rows, a thousand at a time in memory.

    Raises:
        UnexpectedResponse: It is not an index.
    """
    from arro3.io import read_parquet  # noqa: PLC0415  # as in expect_reader

    with file.open("rb") as stream:
        if stream.read(len(_MAGIC)) != _MAGIC:
            message = "The index of the dataset version is not a parquet file."
            raise UnexpectedResponse(message, reason="no parquet file", context=context)

    try:
        for batch in read_parquet(file):
            yield from map(_row, *(batch.column(name).to_pylist() for name in _COLUMNS))
    except BaseException as error:
        # The reader has no base class of its own for what a file can be, and panics over some.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = str(error) or type(error).__name__
        message = f"The index of the dataset version cannot be read: {reason}."
        raise UnexpectedResponse(message, reason=reason, context=context) from error


def _row(parent: Any, name: Any, s3path: Any, kind: Any) -> IndexRow:
    return IndexRow(_text(parent), _text(name), _text(s3path), kind == _DIRECTORY)


def _text(value: Any) -> str:
    """Text, which some writers of parquet leave as bytes, with whatever a name in another encoding consists of."""
    if isinstance(value, bytes):
        return value.decode(errors="surrogateescape")
    return "" if value is None else str(value)


def address_of(s3path: str, index_url: str) -> str:
    """Where a file is fetched: on the index's host, with every character of its key as it is.

    Raises:
        UnsafePath: It is no S3 path.
    """
    bucket, _, key = s3path.removeprefix("s3://").partition("/")
    if not s3path.startswith("s3://") or not bucket or not key:
        raise UnsafePath(f"the index says that it is at {s3path!r}, which is no S3 path")
    parts = urlsplit(index_url)
    # HTTP libraries would resolve a segment of dots.
    segments = (each.replace(".", "%2E") if each in {".", ".."} else _quoted(each) for each in key.split("/"))
    return f"{parts.scheme}://{parts.netloc}/{_quoted(bucket)}/{'/'.join(segments)}"


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="surrogateescape")

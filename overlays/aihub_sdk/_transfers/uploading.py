"""Sending a local file or folder through the S3 relay, however large, a piece at a time."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn, cast

from aihub_api._runtime.body import File
from aihub_api.s3_relay import upload_file
from aihub_api.s3_relay.models import UploadedFile, UploadFileRequest
from aihub_api.types import Call
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._waits.values import seconds_of
from aihub_sdk._wire.multipart import PIECE_BYTES
from aihub_sdk.errors import AIHubError, ErrorContext, InvalidRequest, ResponseLost, TransferFailed, UnexpectedResponse

from .callbacks import Progress, expect_progress
from .local_paths import local_path
from .zip_stream import ZipStream

__all__ = ["StoredObject", "upload", "upload_async"]

# What an upload may take in all, its tries together: only standing still is limited.
_LONGEST_SECONDS = 30 * 24 * 3600.0


@dataclass(frozen=True)
class StoredObject:
    """Where an uploaded file is.

    Attributes:
        path: Its S3 path, `s3://bucket/key`, as other operations take it.
        url: Its HTTP address, `""` when the relay names none.
        size_bytes: How long it is.
    """

    path: str
    url: str
    size_bytes: int


class _LocalFile:
    """A file on this machine, opened anew each time that it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if path.exists() and not path.is_file():
            # Opening a pipe would wait for somebody to write into it.
            raise OSError(errno.EINVAL, "it is neither a file nor a folder")
        with path.open("rb") as stream:
            self.size_bytes = stream.seek(0, os.SEEK_END)

    def pieces(self) -> Iterator[bytes]:
        with self._path.open("rb", buffering=0) as stream:
            while data := stream.read(PIECE_BYTES):
                yield data


class _Content:
    """What is sent, and how much of it has been."""

    def __init__(self, path: Path, progress: Progress | None) -> None:
        self.path = path
        self._source = ZipStream(path) if path.is_dir() else _LocalFile(path)
        self._progress = progress
        self.size_bytes = self._source.size_bytes
        self.sent_bytes = 0

    def pieces(self) -> Iterator[bytes]:
        self.sent_bytes = 0
        return self._source.pieces()

    def read(self, size: int = -1) -> bytes:
        """What makes it a file to whoever checks a request; `pieces` is what is sent."""
        raise NotImplementedError(size)

    def sent(self, size: int) -> None:
        self.sent_bytes += size
        if self._progress is not None:
            self._progress(self.sent_bytes, self.size_bytes)


class _Upload:
    """One upload: its call, its limits, and what its errors mean."""

    def __init__(
        self,
        session: SyncSession | AsyncSession,
        path: str | PathLike[str],
        *,
        bucket: str,
        key: str | None,
        progress: Progress | None,
        stall: float | timedelta | None,
    ) -> None:
        local = local_path(path, "path")
        expect_progress(progress)
        config = session.terms.config
        seconds = seconds_of("stall", stall)
        self.stall = config.timeout if seconds is None else seconds
        self._context = ErrorContext("s3_relay", "uploadFile", config.environment)
        try:
            self.content = _Content(local, progress)
        except OSError as error:
            raise _unreadable(local, error) from error
        name = f"{local.resolve().name}.zip" if local.is_dir() else local.name
        body = UploadFileRequest(file=File(cast("Any", self.content), filename=name))
        key = name if key is None else key
        for field, value in (("bucket", bucket), ("key", key)):
            if value == "":
                raise InvalidRequest(f"{field} is empty.", field=field, hint=f"Pass the {field}.")
        self._place = f"s3://{bucket}/{key}"
        self.call: Call[UploadedFile] = checked_call(
            lambda: upload_file.call(bucket=bucket, key=key, body=body), config.environment
        )

    def stored(self, found: UploadedFile) -> StoredObject:
        """Where it is now."""
        if not found.path:
            message = f"The relay has taken {self.content.path} and does not say where it is."
            raise UnexpectedResponse(message, reason="path is empty", context=self._context)
        return StoredObject(found.path, found.url or "", self.content.size_bytes)

    def explain(self, error: ResponseLost | OSError) -> NoReturn:
        """Raise what an upload's failure means.

        Raises:
            TransferFailed: Less than everything was sent, so that nothing can have been stored.
            ResponseLost: Everything was sent.
        """
        content = self.content
        sent = f"{content.sent_bytes} of {content.size_bytes} bytes"
        if isinstance(error, ResponseLost):
            if content.sent_bytes >= content.size_bytes:
                error.hint = f"{error.hint} The relay cannot resume: uploading again sends all of it."
                raise error
            reason, context = error.message.rpartition(": ")[2].rstrip("."), error.context
        else:
            reason, context = str(error.strerror or error), self._context
        raise TransferFailed(
            f"The upload of {content.path} to {self._place} broke off after {sent}: {reason}.",
            path=str(content.path),
            on_disk="The local file is unchanged; nothing is stored under the key.",
            context=context,
            hint="The relay cannot resume: start again, from the first byte.",
        ) from error


def upload(
    session: SyncSession,
    path: str | PathLike[str],
    *,
    bucket: str,
    key: str | None,
    progress: Progress | None,
    stall: float | timedelta | None,
) -> StoredObject:
    """Send a file, or a folder as an archive.

    Raises:
        InvalidRequest: There is no such file, or bucket or key are empty.
        TransferFailed: It broke off, and nothing was stored.
        ResponseLost: It was sent as a whole, and whether it was stored is not known.
        AIHubError: The call failed.
    """
    task = _Upload(session, path, bucket=bucket, key=key, progress=progress, stall=stall)
    try:
        return task.stored(session.send(task.call, timeout=_LONGEST_SECONDS, stall=task.stall).data)
    except ResponseLost as error:
        task.explain(error)
    except OSError as error:
        if isinstance(error, AIHubError):
            raise
        task.explain(error)


async def upload_async(
    session: AsyncSession,
    path: str | PathLike[str],
    *,
    bucket: str,
    key: str | None,
    progress: Progress | None,
    stall: float | timedelta | None,
) -> StoredObject:
    """`upload` for asyncio; files are read on threads."""
    import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

    task = await asyncio.to_thread(_Upload, session, path, bucket=bucket, key=key, progress=progress, stall=stall)
    try:
        answer = await session.send(task.call, timeout=_LONGEST_SECONDS, stall=task.stall)
        return task.stored(answer.data)
    except ResponseLost as error:
        task.explain(error)
    except OSError as error:
        if isinstance(error, AIHubError):
            raise
        task.explain(error)


def _unreadable(path: Path, error: OSError) -> InvalidRequest:
    return InvalidRequest(
        f"{error.filename or path} cannot be read: {error.strerror or error}.",
        field="path",
        hint="Pass a file or a folder that can be read.",
    )

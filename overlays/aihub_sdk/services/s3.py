"""The S3 relay: local files into the object storage."""

from __future__ import annotations

from datetime import timedelta
from os import PathLike

from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._transfers.callbacks import Progress
from aihub_sdk._transfers.uploading import StoredObject, upload, upload_async

__all__ = ["S3", "AsyncS3", "StoredObject"]


class S3:
    """`hub.s3`: uploads files. The relay has a token and a certificate of its own (`s3_token=`, `s3_verify=`)."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session

    def upload(
        self,
        path: str | PathLike[str],
        *,
        bucket: str,
        key: str | None = None,
        progress: Progress | None = None,
        stall: float | timedelta | None = None,
    ) -> StoredObject:
        """Store a file of any size, or a folder as a zip archive that is made on the way. Memory stays small.

        An upload takes as long as it takes: the client's `timeout` limits only how long nothing may happen. It is
        sent again by itself only when nothing was sent, or when the relay asks for it (HTTP 429, or 503 with
        `Retry-After`). What is under the key already is replaced, once all of it has arrived.

        Args:
            path: A file, or a folder: its files are packed uncompressed, with paths relative to it.
            bucket: The bucket to store it in.
            key: The key to store it under; None takes the file's name, for a folder with `.zip` behind it.
            progress: Called with the bytes sent so far and those to send in all, about once a mebibyte. It is called
                on the thread or the event loop that uploads. The numbers start anew when the file is sent again.
            stall: Seconds that nothing may happen, the relay's work after the last byte included; None takes the
                client's `timeout`.

        Returns:
            Where it is.

        Raises:
            InvalidRequest: It cannot be read, is an empty folder, or bucket or key are empty; nothing was sent.
            AuthenticationError: There is no token of the relay, or it does not do.
            ConfigurationError: The relay has no address, or its certificate is not trusted.
            TransferFailed: It broke off. Nothing was stored, and the relay cannot resume.
            ResponseLost: All of it was sent, and whether it was stored is not known; the error says how to check.
            AIHubError: The call failed.

        Source:
            uploadFile, S3 中转服务 / 上传文件.
        """
        return upload(self._session, path, bucket=bucket, key=key, progress=progress, stall=stall)


class AsyncS3:
    """`S3` for asyncio: the same names, awaited. Files are read on threads."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def upload(
        self,
        path: str | PathLike[str],
        *,
        bucket: str,
        key: str | None = None,
        progress: Progress | None = None,
        stall: float | timedelta | None = None,
    ) -> StoredObject:
        """Store a file of any size. See `S3.upload`."""
        return await upload_async(self._session, path, bucket=bucket, key=key, progress=progress, stall=stall)

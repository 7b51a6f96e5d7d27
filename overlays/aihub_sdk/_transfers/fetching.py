"""The two drivers of transfers: they open, read and write what a transfer's flow asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aihub_sdk._wire.effects import Fault, Sleep
from aihub_sdk.errors import AIHubError, TransferFailed

from .flow import (
    Commit,
    FetchFlow,
    Open,
    Pull,
    Restart,
    Source,
    Write,
    fetch_flow,
    open_flow,
    pulled,
)
from .part_file import PartFile, StagedFile

if TYPE_CHECKING:
    from aihub_sdk._calls.sessions import AsyncSession, SyncSession
    from aihub_sdk._wire.async_transport import AsyncStream
    from aihub_sdk._wire.sync_transport import SyncStream

__all__ = ["GivenUp", "fetch", "fetch_async", "fetch_to_file", "fetch_to_file_async", "pieces", "pieces_async"]

Part = PartFile | StagedFile


class GivenUp(Exception):  # no error: somebody has said to stop
    """A file was left in the middle, because nobody wants it any more."""


def fetch_to_file(session: SyncSession, source: Source, target: Path) -> None:
    """Bring a file to its place, whole or not at all.

    Raises:
        TransferFailed: It could not be fetched or written.
    """
    try:
        part = PartFile(target)
    except OSError as error:
        raise _unwritable(source, error) from error
    fetch(session, source, part)


def fetch(session: SyncSession, source: Source, part: Part, *, is_wanted: Callable[[], bool] = lambda: True) -> None:
    """Bring a file to where a part leads, whole or not at all.

    Args:
        is_wanted: Asked before each step, because nobody can interrupt a thread.

    Raises:
        TransferFailed: It could not be fetched or written.
        GivenUp: It is not wanted any more.
    """
    try:
        _Carrier(session, part, is_wanted).run(fetch_flow(source, session.terms))
    except AIHubError:
        raise
    except OSError as error:
        raise _unwritable(source, error) from error
    finally:
        # What cannot be removed is no reason to hide why.
        with suppress(OSError):
            part.discard()


def pieces(session: SyncSession, source: Source) -> Iterator[bytes]:
    """A file piece by piece, as it arrives.

    Raises:
        TransferFailed: It could not be opened, or broke off.
    """
    carrier = _Carrier(session, None)
    try:
        carrier.run(open_flow(source, session.terms))
        while (piece := pulled(carrier.pull(), source)) is not None:
            yield piece
    finally:
        carrier.close()


class _Carrier:
    def __init__(self, session: SyncSession, part: Part | None, is_wanted: Callable[[], bool] = lambda: True) -> None:
        self._session = session
        self._part = part
        self._is_wanted = is_wanted
        self._stream: SyncStream | None = None

    def run(self, flow: FetchFlow) -> None:
        try:
            effect = next(flow)
            while self._is_wanted():
                effect = flow.send(self._carry_out(effect))
            raise GivenUp
        except StopIteration:
            return
        except BaseException:
            self.close()
            raise

    def _carry_out(self, effect: Any) -> Any:
        if type(effect) is Pull:
            return self.pull()
        if type(effect) is Open:
            self.close()
            answer = self._session.transport.open(effect.url, effect.stall)
            if isinstance(answer, Fault):
                return answer
            self._stream = answer
            return answer.opened
        if type(effect) is Sleep:
            self.close()
            self._session.pause(effect.seconds)
        else:
            if type(effect) is Commit:
                self.close()
            write_to(self._part, effect)
        return None

    def pull(self) -> bytes | Fault | None:
        return self._stream.pull() if self._stream is not None else None

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


async def fetch_to_file_async(session: AsyncSession, source: Source, target: Path) -> None:
    """`fetch_to_file` for asyncio; files are written on threads."""
    from .on_threads import on_thread  # noqa: PLC0415  # loads asyncio; a synchronous client never does

    try:
        part = await on_thread(lambda: PartFile(target), undo=PartFile.discard)
    except OSError as error:
        raise _unwritable(source, error) from error
    await fetch_async(session, source, part)


async def fetch_async(session: AsyncSession, source: Source, part: Part) -> None:
    """`fetch` for asyncio; the file is written on threads."""
    try:
        await _AsyncCarrier(session, part).run(fetch_flow(source, session.terms))
    except AIHubError:
        raise
    except OSError as error:
        raise _unwritable(source, error) from error
    finally:
        # What cannot be removed is no reason to hide why.
        with suppress(OSError):
            part.discard()


async def pieces_async(session: AsyncSession, source: Source) -> AsyncIterator[bytes]:
    """`pieces` for asyncio."""
    carrier = _AsyncCarrier(session, None)
    try:
        await carrier.run(open_flow(source, session.terms))
        while (piece := pulled(await carrier.pull(), source)) is not None:
            yield piece
    finally:
        await carrier.close()


class _AsyncCarrier:
    def __init__(self, session: AsyncSession, part: Part | None) -> None:
        self._session = session
        self._part = part
        self._stream: AsyncStream | None = None

    async def run(self, flow: FetchFlow) -> None:
        try:
            effect = next(flow)
            while True:
                effect = flow.send(await self._carry_out(effect))
        except StopIteration:
            return
        except BaseException:
            await self.close()
            raise

    async def _carry_out(self, effect: Any) -> Any:
        if type(effect) is Pull:
            return await self.pull()
        if type(effect) is Open:
            await self.close()
            answer = await self._session.transport.open(effect.url, effect.stall)
            if isinstance(answer, Fault):
                return answer
            self._stream = answer
            return answer.opened
        if type(effect) is Sleep:
            await self.close()
            await self._session.pause(effect.seconds)
        else:
            from .on_threads import on_thread  # noqa: PLC0415  # as above

            if type(effect) is Commit:
                # The connection is free for the next file while this one goes to the disk.
                await self.close()
            await on_thread(lambda: write_to(self._part, effect))
        return None

    async def pull(self) -> bytes | Fault | None:
        return await self._stream.pull() if self._stream is not None else None

    async def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.close()


def write_to(part: Part | None, effect: Restart | Write | Commit) -> None:
    """Do to a file what a flow asks for."""
    if part is None:
        return
    if isinstance(effect, Restart):
        part.restart()
        return
    part.write(effect.data)
    if isinstance(effect, Commit):
        part.commit()


def _unwritable(source: Source, error: OSError) -> TransferFailed:
    return TransferFailed(
        f"{source.path} cannot be written: {error.strerror or error}.",
        path=source.path,
        on_disk="Nothing was changed.",
        context=source.context,
        hint="Check that its folder exists and can be written to.",
    )

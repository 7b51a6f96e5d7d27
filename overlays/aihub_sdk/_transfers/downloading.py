"""The two drivers of a download of many files: threads, and tasks of asyncio."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NoReturn

from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk.errors import TransferFailed

from .download_plan import DownloadPlan, DownloadReport, Order, Wanted
from .fetching import GivenUp, fetch, fetch_async
from .folder_lock import FolderInUse
from .index_rows import expect_reader

__all__ = ["download", "download_async"]

_AT_A_TIME = 64


def download(session: SyncSession, order: Order, *, check: bool) -> DownloadReport:
    """Bring many files into a folder.

    Raises:
        InvalidRequest: The order cannot be carried out.
        ConfigurationError: What reads the index is not installed.
        TransferFailed: The index could not be fetched, or some files and `check` is on.
        UnexpectedResponse: The index cannot be read.
    """
    plan = _planned(order)
    try:
        if order.listed is None:
            fetch(session, plan.index, plan.staged_index())
        with ThreadPoolExecutor(order.workers, thread_name_prefix="aihub-download") as pool:
            working = [pool.submit(_work, session, plan) for _ in range(order.workers)]
            try:
                for each in as_completed(working):
                    each.result()
            except BaseException:
                # The others leave what they are at; the pool waits for them.
                plan.give_up()
                raise
    finally:
        plan.close()
    plan.tell_of_the_rest()
    return _checked(order, plan.report(), check=check)


def _work(session: SyncSession, plan: DownloadPlan) -> None:
    while taken := plan.take(1):
        (wanted,) = taken
        try:
            fetch(session, wanted.source, plan.staged(wanted), is_wanted=plan.is_wanted)
        except GivenUp:
            return
        except TransferFailed as error:
            plan.fail(wanted, error)
        plan.tell()


async def download_async(session: AsyncSession, order: Order, *, check: bool) -> DownloadReport:
    """`download` for asyncio; the disk is used on threads."""
    import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

    from .on_threads import on_thread  # noqa: PLC0415  # as above

    plan = await on_thread(lambda: _planned(order), undo=DownloadPlan.close)
    try:
        if order.listed is None:
            await fetch_async(session, plan.index, plan.staged_index())
        waiting = _Waiting(plan)
        working = [asyncio.ensure_future(_work_async(session, plan, waiting)) for _ in range(order.workers)]
        try:
            await asyncio.gather(*working)
        finally:
            plan.stop()
            for each in working:
                each.cancel()
            await asyncio.gather(*working, return_exceptions=True)
    finally:
        plan.close()
    plan.tell_of_the_rest()
    return _checked(order, plan.report(), check=check)


async def _work_async(session: AsyncSession, plan: DownloadPlan, waiting: _Waiting) -> None:
    while (wanted := await waiting.next()) is not None:
        try:
            await fetch_async(session, wanted.source, plan.staged(wanted))
        except TransferFailed as error:
            plan.fail(wanted, error)
        plan.tell()


class _Waiting:
    """The files to fetch next, taken from the plan many at a time: each visit to a thread costs as much as a file."""

    def __init__(self, plan: DownloadPlan) -> None:
        import asyncio  # noqa: PLC0415  # as above

        self._plan = plan
        self._lock = asyncio.Lock()
        self._files: deque[Wanted] = deque()

    async def next(self) -> Wanted | None:
        """The next file; None when there is none, or the download was stopped."""
        from .on_threads import on_thread  # noqa: PLC0415  # as above

        async with self._lock:
            if not self._files:
                self._files.extend(await on_thread(lambda: self._plan.take(_AT_A_TIME)))
            return self._files.popleft() if self._files and not self._plan.is_stopped else None


def _planned(order: Order) -> DownloadPlan:
    order.expect_usable()
    if order.listed is None:
        expect_reader()
    try:
        return DownloadPlan(order)
    except OSError as error:
        _refuse(order, error)


def _refuse(order: Order, error: OSError) -> NoReturn:
    raise TransferFailed(
        f"{order.target} cannot be written to: {error.strerror or error}.",
        path=str(order.target),
        on_disk="Nothing was downloaded.",
        context=order.context,
        hint=(
            "Wait for it to end, or pass another folder."
            if isinstance(error, FolderInUse)
            else "Pass a folder that can be made or written to."
        ),
    ) from error


def _checked(order: Order, report: DownloadReport, *, check: bool) -> DownloadReport:
    if report.is_complete or not check:
        return report
    raise TransferFailed(
        f"{order.name} was not downloaded as a whole: {report}.",
        path=str(report.path),
        on_disk=f"{report.downloaded + report.skipped} files are there and complete.",
        context=order.context,
        hint="Start it again: only what is missing is fetched. check=False gives the report with every failure.",
    )

"""The two drivers of a download of many files: threads, and tasks of asyncio."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NoReturn

from ._download_plan import DownloadPlan, DownloadReport, Order
from ._fetching import fetch_to_file, fetch_to_file_async
from ._index_rows import expect_reader
from ._sessions import AsyncSession, SyncSession
from .errors import TransferFailed

__all__ = ["download", "download_async"]


def download(session: SyncSession, order: Order, *, check: bool) -> DownloadReport:
    """Bring the files of a version into a folder.

    Raises:
        InvalidRequest: The number of workers is none.
        ConfigurationError: What reads the index is not installed.
        TransferFailed: The index could not be fetched, or some files and `check` is on.
        UnexpectedResponse: The index cannot be read.
    """
    plan = _planned(order)
    try:
        fetch_to_file(session, plan.index, Path(plan.index.path))
        with ThreadPoolExecutor(order.workers, thread_name_prefix="aihub-download") as pool:
            working = [pool.submit(_work, session, plan) for _ in range(order.workers)]
            try:
                for each in as_completed(working):
                    each.result()
            except BaseException:
                # The others end with the file that they are at; the pool waits for them.
                plan.stop()
                raise
    finally:
        plan.close()
    return _checked(order, plan.report(), check=check)


def _work(session: SyncSession, plan: DownloadPlan) -> None:
    while (wanted := plan.next()) is not None:
        try:
            fetch_to_file(session, wanted.source, wanted.staged)
        except TransferFailed as error:
            plan.fail(wanted, error)
        else:
            plan.settle(wanted)


async def download_async(session: AsyncSession, order: Order, *, check: bool) -> DownloadReport:
    """`download` for asyncio; the disk is used on threads."""
    import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

    plan = await asyncio.to_thread(_planned, order)
    try:
        await fetch_to_file_async(session, plan.index, Path(plan.index.path))
        working = [asyncio.ensure_future(_work_async(session, plan)) for _ in range(order.workers)]
        try:
            await asyncio.gather(*working)
        finally:
            plan.stop()
            for each in working:
                each.cancel()
            await asyncio.gather(*working, return_exceptions=True)
    finally:
        plan.close()
    return _checked(order, plan.report(), check=check)


async def _work_async(session: AsyncSession, plan: DownloadPlan) -> None:
    import asyncio  # noqa: PLC0415  # as above

    while (wanted := await asyncio.to_thread(plan.next)) is not None:
        try:
            await fetch_to_file_async(session, wanted.source, wanted.staged)
        except TransferFailed as error:
            plan.fail(wanted, error)
        else:
            await asyncio.to_thread(plan.settle, wanted)


def _planned(order: Order) -> DownloadPlan:
    order.expect_workers()
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
        hint="Pass a folder that can be made or written to.",
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

"""Finding the version of a dataset that has a certain id, where the platform only answers by name.

An upload answers the new version's id, and a version is read as `<dataset>/V<number>`. Numbers and ids both grow, so a
few looks find the number: 1, 2, 4, 8, … until one is past the id or missing, then the middle of what is left. Ids are
compared, so that a version which somebody else adds at the same time is never taken for one's own.
"""

from __future__ import annotations

from collections.abc import Generator

from aihub_api.dataset_management import get_dataset_version_detail
from aihub_api.dataset_management.models import DatasetVersion
from aihub_api.types import Call
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk.errors import ErrorContext, NotFound

__all__ = ["find_version", "find_version_async", "version_call", "version_flow"]

# How many missing numbers in a row are taken for deleted versions, before the id counts as not found.
_WIDEST_GAP = 8

VersionFlow = Generator[int, DatasetVersion | None, DatasetVersion | None]


def version_flow(version_id: int) -> VersionFlow:
    """The numbers to look at; sent the version of each, None where there is none. Returns the version, or None."""
    seen: dict[int, int | None] = {}
    low = 0
    while True:
        found, low = yield from _narrowed(version_id, low, seen)
        if found is not None:
            return found
        # Deleted versions leave gaps, and a look into one says "past the end".
        for number in range(low + 1, low + 1 + _WIDEST_GAP):
            if number in seen:
                continue
            version = yield number
            seen[number] = version.id if version is not None else None
            if version is not None and version.id == version_id:
                return version
            if version is not None:
                break
        known = [number for number, found_id in seen.items() if found_id is not None and found_id < version_id]
        if max(known, default=0) <= low:
            return None
        low = max(known)


def _narrowed(
    version_id: int, low: int, seen: dict[int, int | None]
) -> Generator[int, DatasetVersion | None, tuple[DatasetVersion | None, int]]:
    """The version, or the highest number known to be before it."""
    high: int | None = None
    start, step = low, 1
    while high is None or high - low > 1:
        number = low + step if high is None else (low + high) // 2
        version = yield number
        seen[number] = version.id if version is not None else None
        if version is not None and version.id == version_id:
            return version, low
        if version is not None and version.id < version_id:
            low, step = number, number - start
        else:
            high = number
    return None, low


def version_call(name: str, environment: str) -> Call[DatasetVersion]:
    """The call that reads a version by its name."""
    return checked_call(lambda: get_dataset_version_detail.call(name=name), environment)


def find_version(
    session: SyncSession, dataset: str, version_id: int, *, seconds: float | None = None
) -> DatasetVersion:
    """The version of a dataset with this id.

    Args:
        seconds: For each look, when not the client's own.

    Raises:
        NotFound: It cannot be seen; a moment after its creation that says little.
        AIHubError: A look failed.
    """
    environment = session.terms.config.environment
    flow = version_flow(version_id)
    try:
        number = next(flow)
        while True:
            found: DatasetVersion | None = None
            try:
                found = session.send(version_call(f"{dataset}/V{number}", environment), timeout=seconds).data
            except NotFound as error:
                _expect_envelope(error)
            number = flow.send(found)
    except StopIteration as done:
        return _expect(done.value, dataset, version_id, environment)


async def find_version_async(
    session: AsyncSession, dataset: str, version_id: int, *, seconds: float | None = None
) -> DatasetVersion:
    """`find_version` for asyncio."""
    environment = session.terms.config.environment
    flow = version_flow(version_id)
    try:
        number = next(flow)
        while True:
            found: DatasetVersion | None = None
            try:
                call = version_call(f"{dataset}/V{number}", environment)
                found = (await session.send(call, timeout=seconds)).data
            except NotFound as error:
                _expect_envelope(error)
            number = flow.send(found)
    except StopIteration as done:
        return _expect(done.value, dataset, version_id, environment)


def _expect_envelope(error: NotFound) -> None:
    """Go on only when the platform itself said so: a gateway's 404 says nothing about versions."""
    if error.code is None:
        raise error


def _expect(found: DatasetVersion | None, dataset: str, version_id: int, environment: str) -> DatasetVersion:
    if found is not None:
        return found
    raise NotFound(
        f"No version of the dataset {dataset!r} has the id {version_id}.",
        context=ErrorContext("dataset_management", "getDatasetVersionDetail", environment),
        hint="The platform reads versions by name only: hub.datasets.version('<dataset>/V<number>').",
    )

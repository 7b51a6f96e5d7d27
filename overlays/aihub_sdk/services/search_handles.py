"""One search of the data warehouse: follow it, and take its result as rows, file, table, hits or images."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from aihub_sdk._searches.csv_rows import CsvRows
from aihub_sdk._searches.facts import SearchData, SearchFacts, fetched_result, found_hits, image_order, result_of
from aihub_sdk._searches.hits import Hits
from aihub_sdk._searches.tables import arrow_table, expect_arrow, expect_pandas, pandas_frame
from aihub_sdk._transfers.download_plan import DownloadReport
from aihub_sdk._transfers.downloading import download, download_async
from aihub_sdk._transfers.fetching import fetch_to_file, fetch_to_file_async, pieces, pieces_async
from aihub_sdk._transfers.local_paths import local_path
from aihub_sdk._waits.job_handles import AsyncJob, Job

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow import Table

__all__ = ["AsyncSearch", "Search"]


class Search(SearchFacts, Job[SearchData]):
    """A search: a frozen value, so that what changes comes back as a new handle.

    Iterating over it gives the rows of its result. An image or text search also has `hits()`.

    Attributes:
        id: Id of the search.
        environment: Name of the environment it lives in.
        snapshot: How it was last seen, None before the first look.
    """

    def rows(self) -> Iterator[dict[str, str]]:
        """The rows of the result, each as column name to text, read from the server as they are asked for.

        Raises:
            InvalidRequest: The search has not succeeded.
            TransferFailed: The result cannot be fetched, or broke off.
            UnexpectedResponse: It is not CSV.

        Source:
            getSearch's `result_url`; that its first row names the columns is assumed.
        """
        source = result_of(self._latest())
        reader = CsvRows(source.what, source.context)
        for piece in pieces(self._attached(), source):
            yield from reader.feed(piece)
        yield from reader.feed(None)

    def __iter__(self) -> Iterator[dict[str, str]]:
        return self.rows()

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Save the result as the CSV file that the server made, byte for byte.

        The file appears under its name when it is complete, in place of one that was there before. Memory stays
        small however large it is. `timeout` of the client is how long nothing may happen, not how long it may take.

        Args:
            path: The file to write; its folder must exist.

        Returns:
            Where the file is.

        Raises:
            InvalidRequest: The search has not succeeded.
            TransferFailed: It cannot be fetched or written; what was there before still is.

        Source:
            getSearch's `result_url`.
        """
        target = local_path(path, "path")
        fetch_to_file(self._attached(), result_of(self._latest(), str(target)), target)
        return target

    def to_pandas(self, *, as_text: Collection[str] = ()) -> DataFrame:
        """The result as a pandas DataFrame. Needs the extra `pandas`. The file is fetched to a temporary place first.

        CSV has no types. A column becomes whole numbers (up to 18 digits) or floats (up to 15 digits before the point)
        when each of its values is one, written without a leading zero or a plus sign. Every other column stays text,
        with nothing turned into NaN: `00042`, `NA` and dates are as `rows()` has them. An empty value is missing among
        numbers (whole numbers are `Int64` then) and an empty text among texts.

        Args:
            as_text: Columns that stay text although they look like numbers, such as versions `1.9` and `1.10`.

        Raises:
            ConfigurationError: pandas is not installed; nothing was fetched.
            InvalidRequest: The search has not succeeded, or `as_text` names a column that there is not.
            TransferFailed: The result cannot be fetched.
            UnexpectedResponse: It is not CSV.

        Source:
            getSearch's `result_url`; that its first row names the columns is assumed.
        """
        expect_pandas()
        source = result_of(self._latest())
        with fetched_result(source, as_text) as result:
            fetch_to_file(self._attached(), source._replace(path=str(result.file)), result.file)
            return pandas_frame(result)

    def to_arrow(self, *, as_text: Collection[str] = ()) -> Table:
        """The result as an Arrow table, with the column types of `to_pandas`. Needs the extra `arrow`.

        Args:
            as_text: Columns that stay text although they look like numbers.

        Raises:
            ConfigurationError: pyarrow is not installed; nothing was fetched.
            InvalidRequest, TransferFailed, UnexpectedResponse: As `to_pandas`.

        Source:
            getSearch's `result_url`; that its first row names the columns is assumed.
        """
        expect_arrow()
        source = result_of(self._latest())
        with fetched_result(source, as_text) as result:
            fetch_to_file(self._attached(), source._replace(path=str(result.file)), result.file)
            return arrow_table(result)

    def hits(self) -> Hits:
        """The matches of an image or text search, in the server's order: score, label, box and image address.

        Raises:
            InvalidRequest: The search has not succeeded, or is one by SQL, which has rows and no hits.
            AIHubError: It cannot be looked at.

        Source:
            getSearch's `results`.
        """
        return found_hits(self._latest())

    def download(
        self,
        target: str | PathLike[str],
        *,
        workers: int = 8,
        progress: Callable[[int, int], object] | None = None,
        check: bool = True,
    ) -> DownloadReport:
        """Bring the images of the hits into a folder, several at a time. Started again, it fetches what is missing.

        The image of a hit comes to `target / hit.object_name`; one with several hits comes once. Each file is written
        aside and takes its name when it is complete. Nothing is ever written outside the folder, whatever the addresses
        say. A hidden folder `.aihub-download` in it keeps what is complete; do not run two downloads into one folder at
        once. The images are asked for without the token; `s3://bucket/key` is fetched on the host of the result.

        Args:
            target: The folder, made when it is missing.
            workers: Images that are fetched at the same time, 1 to 16.
            progress: Called after each image, on the thread that fetched it, with the images done so far and those
                there are.
            check: Whether images that could not be fetched raise; otherwise the report names them.

        Returns:
            What was fetched, what was there already, and what failed.

        Raises:
            InvalidRequest: As `hits`, or `workers` is out of range.
            TransferFailed: Some images could not be fetched; the others are complete.
            AIHubError: The search cannot be looked at.

        Source:
            getSearch's `results`.
        """
        order = image_order(self._latest(), target, workers, progress)
        return download(self._attached(), order, check=check)

    def _latest(self) -> Search:
        return self.refresh() if self._is_worth_a_look() else self


class AsyncSearch(SearchFacts, AsyncJob[SearchData]):
    """`Search` for asyncio: the same names, awaited. Iterate over it with `async for`."""

    async def rows(self) -> AsyncIterator[dict[str, str]]:
        """The rows of the result. See `Search.rows`."""
        source = result_of(await self._latest())
        reader = CsvRows(source.what, source.context)
        async for piece in pieces_async(self._attached(), source):
            for row in reader.feed(piece):
                yield row
        for row in reader.feed(None):
            yield row

    def __aiter__(self) -> AsyncIterator[dict[str, str]]:
        return self.rows()

    async def to_csv(self, path: str | PathLike[str]) -> Path:
        """Save the result as a CSV file. See `Search.to_csv`."""
        target = local_path(path, "path")
        await fetch_to_file_async(self._attached(), result_of(await self._latest(), str(target)), target)
        return target

    async def to_pandas(self, *, as_text: Collection[str] = ()) -> DataFrame:
        """The result as a pandas DataFrame. See `Search.to_pandas`; it is read on a thread."""
        import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

        expect_pandas()
        source = result_of(await self._latest())
        with fetched_result(source, as_text) as result:
            await fetch_to_file_async(self._attached(), source._replace(path=str(result.file)), result.file)
            return await asyncio.to_thread(pandas_frame, result)

    async def to_arrow(self, *, as_text: Collection[str] = ()) -> Table:
        """The result as an Arrow table. See `Search.to_arrow`; it is read on a thread."""
        import asyncio  # noqa: PLC0415  # as above

        expect_arrow()
        source = result_of(await self._latest())
        with fetched_result(source, as_text) as result:
            await fetch_to_file_async(self._attached(), source._replace(path=str(result.file)), result.file)
            return await asyncio.to_thread(arrow_table, result)

    async def hits(self) -> Hits:
        """The matches of an image or text search. See `Search.hits`."""
        return found_hits(await self._latest())

    async def download(
        self,
        target: str | PathLike[str],
        *,
        workers: int = 8,
        progress: Callable[[int, int], object] | None = None,
        check: bool = True,
    ) -> DownloadReport:
        """Bring the images of the hits into a folder. See `Search.download`; files are written on threads."""
        order = image_order(await self._latest(), target, workers, progress)
        return await download_async(self._attached(), order, check=check)

    async def _latest(self) -> AsyncSearch:
        return await self.refresh() if self._is_worth_a_look() else self

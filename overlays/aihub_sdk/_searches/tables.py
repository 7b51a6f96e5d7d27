"""A result file as a table of pandas or of Arrow, with numbers where every value of a column is one.

CSV says nothing about types. Guessing loses: `00042` is no number, `NA` can be a label, and an id of twenty digits does
not fit. So a column becomes numbers only when each of its values would be written again as it was read, give or take
zeros behind the point; all others stay text, as `rows()` gives them. Both kinds of table follow this one rule.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aihub_sdk._choices import did_you_mean
from aihub_sdk.errors import ConfigurationError, ErrorContext, InvalidRequest

from .csv_rows import CsvRows, unreadable

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow import Table

__all__ = ["Result", "arrow_table", "expect_arrow", "expect_pandas", "pandas_frame"]

# Read by Python's engine for pandas and by Arrow's own: plain enough to mean the same to both.
_WHOLE = "^(0|-?[1-9][0-9]{0,17})$"
# No more digits before the point than a float keeps.
_NUMBER = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?([eE](-[0-9]{1,3}|[+]?[0-9]{1,2}))?$"
_PIECE_BYTES = 1 << 20
_BLOCK_BYTES = 16 << 20


class Result(NamedTuple):
    """A result file that was fetched.

    Attributes:
        file: Where it is.
        what: What it is, for messages.
        context: Where it belongs.
        as_text: Columns that stay text.
    """

    file: Path
    what: str
    context: ErrorContext
    as_text: Collection[str]

    def texts(self, names: Sequence[str]) -> set[str]:
        """The columns that stay text.

        Raises:
            InvalidRequest: There is no column of a name.
        """
        wanted = {self.as_text} if isinstance(self.as_text, str) else set(self.as_text)
        for name in sorted(wanted - set(names)):
            question = did_you_mean(name, names)
            message = f"The result has no column {name!r}.{question}"
            hint = f"The columns are {', '.join(names)}."
            raise InvalidRequest(message, field="as_text", context=self.context, hint=hint)
        return wanted


def expect_pandas() -> None:
    """Nothing, when pandas is there.

    Raises:
        ConfigurationError: It is not.
    """
    try:
        import pandas  # noqa: F401, ICN001, PLC0415  # an optional package, loaded when it is first needed
    except ImportError as error:
        raise _missing("to_pandas()", "pandas", "pandas") from error


def expect_arrow() -> None:
    """Nothing, when pyarrow is there.

    Raises:
        ConfigurationError: It is not.
    """
    try:
        import pyarrow  # noqa: F401, ICN001, PLC0415  # as above
    except ImportError as error:
        raise _missing("to_arrow()", "pyarrow", "arrow") from error


def pandas_frame(result: Result) -> DataFrame:
    """The table for pandas.

    Raises:
        UnexpectedResponse: The file is not CSV.
        InvalidRequest: `as_text` names a column that it does not have.
    """
    import pandas as pd  # noqa: PLC0415  # as above

    reader = CsvRows(result.what, result.context)
    columns: list[list[str]] = []
    with result.file.open("rb") as stream:
        while True:
            piece = stream.read(_PIECE_BYTES)
            records = reader.records(piece or None)
            columns = columns or [[] for _ in reader.columns or ()]
            for column, values in zip(columns, zip(*records)):  # noqa: B905  # the reader has counted them
                column.extend(values)
            if not piece:
                break
    names = reader.columns or []
    texts = result.texts(names)
    # Names may occur twice, so that they are given at the end.
    frame: DataFrame = pd.DataFrame(
        {place: _series(column, is_text=names[place] in texts) for place, column in enumerate(columns)}
    )
    frame.columns = pd.Index(names, dtype=object)
    return frame


def _series(values: list[str], *, is_text: bool) -> Any:
    import pandas as pd  # noqa: PLC0415  # as above

    filled = [value for value in values if value]
    has_gaps = len(filled) < len(values)
    if filled and not is_text:
        if all(map(re.compile(_WHOLE).fullmatch, filled)):
            # A whole number beside gaps must not become a float, which has no room for large ones.
            kind = "Int64" if has_gaps else "int64"
            return pd.Series([int(value) if value else None for value in values], dtype=kind)
        if all(map(re.compile(_NUMBER).fullmatch, filled)):
            return pd.Series([float(value or "nan") for value in values], dtype="float64")
    return pd.Series(values, dtype="str")


def arrow_table(result: Result) -> Table:
    """The table for Arrow.

    Raises:
        UnexpectedResponse: The file is not CSV.
        InvalidRequest: `as_text` names a column that it does not have.
    """
    import pyarrow as pa  # noqa: PLC0415  # as above
    from pyarrow import csv  # noqa: PLC0415  # as above

    names = _names(result)
    if not names:
        return pa.table({})
    texts = result.texts(names)
    try:
        found = csv.read_csv(
            result.file,
            # A row has to fit into a block.
            read_options=csv.ReadOptions(block_size=_BLOCK_BYTES),
            # One column: an empty line is how a missing value is written.
            parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=len(names) != 1),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowInvalid as error:
        raise unreadable(result.what, result.context, str(error)) from error
    columns = [
        column if name in texts else _typed(column)
        for name, column in zip(found.column_names, found.columns)  # noqa: B905  # one table's
    ]
    return pa.table(columns, names=names)


def _typed(column: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415  # as above
    from pyarrow import compute  # noqa: PLC0415  # as above

    is_gap = compute.equal(column, "")
    filled = column.filter(compute.invert(is_gap))
    for pattern, kind in ((_WHOLE, pa.int64()), (_NUMBER, pa.float64())):
        if len(filled) and compute.all(compute.match_substring_regex(filled, pattern)).as_py():
            return compute.if_else(is_gap, None, column).cast(kind)
    return column


def _names(result: Result) -> list[str]:
    """The names of the columns, read as `rows()` reads them."""
    reader = CsvRows(result.what, result.context)
    with result.file.open("rb") as stream:
        while reader.columns is None:
            piece = stream.read(_PIECE_BYTES)
            reader.records(piece or None)
            if not piece:
                break
    return reader.columns or []


def _missing(method: str, package: str, extra: str) -> ConfigurationError:
    return ConfigurationError(
        f"{method} needs the package {package}, which is not installed.",
        setting=extra,
        hint=f"Install it: pip install 'aihub-sdk[{extra}]'.",
    )

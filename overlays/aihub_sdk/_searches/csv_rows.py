"""CSV that arrives in pieces, as rows: bytes go in, dictionaries come out."""

from __future__ import annotations

import codecs
import csv
import io
import threading

from aihub_sdk.errors import ErrorContext, UnexpectedResponse

__all__ = ["CsvRows", "unreadable"]

# The longest value, in characters: feature vectors and images as text are longer than csv's own limit of 131,072.
_LONGEST_VALUE = (1 << 31) - 1
_LIMIT_IN_USE = threading.Lock()


class CsvRows:
    """Takes a CSV file piece by piece and gives the rows that are complete.

    The first row names the columns. A value may hold line breaks when it is quoted. UTF-8, with or without a mark.

    Attributes:
        columns: Names of the columns, None before the first row.

    Args:
        what: What the file is, for messages.
        context: Where it belongs.
    """

    def __init__(self, what: str, context: ErrorContext) -> None:
        self._what = what
        self._context = context
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._record: list[str] = []
        self._is_quote_open = False
        self.columns: list[str] | None = None
        self._rows = 0

    def feed(self, data: bytes | None) -> list[dict[str, str]]:
        """The rows that `data` completes, each as column name to value; None says that there is no more.

        Raises:
            UnexpectedResponse: It is not UTF-8, or a row has not as many values as there are columns.
        """
        records = self.records(data)
        columns = self.columns or []
        return [dict(zip(columns, values)) for values in records]  # noqa: B905  # strict= would only repeat a check

    def records(self, data: bytes | None) -> list[list[str]]:
        """The rows as `feed` gives them, each as its values in the order of the columns.

        Raises:
            UnexpectedResponse: As `feed`.
        """
        try:
            text = self._text + self._decoder.decode(data or b"", final=data is None)
            rows = _parsed(self._complete(text, is_end=data is None))
        except (UnicodeDecodeError, csv.Error) as error:
            raise unreadable(self._what, self._context, str(error)) from error
        if self.columns is None:
            self.columns = next((values for values in rows if values), None)
            rows = rows[rows.index(self.columns) + 1 :] if self.columns is not None else []
        # Where there is one column, an empty line is how a missing value is written; elsewhere it is none.
        rows = [values or [""] for values in rows] if len(self.columns or ()) == 1 else [v for v in rows if v]
        for values in rows:
            self._expect_all(values)
        return rows

    def _complete(self, text: str, *, is_end: bool) -> list[str]:
        """The lines of all complete records; the rest is kept for the next piece."""
        self._text = ""
        complete: list[str] = []
        # StringIO ends lines where csv does; str.splitlines also does at characters that are part of values.
        lines = list(io.StringIO(text, newline=""))
        if lines and not is_end and not lines[-1].endswith("\n"):
            # It may go on; and a carriage return at the very end may be half of a line break.
            self._text = lines.pop()
        for line in lines:
            self._record.append(line)
            self._is_quote_open ^= line.count('"') % 2 == 1
            if not self._is_quote_open:
                complete.extend(self._record)
                self._record.clear()
        if is_end:
            complete.extend(self._record)
            self._record.clear()
        return complete

    def _expect_all(self, values: list[str]) -> None:
        self._rows += 1
        count = len(self.columns or ())
        if len(values) != count:
            reason = f"row {self._rows} has {len(values)} values for {count} columns"
            raise unreadable(self._what, self._context, reason)


def _parsed(lines: list[str]) -> list[list[str]]:
    """The rows in complete lines.

    Raises:
        csv.Error: They are no CSV.
    """
    try:
        return list(csv.reader(lines))
    except csv.Error:
        # The limit of csv is the process's, so it is another one only while it has to be.
        if sum(map(len, lines)) <= csv.field_size_limit():
            raise
    with _LIMIT_IN_USE:
        before = csv.field_size_limit(_LONGEST_VALUE)
        try:
            return list(csv.reader(lines))
        finally:
            csv.field_size_limit(before)


def unreadable(what: str, context: ErrorContext, reason: str) -> UnexpectedResponse:
    """The error about a result that is not CSV."""
    message = f"{what[:1].upper()}{what[1:]} cannot be read as CSV: {reason}."
    hint = "Fetch the file as it is with to_csv() and look at it."
    return UnexpectedResponse(message, reason=reason, context=context, hint=hint)

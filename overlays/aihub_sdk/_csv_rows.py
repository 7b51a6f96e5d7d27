"""CSV that arrives in pieces, as rows: bytes go in, dictionaries come out."""

from __future__ import annotations

import codecs
import csv
import io

from .errors import ErrorContext, UnexpectedResponse

__all__ = ["CsvRows"]


class CsvRows:
    """Takes a CSV file piece by piece and gives the rows that are complete.

    The first row names the columns. A value may hold line breaks when it is quoted. UTF-8, with or without a mark.

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
        self._columns: list[str] | None = None
        self._rows = 0

    def feed(self, data: bytes | None) -> list[dict[str, str]]:
        """The rows that `data` completes; None says that there is no more.

        Raises:
            UnexpectedResponse: It is not UTF-8, or a row has not as many values as there are columns.
        """
        try:
            text = self._text + self._decoder.decode(data or b"", final=data is None)
            rows = [values for values in csv.reader(self._complete(text, is_end=data is None)) if values]
        except (UnicodeDecodeError, csv.Error) as error:
            raise self._unreadable(str(error)) from error
        if self._columns is None and rows:
            self._columns = rows.pop(0)
        return [self._row(values, self._columns or []) for values in rows]

    def _complete(self, text: str, *, is_end: bool) -> list[str]:
        """The lines of all complete records; the rest is kept for the next piece."""
        self._text = ""
        complete: list[str] = []
        # StringIO ends lines where csv does; str.splitlines also does at characters that are part of values.
        for line in io.StringIO(text, newline=""):
            if not line.endswith("\n") and not is_end:
                self._text = line
                break
            self._record.append(line)
            self._is_quote_open ^= line.count('"') % 2 == 1
            if not self._is_quote_open:
                complete.extend(self._record)
                self._record.clear()
        if is_end:
            complete.extend(self._record)
            self._record.clear()
        return complete

    def _row(self, values: list[str], columns: list[str]) -> dict[str, str]:
        self._rows += 1
        if len(values) != len(columns):
            raise self._unreadable(f"row {self._rows} has {len(values)} values for {len(columns)} columns")
        return dict(zip(columns, values))  # noqa: B905  # strict= would only repeat the check above

    def _unreadable(self, reason: str) -> UnexpectedResponse:
        message = f"{self._what[:1].upper()}{self._what[1:]} cannot be read as CSV: {reason}."
        hint = "Fetch the file as it is with to_csv() and look at it."
        return UnexpectedResponse(message, reason=reason, context=self._context, hint=hint)

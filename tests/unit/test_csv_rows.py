"""CSV in pieces: what other writers make of line breaks, and values of any length. Nothing is lost on the way."""

import csv
from pathlib import Path

import pytest

from aihub_sdk._searches.csv_rows import CsvRows
from aihub_sdk._searches.tables import Result, arrow_table, pandas_frame
from aihub_sdk.errors import ErrorContext

RETURNS = [
    (b'a,b\n"x\ry",1\n2,3\n4,5\n', [("x\ry", "1"), ("2", "3"), ("4", "5")]),
    (b'a,b\r\n"x\r",1\r\n"\r\ry",3\r\n', [("x\r", "1"), ("\r\ry", "3")]),
    (b"a,b\r1,2\r3,4\r", [("1", "2"), ("3", "4")]),
    (b'a,b\r1,2\r\n"3\r\n",4\r5,6', [("1", "2"), ("3\r\n", "4"), ("5", "6")]),
]


def read(data: bytes, size: int) -> list[tuple[str, ...]]:
    reader = CsvRows("it", ErrorContext())
    rows = [row for at in range(0, len(data), size) for row in reader.feed(data[at : at + size])]
    return [tuple(row.values()) for row in rows + reader.feed(None)]


@pytest.mark.parametrize(("data", "expected"), RETURNS)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_a_carriage_return_alone_loses_nothing(data: bytes, expected: list[tuple[str, ...]], size: int) -> None:
    """Within quotes it is part of a value; outside of them it ends a row, as old programs write it."""
    assert read(data, size) == expected


@pytest.mark.parametrize(("data", "expected"), RETURNS)
def test_both_tables_agree_with_the_rows_on_carriage_returns(
    data: bytes, expected: list[tuple[str, ...]], tmp_path: Path
) -> None:
    (tmp_path / "r.csv").write_bytes(data)
    result = Result(tmp_path / "r.csv", "it", ErrorContext(), ["a", "b"])

    assert [tuple(row) for row in pandas_frame(result).to_numpy().tolist()] == expected
    assert [tuple(row.values()) for row in arrow_table(result).to_pylist()] == expected


def test_a_value_may_be_longer_than_the_limit_of_the_csv_module_which_stays_as_it_is() -> None:
    limit = csv.field_size_limit()
    long = "0.5," * limit
    rows = read(f'a,b\n1,"{long}"\n2,x\n'.encode(), 64 << 10)

    assert rows == [("1", long), ("2", "x")]
    assert csv.field_size_limit() == limit

"""The `meta` table: one row for each image of the emulator's datasets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

__all__ = ["COLUMNS", "Row", "write_rows"]

# Column name -> the engine's type.
COLUMNS = {
    "object_name": "VARCHAR",
    "dataset": "VARCHAR",
    "version": "INTEGER",
    "width": "INTEGER",
    "height": "INTEGER",
    "format": "VARCHAR",
    "size_bytes": "BIGINT",
    "label": "VARCHAR",
    "created_at": "BIGINT",
}

Row = tuple[str, str, int, int, int, str, int, str, int]


def write_rows(file: Path, rows: Iterator[Row]) -> None:
    """Write `rows` as the CSV that the engine loads."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rows)

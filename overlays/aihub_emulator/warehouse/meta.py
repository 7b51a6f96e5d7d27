"""The `meta` table: one row for each image of the emulator's datasets."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["COLUMNS", "seeded_rows", "write_rows"]

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

_FIRST_CREATED_AT = 1_721_382_073_775
_ASPECTS = ((16, 9), (4, 3), (1, 1))


def seeded_rows(seed: Mapping[str, Any]) -> Iterator[Row]:
    """The rows that a seed's datasets stand for: the same ones every time."""
    for dataset in seed["datasets"]:
        # Not for secrets; one generator a dataset, so that a change to one leaves the rows of the others alone.
        draw = random.Random(dataset["name"])  # noqa: S311  # made-up image sizes, not a secret
        for number in range(1, dataset["images"] + 1):
            yield _row(dataset, number, draw)


def _row(dataset: Mapping[str, Any], number: int, draw: random.Random) -> Row:
    width = draw.randint(*dataset["width"])
    across, down = draw.choice(_ASPECTS)
    height = width * down // across
    label = draw.choice(dataset["label"])
    return (
        f"{dataset['name']}/{number:05}.{dataset['format']}",
        dataset["name"],
        dataset["version"],
        width,
        height,
        dataset["format"],
        width * height * 3 // draw.randint(8, 24),
        label,
        _FIRST_CREATED_AT + number * 1000,
    )


def write_rows(file: Path, rows: Iterator[Row]) -> None:
    """Write `rows` as the CSV that the engine loads."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rows)

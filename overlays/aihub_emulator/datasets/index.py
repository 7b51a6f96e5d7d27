"""The parquet index of a version: one row for each directory and file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from aihub_emulator.datasets.contents import Contents

__all__ = ["write_index"]

_FILE, _DIRECTORY = 0, 1
# Text is never NULL, also where it is empty: a file in the root has the parent directory ''.
_WRITE = """
    COPY (
        SELECT * FROM read_csv(?,
            auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
            columns = {'parent_dir': 'VARCHAR', 'name': 'VARCHAR', 's3path': 'VARCHAR', 'type': 'INTEGER'},
            force_not_null = ['parent_dir', 'name', 's3path'])
    ) TO '%s' (FORMAT parquet)
"""


def write_index(contents: Contents, *, beginning: str, file: Path) -> None:
    """Write the index to `file`, directories first, each kind in the order of its paths.

    Args:
        contents: What is listed.
        beginning: What `s3path` starts with, `s3://bucket/…/`.
        file: The new file; a second one beside it holds the rows meanwhile.
    """
    import duckdb  # noqa: PLC0415  # only the process that builds loads it, within its limits

    rows = file.with_suffix(".rows")
    with rows.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(("parent_dir", "name", "s3path", "type"))
        writer.writerows(_rows(contents, beginning))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(_WRITE % str(file).replace("'", "''"), [str(rows)])
    rows.unlink()


def _rows(contents: Contents, beginning: str) -> Iterator[tuple[str, str, str, int]]:
    for path in contents.directories():
        parent, _, name = path.rpartition("/")
        yield parent, name, f"{beginning}{path}/", _DIRECTORY
    for stored in contents.files():
        parent, _, name = stored.path.rpartition("/")
        yield parent, name, f"{beginning}{stored.path}", _FILE

"""What `hub.config.explain()` and `aihub config explain` show: every setting, its value, and where it came from."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Explanation", "SettingRow", "explanation"]


class SettingRow(NamedTuple):
    """One setting. A secret's `value` says only that there is one."""

    setting: str
    value: str
    origin: str


class Explanation(str):
    """A table as text; `rows` and `notes` hold the same facts for programs."""

    __slots__ = ("notes", "rows")

    rows: tuple[SettingRow, ...]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from aihub_sdk._notebook import table_html  # noqa: PLC0415  # notebooks only

        return table_html(SettingRow("setting", "value", "from"), self.rows, [f"note: {note}" for note in self.notes])


def explanation(rows: tuple[SettingRow, ...], notes: tuple[str, ...]) -> Explanation:
    """The rows as aligned columns, the notes below them."""
    table = [SettingRow("setting", "value", "from"), *rows]
    first, second = (max(len(row[column]) for row in table) for column in (0, 1))
    lines = [f"{row.setting:<{first}}  {row.value:<{second}}  {row.origin}".rstrip() for row in table]
    text = Explanation("\n".join([*lines, *(f"note: {note}" for note in notes)]))
    text.rows = rows
    text.notes = notes
    return text

"""What notebooks show: HTML of plain facts, every word escaped, nothing to execute and nothing to fetch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["badge", "facts_html", "table_html"]

# Dark enough for white letters on them, on light and on dark pages.
_COLOURS = {"success": "#1a7f37", "failure": "#b42318", "stopped": "#9a6700", "pending": "#1f5fbf", "": "#57606a"}
_BADGE = "color:#fff;border-radius:4px;padding:1px 6px;font-size:85%;background:"
_LEFT = ' style="text-align:left"'


def badge(text: str, tone: str) -> str:
    """A word on a coloured ground.

    Args:
        text: The word.
        tone: `success`, `failure`, `stopped` or `pending`; grey for anything else.
    """
    return f'<span style="{_BADGE}{_COLOURS.get(tone, _COLOURS[""])}">{escape(text)}</span>'


def facts_html(heading: str, facts: Iterable[tuple[str, str]]) -> str:
    """A heading, which is HTML already, above names and their values, which are not; empty values are left out."""
    rows = "".join(
        f"<tr><th{_LEFT}>{escape(name)}</th><td{_LEFT}>{escape(value)}</td></tr>" for name, value in facts if value
    )
    return f"<div>{heading}<table>{rows}</table></div>"


def table_html(columns: Sequence[str], rows: Iterable[Sequence[str]], below: Sequence[str] = ()) -> str:
    """Rows under a head, and lines below them."""
    head = "".join(f"<th{_LEFT}>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td{_LEFT}>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    lines = "".join(f"<div>{escape(line)}</div>" for line in below)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{lines}"

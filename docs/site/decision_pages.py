"""A page for each decision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .navigation import Page
from .places import LANGUAGES, ROOT, source_of


def pages() -> Iterator[Page]:
    """Every decision, by its number."""
    for file in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        if file.name.endswith(".zh.md"):
            continue
        stem = f"docs/decisions/{file.stem}"
        titles = {language: _title(source_of(stem, language)) for language in LANGUAGES}
        yield Page(f"project/decisions/{file.stem}", titles, source=stem)


def text(_path: str, _language: str) -> str:
    """Never asked for: decisions stand in files."""
    raise NotImplementedError


def _title(file: Path) -> str:
    number, title = re.findall(r"\A# (\d{4})(?:: |：)(.*)", file.read_text("utf-8"))[0]
    # The navigation shows plain text.
    return f"{number} {title.replace('`', '')}"

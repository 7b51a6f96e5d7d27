"""A page for each decision."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .navigation import Page
from .places import ROOT


def pages() -> Iterator[Page]:
    """Every decision, by its number."""
    for file in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        if file.name.endswith(".zh.md"):
            continue
        number, title = re.findall(r"\A# (\d{4}): (.*)", file.read_text("utf-8"))[0]
        # The navigation shows plain text.
        names = {"en": title, "zh": _title_zh(number) or title}
        titles = {language: f"{number} {name.replace('`', '')}" for language, name in names.items()}
        yield Page(f"project/decisions/{file.stem}", titles, source=f"docs/decisions/{file.stem}")


def text(_path: str, _language: str) -> str:
    """Never asked for: decisions stand in files."""
    raise NotImplementedError


def _title_zh(number: str) -> str:
    """The title that the Chinese index gives a decision, `""` when it does not list it yet."""
    index = ROOT / "docs" / "decisions" / "README.zh.md"
    found = re.findall(rf"^\| \[{number}\]\([^)]+\) \| ([^|]+) \|", index.read_text("utf-8"), re.MULTILINE)
    return found[0].strip() if found else ""

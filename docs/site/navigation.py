"""The pages of the site, read from navigation.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .places import HERE, source_of


@dataclass(frozen=True)
class Page:
    """One page: its place on the site, its titles by language, and where its text comes from.

    Attributes:
        path: Place below the language's folder, without suffix.
        titles: What the navigation calls it, by language.
        source: A Markdown file without `.md`, `""` when the text is made.
        maker: What makes the text, `""` when it stands in a file.
    """

    path: str
    titles: Mapping[str, str]
    source: str = ""
    maker: str = ""

    @property
    def is_written(self) -> bool:
        """Whether there is something to show: a file that exists, or a maker."""
        return bool(self.maker) or source_of(self.source, "en").exists()


@dataclass(frozen=True)
class Section:
    """A part of the navigation. An entry without a path stands for the pages that its maker adds."""

    titles: Mapping[str, str]
    pages: tuple[Page, ...]


def sections() -> tuple[Section, ...]:
    """The navigation, without pages whose text does not exist yet."""
    table = tomllib.loads((HERE / "navigation.toml").read_text("utf-8"))
    return tuple(Section(_titles(row), tuple(_pages(row["pages"]))) for row in table["section"])


def _pages(rows: list[dict[str, Any]]) -> Iterator[Page]:
    for row in rows:
        page = Page(row.get("path", ""), _titles(row), row.get("source", ""), row.get("maker", ""))
        if page.is_written:
            yield page


def _titles(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {"en": row.get("en", ""), "zh": row.get("zh", "")}

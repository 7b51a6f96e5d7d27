"""The page of all settings, from text/settings.toml."""

from __future__ import annotations

import tomllib
from typing import Any

from .places import HERE
from .words import cell

_HEAD = {
    "en": """# Settings

Every setting with its names. The first place that has it wins: argument, environment variable, named profile, default
profile, built-in value. [Environments and settings](../start/settings.md) explains how they work together.

| argument of `AIHub` | environment variable | key in a profile | when it is nowhere | meaning |
|---|---|---|---|---|
""",
    "zh": """# 设置一览

全部设置及其名字。先找到者生效：参数、环境变量、指定的 profile、默认 profile、内置值。
它们如何配合见[环境与设置](../start/settings.md)。

| `AIHub` 的参数 | 环境变量 | profile 中的键 | 都没有时 | 含义 |
|---|---|---|---|---|
""",
}


def settings() -> list[dict[str, Any]]:
    """The rows of the table of settings."""
    rows: list[dict[str, Any]] = tomllib.loads((HERE / "text" / "settings.toml").read_text("utf-8"))["setting"]
    return rows


def text(_path: str, language: str) -> str:
    """The Markdown of the page."""
    return _HEAD[language] + "".join(_row(each, language) for each in settings())


def _row(row: dict[str, Any], language: str) -> str:
    names = [", ".join(f"`{name}`" for name in row.get(key, ())) for key in ("arguments", "variables", "keys")]
    return f"| {' | '.join(names)} | {cell(row[f'default_{language}'])} | {cell(row[language])} |\n"

"""The page of all settings, from text/settings.toml."""

from __future__ import annotations

import tomllib
from typing import Any

from .places import HERE
from .words import cell, whole_code

_HEAD = {
    "en": """# Settings

Every setting with its names. The first place that has it wins: argument, environment variable, named profile, default
profile, built-in value. [Environments and settings](../start/settings.md) explains how they work together.

| setting | when it is nowhere | meaning |
|---|---|---|
""",
    "zh": """# 设置一览

全部设置及其名字。先找到者生效：参数、环境变量、指定的 profile、默认 profile、内置值。
它们如何配合见[环境与设置](../start/settings.md)。

| 设置 | 都没有时 | 含义 |
|---|---|---|
""",
}
_KINDS = {
    "en": {"arguments": "argument", "variables": "variable", "keys": "key in a profile"},
    "zh": {"arguments": "参数", "variables": "环境变量", "keys": "profile 中的键"},
}


def settings() -> list[dict[str, Any]]:
    """The rows of the table of settings."""
    rows: list[dict[str, Any]] = tomllib.loads((HERE / "text" / "settings.toml").read_text("utf-8"))["setting"]
    return rows


def text(_path: str, language: str) -> str:
    """The Markdown of the page."""
    return _HEAD[language] + "".join(_row(each, language) for each in settings())


def _row(row: dict[str, Any], language: str) -> str:
    given = [(label, [*map(whole_code, row.get(key, ()))]) for key, label in _KINDS[language].items()]
    # Several of a kind stand below its name, one a line.
    names = [f"{label}{' ' if len(codes) == 1 else '<br>'}{'<br>'.join(codes)}" for label, codes in given if codes]
    return f"| {'<br>'.join(names)} | {cell(row[f'default_{language}'])} | {cell(row[language])} |\n"

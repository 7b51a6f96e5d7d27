"""Turns a Markdown file of the project into a page of the site."""

from __future__ import annotations

import html
import os.path
import re
from collections.abc import Mapping
from pathlib import Path

from .places import ROOT, source_of

# The page whose items are numbered once and for all, and which other pages refer to.
READINGS = "spec/README"
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_SWITCH = re.compile(r"\A(# [^\n]*\n)\n\[(?:中文[^\]]*|English)\]\([^)]*\)\n")

# A line break between Chinese characters, or behind a Chinese comma or full stop, would be shown as a blank. Lines that
# begin a row, an item, a heading, a quotation or a fence begin with other characters.
_CHINESE_BREAK = re.compile(
    "(?<=[\u3000-\u9fff\uff00-\uffef])\n *(?=[\u3000-\u9fff\uff00-\uffef“”])"
    "|(?<=[，。；：、）！？])\n *(?=[A-Za-z]|`(?!``)|\\[(?!\\^))"
)

_HEADING = re.compile(r"^(#+ [^\n]*)\n(?!\n)", re.MULTILINE)
# The site's Markdown takes a list for an inner one from four blanks on; behind `1. ` three are usual.
_INNER_ITEM = re.compile(r"^ {2,3}(?=[*-] )", re.MULTILINE)
_READING = re.compile(r"^(\d+)\. (?=\*\*)", re.MULTILINE)
_CODE_WITH_BAR = re.compile(r"`([^`\n]*\\\|[^`\n]*)`")


def page_text(stem: str, path: str, language: str, places: Mapping[str, str]) -> str:
    """The text of a page in a language.

    Args:
        stem: The Markdown file without `.md`.
        path: Place of the page on the site.
        language: `en` or `zh`.
        places: Where each file of the project is on the site, by its path without `.md`.
    """
    source = source_of(stem, language)
    text = _SWITCH.sub(r"\1", source.read_text("utf-8"))
    # Every second part is a fenced block, whose brackets are code.
    parts = _FENCE.split(text)
    if language == "zh":
        parts[::2] = [_joined(part) for part in parts[::2]]
    parts[::2] = [
        _CODE_WITH_BAR.sub(lambda code: code_in_cell(code[1].replace("\\|", "|")), part) for part in parts[::2]
    ]
    # The site's Markdown does not know this escape.
    parts[::2] = [_INNER_ITEM.sub("    ", part).replace(r"\<", "&lt;") for part in parts[::2]]
    if stem == READINGS:
        parts[::2] = [_READING.sub(r'\1. <a id="reading-\1"></a>', part) for part in parts[::2]]
    parts[::2] = [_LINK.sub(lambda link: _moved(link, source.parent, path, places), part) for part in parts[::2]]
    return "".join(parts)


def joined_lines(text: str) -> str:
    """Chinese Markdown whose line breaks leave no blanks; its code as it is."""
    parts = _FENCE.split(text)
    parts[::2] = [_joined(part) for part in parts[::2]]
    return "".join(parts)


def _joined(part: str) -> str:
    # A heading ends at its line, whatever the next one begins with.
    return _CHINESE_BREAK.sub("", _HEADING.sub(r"\1\n\n", part))


def code_in_cell(text: str) -> str:
    """Code for a cell of a table, where a bar between backquotes would be shown with its backslash."""
    return f"<code>{html.escape(text, quote=False).replace('|', '&#124;')}</code>"


def relative(target: str, start: str) -> str:
    """The link from one page to another."""
    return os.path.relpath(f"{target}.md", os.path.dirname(start) or ".")  # noqa: PTH120  # places, not files


def _moved(link: re.Match[str], folder: Path, path: str, places: Mapping[str, str]) -> str:
    words, target = link.groups()
    if "://" in target or target.startswith("#"):
        return link.group()
    file, _, anchor = target.partition("#")
    name = (folder / file).resolve().relative_to(ROOT).as_posix()
    place = places.get(re.sub(r"(\.zh)?\.md$", "", name))
    if place is None:
        # A file of the repository that is no page: its name, to be looked up there.
        return words if words.startswith("`") else f"`{name}`" if name.endswith(words) else f"{words} (`{name}`)"
    return f"[{words}]({relative(place, path)}{f'#{anchor}' if anchor else ''})"

"""A bundle's texts in one language.

A bundle carries English in the standard places and Chinese beside it, in `x-zh` and its like. Tools show the standard
places only, so the Chinese copy has them exchanged. Notes, which no tool shows, become part of the descriptions.
"""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from typing import Any

from .places import BUNDLES

# What stands in these is data of the API and not text about it.
_DATA = frozenset({"value", "examples", "enum", "default", "const", "required", "x-required-when"})
_FOLD = re.compile(r"(?<=[，。；：、！？]) (?=\S)")
_MARKS = {"en": "Note. ", "zh": "注："}


@cache
def bundle(name: str) -> dict[str, Any]:
    """A bundle as it is published: a service's key, or `aihub` for all of them."""
    found: dict[str, Any] = json.loads((BUNDLES / f"{name}.json").read_text("utf-8"))
    return found


def localized(name: str, language: str) -> dict[str, Any]:
    """A bundle's copy whose titles, summaries, descriptions and notes are in one language."""
    document = copy.deepcopy(bundle(name))
    for tag in document["tags"]:
        # The bundle names tags in Chinese for every tool that shows names.
        if language == "en":
            tag["x-displayName"] = bundle(tag["name"])["info"]["title"]
    _localize(document, language)
    return document


def _localize(node: Any, language: str) -> None:
    if isinstance(node, list):
        for each in node:
            _localize(each, language)
    if not isinstance(node, dict):
        return
    if language == "zh":
        _exchange(node)
        _unfold(node)
    note = node.get("x-note" if language == "en" else "x-note-zh")
    if isinstance(note, str):
        node["description"] = f"{node.get('description', '')}\n\n*{_MARKS[language]}{note.strip()}*".strip()
    for key, value in node.items():
        if key == "properties" or (key == "examples" and isinstance(value, dict)):
            # Their keys are names of the API: a field may be called `value`.
            for each in value.values():
                _localize(each, language)
        elif key not in _DATA:
            _localize(value, language)


def _unfold(node: dict[str, Any]) -> None:
    """Take out the blanks behind Chinese punctuation, where YAML folded a line of text."""
    for key in ("description", "summary", "x-note-zh"):
        if isinstance(node.get(key), str):
            node[key] = _FOLD.sub("", node[key])


def _exchange(node: dict[str, Any]) -> None:
    chinese = node.get("x-zh")
    if isinstance(chinese, dict):
        node.update(chinese)
    elif isinstance(chinese, str):
        # An example's text is its summary; a schema with a title of its own keeps it as a name.
        node["summary" if "summary" in node and "value" in node else "description"] = chinese
    if "x-zh-enum-descriptions" in node:
        node["x-enum-descriptions"] = node["x-zh-enum-descriptions"]

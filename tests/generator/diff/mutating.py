"""The table of mutations: single edits of the project's own spec, and what must be said about each.

An edit goes to its place step by step: each text of `after` is looked for behind the one before. Then it replaces
a text behind that (`replace`, `with`), removes the block that begins there (`cut`), or writes a block before it
(`add`). `examples` keeps the examples of a service true, so that the pipeline has nothing else to refuse.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

_TABLE = Path(__file__).parent / "mutations"

Case = dict[str, Any]


def cases() -> list[Case]:
    """Every mutation of the table, in the order of its files."""
    return [
        {"family": path.stem, **case}
        for path in sorted(_TABLE.glob("*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def mutate(spec: Path, case: Case) -> None:
    """Apply a case to the copy of the spec at `spec`."""
    for edit in (case, *case.get("also", ())):
        _edit(spec, edit, case["file"])
    for change in case.get("examples", ()):
        for path in sorted((spec / "examples" / change["service"]).glob(change.get("of", "*") + ".json")):
            data = _rewritten(json.loads(path.read_text(encoding="utf-8")), change)
            path.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for old, new in case.get("move", {}).items():
        (spec / old).rename(spec / new)


def _edit(spec: Path, edit: Case, default: str) -> None:
    path = spec / edit.get("file", default)
    text = path.read_text(encoding="utf-8")
    position = 0
    for anchor in edit.get("after", ()):
        position = text.index(anchor, position) + len(anchor) - len(anchor.lstrip("\n"))
    if edit.get("cut"):
        text = _without_block(text, position)
    if "add" in edit:
        start = text.rfind("\n", 0, position) + 1
        text = text[:start] + edit["add"] + text[start:]
    if "replace" in edit:
        start = text.index(edit["replace"], position)
        text = text[:start] + edit["with"] + text[start + len(edit["replace"]) :]
    if "everywhere" in edit:
        old, new = edit["everywhere"]
        text = re.sub(rf"\b{old}\b", new, text)
    path.write_text(text, encoding="utf-8")


def _without_block(text: str, position: int) -> str:
    """The text without the line at `position` and the lines below it that are indented more."""
    start = text.rfind("\n", 0, position) + 1
    lines = text[start:].splitlines(keepends=True)
    indent = len(lines[0]) - len(lines[0].lstrip())
    end = 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return text[:start] + "".join(lines[end:])


def _rewritten(value: Any, change: Case) -> Any:
    if isinstance(value, list):
        return [_rewritten(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _rewritten(item, change) for key, item in value.items() if key != change.get("drop")}
    if change.get("beside") in kept:
        kept |= change["put"]
    names = change.get("rename", {})
    return {names.get(key, key): item for key, item in kept.items()}

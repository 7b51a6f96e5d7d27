"""The rules by which a difference is named and graded; `rules.yaml` holds them, in both languages."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

BREAKING, ADDITIVE, EDITORIAL = "breaking", "additive", "editorial"
# From what hurts users most to what they do not notice.
GRADES = (BREAKING, ADDITIVE, EDITORIAL)
_RULES = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True)
class Rule:
    """One kind of difference: its stable name, its grade, what to say and what users do, in English and Chinese."""

    id: str
    grade: str
    en: str
    zh: str
    todo: str = ""
    todo_zh: str = ""


@functools.cache
def rules() -> dict[str, Rule]:
    """Every rule by its name, in the order of `rules.yaml`."""
    table: dict[str, dict[str, Any]] = yaml.load(_RULES.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return {
        name: Rule(name, row["grade"], row["en"], row["zh"], row.get("todo", ""), row.get("todo-zh", ""))
        for name, row in table.items()
    }

"""Which thing of the new edition is which of the old one, even when its name changed.

A name that stayed is the same thing. Among what only one side has, the most alike pair up, best first.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from generator.diff.edition import Edition
from generator.lint.place import Place
from generator.lint.survey import Operation

Thing = TypeVar("Thing")
# Below this, two things are different things: one came and one went.
ALIKE = 0.6
# Keys that say nothing about a schema's shape.
TEXTS = frozenset(
    {
        *("description", "title", "examples", "example", "summary", "$comment", "externalDocs"),
        *("x-zh", "x-note", "x-note-zh", "x-source", "x-enum-descriptions", "x-zh-enum-descriptions"),
        *("x-displayName", "x-required-reason"),
    }
)


def renamed(old: Iterable[str], new: Iterable[str], likeness: Callable[[str, str], float]) -> dict[str, str]:
    """Old name → new name, among names that only one side has; each is used once, the most alike first."""
    before, after = set(old), set(new)
    gone = [name for name in old if name not in after]
    come = [name for name in new if name not in before]
    scored = [(likeness(one, other), i, j) for i, one in enumerate(gone) for j, other in enumerate(come)]
    pairs: dict[str, str] = {}
    for score, i, j in sorted(scored, key=lambda row: (-row[0], row[1], row[2])):
        if score >= ALIKE and gone[i] not in pairs and come[j] not in pairs.values():
            pairs[gone[i]] = come[j]
    return pairs


def shape(value: Any) -> Any:
    """A schema without its texts: what is left decides how data looks."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items() if key not in TEXTS}
    return [shape(item) for item in value] if isinstance(value, list) else value


def names_alike(old: str, new: str) -> float:
    """How alike two names are, from 0 to 1."""
    return difflib.SequenceMatcher(None, old.lower(), new.lower()).ratio()


def fields_alike(old: Place, new: Place) -> float:
    """How likely a field that came is the one that went: the same shape, and like names or the same words."""
    if shape(old.data) != shape(new.data):
        return 0.0
    words = old.get("description") is not None and old.get("description") == new.get("description")
    return max(names_alike(old.name, new.name), 0.9 if words else 0.0)


def schemas_alike(old: Place, new: Place) -> float:
    """How likely two schemas of different names are the same: by their fields, values and type."""
    if old.get("type") != new.get("type") or bool(old.get("x-envelope")) != bool(new.get("x-envelope")):
        return 0.0
    score = _overlap(_signature(old.data), _signature(new.data))
    # Two alike schemas that came and went together are told apart by their names.
    return score * (0.9 + 0.1 * names_alike(old.name, new.name))


def _signature(data: Any) -> set[str]:
    fields = {f"{name} {shape(field)}" for name, field in data.get("properties", {}).items()}
    values = {repr(value) for value in data.get("enum", ())}
    return fields | values or {repr(shape(data))}


def _overlap(old: set[str], new: set[str]) -> float:
    return len(old & new) / len(old | new)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two editions side by side, and what has another name in the new one."""

    old: Edition
    new: Edition

    @functools.cached_property
    def operation_names(self) -> Mapping[str, str]:
        """Old operationId → new one: the same method and path under another id."""

        def likeness(one: str, other: str) -> float:
            before, after = self.old.operations[one], self.new.operations[other]
            return float((before.method, before.route) == (after.method, after.route))

        return renamed(self.old.operations, self.new.operations, likeness)

    @functools.cached_property
    def schema_names(self) -> Mapping[str, str]:
        """Old schema name → new one."""
        old = {name: place for (_, name), place in self.old.classes.items()}
        new = {name: place for (_, name), place in self.new.classes.items()}
        return renamed(old, new, lambda one, other: schemas_alike(old[one], new[other]))

    def operations(self) -> list[tuple[Operation | None, Operation | None]]:
        """Every operation of either side with its counterpart."""
        return _paired(self.old.operations, self.new.operations, self.operation_names)

    def classes(self) -> list[tuple[tuple[str, str], Place | None, Place | None]]:
        """Every class of either side, by service and its newest name, with both schemas."""
        moved = {key: (key[0], self.schema_names.get(key[1], key[1])) for key in self.old.classes}
        old = {moved[key]: place for key, place in self.old.classes.items()}
        keys = [*old, *(key for key in self.new.classes if key not in old)]
        return [(key, old.get(key), self.new.classes.get(key)) for key in keys]


def _paired(
    old: Mapping[str, Thing], new: Mapping[str, Thing], names: Mapping[str, str]
) -> list[tuple[Thing | None, Thing | None]]:
    pairs: list[tuple[Thing | None, Thing | None]] = [
        (thing, new.get(names.get(name, name))) for name, thing in old.items()
    ]
    taken = {names.get(name, name) for name in old}
    return [*pairs, *((None, thing) for name, thing in new.items() if name not in taken)]

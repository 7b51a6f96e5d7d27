"""The public Python API of two states of the project, compared: what griffe finds, and what it does not look at.

griffe reads the sources without importing them. It misses changed annotations and everything that is merely new,
so both are found here. A name is public as griffe sees it: no underscore, and listed where there is an `__all__`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.diff.catalogue import ADDITIVE, BREAKING

PACKAGES = ("aihub_sdk", "aihub_api", "aihub_models")
ROOMS = ("overlays", "generated")


@dataclass(frozen=True, order=True)
class ApiChange:
    """One change of the public API: its grade, the dotted name, and what happened."""

    grade: str
    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.grade}: {self.name}: {self.message}"


def api_changes(old: Path, new: Path) -> list[ApiChange]:
    """Every change between the packages below two checkouts, by name; breaking and additive ones."""
    changes: dict[ApiChange, None] = {}
    for package in PACKAGES:
        before, after = _load(package, old), _load(package, new)
        if before is None or after is None:
            if before is not after:
                grade, said = (BREAKING, "the package is gone") if after is None else (ADDITIVE, "the package is new")
                changes[ApiChange(grade, package, said)] = None
            continue
        for change in (*_breakages(before, after), *_between(before, after)):
            changes[change] = None
    return sorted(changes)


def _load(package: str, root: Path) -> Any:
    import griffe  # noqa: PLC0415  # only a release check reads the packages

    # It logs each re-export that it cannot resolve into the standard library.
    logging.getLogger("griffe").setLevel(logging.CRITICAL)
    paths = [str(root / room) for room in ROOMS]
    if not any((Path(path) / package).is_dir() for path in paths):
        return None
    return griffe.load(package, search_paths=paths, allow_inspection=False, try_relative_path=False)


def _breakages(old: Any, new: Any) -> Iterator[ApiChange]:
    import griffe  # noqa: PLC0415  # only a release check reads the packages

    for breakage in griffe.find_breaking_changes(old, new):
        if not _is_hidden(breakage.obj.path):
            yield ApiChange(BREAKING, breakage.obj.path, _told(breakage))


def _told(breakage: Any) -> str:
    return " ".join(str(breakage.kind.value).lower().split())


def _between(old: Any, new: Any) -> Iterator[ApiChange]:
    """What is new below two objects, and what has another annotation."""
    before, after = _members(old), _members(new)
    for name, member in after.items():
        there = before.get(name)
        if there is None:
            yield ApiChange(ADDITIVE, member.path, f"new {member.kind.value}")
        elif there.kind == member.kind:
            yield from _annotations(there, member)
            if member.is_class or member.is_module:
                yield from _between(there, member)


def _members(holder: Any) -> dict[str, Any]:
    """Public members that are defined here; what is imported is looked at where it is defined."""
    return {name: member for name, member in holder.members.items() if not name.startswith("_") and not member.is_alias}


def _annotations(old: Any, new: Any) -> Iterator[ApiChange]:
    if new.is_function:
        if str(old.returns) != str(new.returns):
            yield ApiChange(BREAKING, new.path, f"returns {new.returns} instead of {old.returns}")
        for parameter in new.parameters:
            # Its table of parameters has no `get`.
            there = next((known for known in old.parameters if known.name == parameter.name), None)
            if there is not None and str(there.annotation) != str(parameter.annotation):
                said = f"`{parameter.name}` is {parameter.annotation} instead of {there.annotation}"
                yield ApiChange(_grade(there.annotation, parameter.annotation), new.path, said)
    elif new.is_attribute and str(old.annotation) != str(new.annotation):
        yield ApiChange(BREAKING, new.path, f"is {new.annotation} instead of {old.annotation}")


def _grade(old: object, new: object) -> str:
    """A parameter that takes all it took before and more breaks nobody."""
    took, takes = ({part.strip() for part in str(side).split(" | ")} for side in (old, new))
    return ADDITIVE if took < takes else BREAKING


def _is_hidden(path: str) -> bool:
    return any(part.startswith("_") and not part.endswith("__") for part in path.split("."))

"""Which version comes next."""

from __future__ import annotations

from collections.abc import Iterable

from generator.diff.catalogue import ADDITIVE, BREAKING, EDITORIAL
from generator.project import GeneratorError

MAJOR, MINOR, PATCH, NONE = "major", "minor", "patch", "none"
# From the smallest to the largest.
STEPS = (NONE, PATCH, MINOR, MAJOR)
_FROM_ONE = {BREAKING: MAJOR, ADDITIVE: MINOR, EDITORIAL: PATCH}
# Before 1.0 semantic versioning promises nothing; what breaks moves the minor version, all else the patch.
_BEFORE_ONE = {BREAKING: MINOR, ADDITIVE: PATCH, EDITORIAL: PATCH}


def step(grades: Iterable[str], version: str) -> str:
    """How far `version` has to move for differences of these grades: major, minor, patch or none."""
    table = _FROM_ONE if numbers(version)[0] else _BEFORE_ONE
    return max((table[grade] for grade in grades), key=STEPS.index, default=NONE)


def next_version(version: str, how_far: str) -> str:
    """The version after a step."""
    major, minor, patch = numbers(version)
    stepped = {MAJOR: (major + 1, 0, 0), MINOR: (major, minor + 1, 0), PATCH: (major, minor, patch + 1)}
    return ".".join(map(str, stepped.get(how_far, (major, minor, patch))))


def taken(old: str, new: str) -> str:
    """How far a version has moved; going back counts as no step."""
    before, after = numbers(old), numbers(new)
    if after <= before:
        return NONE
    return (MAJOR, MINOR, PATCH)[next(i for i in range(3) if before[i] != after[i])]


def numbers(version: str) -> tuple[int, int, int]:
    """`1.2.3` as numbers.

    Raises:
        GeneratorError: It is not of that form.
    """
    parts = version.removeprefix("v").split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise GeneratorError(f"`{version}` is not a version of the form 1.2.3.")
    return int(parts[0]), int(parts[1]), int(parts[2])

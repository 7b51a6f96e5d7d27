"""What a comparison reports: one difference between two editions of the spec."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from generator.diff.catalogue import GRADES, rules
from generator.lint.place import Place
from generator.source import Pointer

_LONGEST = 60


@dataclass(frozen=True, order=True)
class Location:
    """Where something stands in one edition. `file` is relative to the edition's root."""

    file: str
    line: int
    pointer: Pointer

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Spot:
    """Whose schema is looked at: how people call it, its Python names, its services, and who sends it.

    `directions` are `request`, `response` or both: the same edit means different things on the two ways.
    """

    subject: str
    python: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    directions: tuple[str, ...] = ("request", "response")

    def field(self, name: str) -> Spot:
        """The field `name` of the object here."""
        python = tuple(f"{one}.{name}" for one in self.python)
        return Spot(f"{self.subject}.{name}", python, self.services, self.directions)

    def items(self) -> Spot:
        """The items of the list here."""
        return Spot(f"{self.subject}[]", self.python, self.services, self.directions)


@dataclass(frozen=True)
class Difference:
    """One difference, named by a rule. `python` are the public names that it touches."""

    rule: str
    subject: str
    old: Location | None
    new: Location | None
    was: str = ""
    now: str = ""
    python: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def grade(self) -> str:
        """Breaking, additive or editorial."""
        return rules()[self.rule].grade

    @property
    def message(self) -> str:
        """What happened, in English."""
        return self._filled(rules()[self.rule].en)

    @property
    def message_zh(self) -> str:
        """What happened, in Chinese."""
        return self._filled(rules()[self.rule].zh)

    @property
    def todo(self) -> str:
        """What a user has to do, in English; empty when nothing."""
        return self._filled(rules()[self.rule].todo)

    @property
    def todo_zh(self) -> str:
        """What a user has to do, in Chinese; empty when nothing."""
        return self._filled(rules()[self.rule].todo_zh)

    @property
    def place(self) -> Location:
        """Where to look first: the new edition, or the old one for what is gone."""
        return self.new or self.old or Location("", 1, ())

    def sort_key(self) -> tuple[int, str, int, str, str]:
        """The worst first, then by file, line and rule."""
        return GRADES.index(self.grade), self.place.file, self.place.line, self.rule, self.subject

    def as_json(self) -> dict[str, Any]:
        """The difference as plain data."""
        return {
            "rule": self.rule,
            "class": self.grade,
            "subject": self.subject,
            "message": self.message,
            "todo": self.todo,
            "message_zh": self.message_zh,
            "todo_zh": self.todo_zh,
            "services": list(self.services),
            "python": list(self.python),
            "old": _location(self.old),
            "new": _location(self.new),
        }

    def _filled(self, template: str) -> str:
        return template.format(subject=self.subject, was=self.was, now=self.now)


def found(
    rule: str, old: Place | None, new: Place | None, spot: Spot, *, was: object = "", now: object = ""
) -> Difference:
    """The difference that `rule` sees between two places; either may be missing."""
    return Difference(
        rules()[rule].id,
        spot.subject,
        _located(old),
        _located(new),
        was if isinstance(was, str) else shown(was),
        now if isinstance(now, str) else shown(now),
        spot.python,
        spot.services,
    )


def shown(value: object) -> str:
    """A value of the spec on one short line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"


def _located(place: Place | None) -> Location | None:
    return Location(place.path, place.line, place.pointer) if place else None


def _location(location: Location | None) -> dict[str, Any] | None:
    if location is None:
        return None
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location.pointer)
    return {"file": location.file, "line": location.line, "pointer": pointer}

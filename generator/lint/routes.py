"""S048-S049: a path can be called as it stands, and leads to one operation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.lint.place import Place
from generator.lint.rule import Remark, Rule
from generator.lint.survey import Survey

_METHODS = ("get", "put", "post", "delete", "patch")
_PART = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|\{[^{}]+\})+")


def _uncallable(survey: Survey) -> Iterator[Remark]:
    for item in _items(survey):
        wrong = _fault(item.name)
        if wrong:
            yield Remark(item, f"the path `{item.name}` {wrong}.")
    for operation in survey.operations:
        if operation.method not in _METHODS:
            message = f"`{operation.id}` is sent as {operation.method.upper()}, which carries no envelope."
            yield Remark(operation.place, message, f"use {', '.join(_METHODS)}.")


def _fault(path: str) -> str:
    if not path.startswith("/"):
        return "does not begin with a slash"
    parts = path[1:].split("/")
    if "" in parts:
        return "ends with a slash or has two in a row"
    if {".", ".."} & set(parts):
        return "has a step that clients resolve before they send it"
    names = re.findall(r"{(.+?)}", path)
    if len(names) != len(set(names)):
        return "has a name twice"
    strange = next((part for part in parts if not _PART.fullmatch(part)), "")
    return f"has the part `{strange}`, which does not travel as it stands" if strange else ""


def _taken(survey: Survey) -> Iterator[Remark]:
    seen: dict[str, Place] = {}
    for item in _items(survey):
        first = seen.setdefault(re.sub(r"{.+?}", "{}", item.name), item)
        if first is not item:
            yield Remark(item, f"`{item.name}` and `{first.name}` of {first.path}, line {first.line}, are one path.")


def _items(survey: Survey) -> Iterator[Place]:
    for document in survey.spec.services.values():
        yield from Place(document, (), document.data).children("paths")


RULES = (
    Rule(
        code="S048",
        title="path that cannot be called",
        why="Clients, gateways and the emulator would each make something else of it.",
        mend="begin with a slash; write letters, digits, `-._~` and `{names}` between single slashes.",
        check=_uncallable,
    ),
    Rule(
        code="S049",
        title="one path, two entries",
        why="aihub.json keeps one of them only, and the emulator could not tell them apart on its one port.",
        mend="put all methods under one entry, with one name in the braces.",
        check=_taken,
    ),
)

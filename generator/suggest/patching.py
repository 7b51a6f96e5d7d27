"""From differences to a patch: the spec with the smallest edits under which the answers would have fitted."""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.lint.casing import class_name
from generator.lint.naming import is_field_name
from generator.lint.place import Place
from generator.lint.survey import Survey
from generator.source import Spec
from generator.suggest.differences import Difference, Shape
from generator.suggest.examples import with_placeholder
from generator.suggest.stubs import PLACEHOLDERS, enum_member, field_lines
from generator.suggest.yaml_text import YamlText

__all__ = ["Suggestion", "suggest"]

_SCALARS = ("string", "integer", "number", "boolean")


@dataclass
class Suggestion:
    """A patch of the spec, the reason of each edit, and what has to be looked at by hand."""

    patch: str = ""
    reasons: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = [*(f"# {reason}" for reason in self.reasons), *(f"# by hand: {reason}" for reason in self.by_hand)]
        return "\n".join([*told, *([self.patch] if self.patch else [])])


def suggest(survey: Survey, found: Iterable[Difference]) -> Suggestion:
    """One patch for all differences; each counts once however often it was seen."""
    return _Patcher(survey).run(
        list({difference.key: difference for difference in reversed(list(found))}.values())[::-1]
    )


class _Patcher:
    """The files of the spec while they are edited."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._spec: Spec = survey.spec
        self._old: dict[str, str] = {}
        self._texts: dict[str, YamlText] = {}
        self._examples: dict[str, Any] = {}
        self._suggestion = Suggestion()

    def run(self, found: list[Difference]) -> Suggestion:
        edits: dict[str, Callable[[Difference], bool]] = {
            "unknown field": self._unknown_field,
            "unlisted value": self._unlisted_value,
            "missing field": self._missing_field,
            "null": self._null,
            "wrong type": self._wrong_type,
        }
        for difference in found:
            reason = _reason(self._spec, difference)
            is_done = edits[difference.kind](difference)
            (self._suggestion.reasons if is_done else self._suggestion.by_hand).append(reason)
        self._suggestion.patch = self._patch()
        return self._suggestion

    def _unknown_field(self, difference: Difference) -> bool:
        owner = difference.owner
        if not _is_writable(difference.name, difference.found):
            return False
        lines, components = field_lines(class_name(owner.name), difference.name, difference.found)
        text = self._text(owner.path)
        if difference.found.kind == "null" or not text.add_lines((*owner.pointer, "properties"), lines):
            return False
        for component in components:
            text.add_lines(("components", "schemas"), ["", *component])
        value = _placeholder(difference.found)
        self._in_examples(owner, lambda each: {**each, difference.name: copy.deepcopy(value)})
        return True

    def _unlisted_value(self, difference: Difference) -> bool:
        enum, value = difference.owner, difference.value
        name = enum_member(value)
        if name is None or "x-enum-varnames" not in enum.data:
            return False
        text = self._text(enum.path)
        text.append((*enum.pointer, "enum"), json.dumps(value))
        text.append((*enum.pointer, "x-enum-varnames"), name)
        text.append((*enum.pointer, "x-enum-descriptions"), "To be written.")
        text.append((*enum.pointer, "x-zh-enum-descriptions"), "待补充")
        self._as_pending(enum, name)
        return True

    def _as_pending(self, enum: Place, name: str) -> None:
        """A status that is new means "still going on" until somebody knows better, as it does for the SDK."""
        states = list(enum.data["x-enum-varnames"])
        for waiter, row in self._spec.behaviours.data["waiters"].items():
            groups = [state for group in ("pending", "success", "failure", "stopped") for state in row[group]]
            if sorted(groups) == sorted(states):
                self._text("behaviours.yaml").append(("waiters", waiter, "pending"), name)

    def _missing_field(self, difference: Difference) -> bool:
        owner = difference.owner
        return self._text(owner.path).drop_item((*owner.pointer, "required"), difference.name)

    def _null(self, difference: Difference) -> bool:
        target = difference.owner
        declared = target.get("type")
        if declared not in (*_SCALARS, "array") or "enum" in target.data:
            return False
        text = self._text(target.path)
        text.replace((*target.pointer, "type"), f"[{declared}, 'null']")
        if declared in _SCALARS:
            text.add_key(target.pointer, "x-nullable-reason", "a recorded answer has null here")
        return True

    def _wrong_type(self, difference: Difference) -> bool:
        target, kind = difference.owner, difference.found.kind
        if target.get("type") not in _SCALARS or kind not in _SCALARS or "enum" in target.data:
            return False
        text = self._text(target.path)
        text.replace((*target.pointer, "type"), kind)
        if "format" in target.data:
            text.drop_key((*target.pointer, "format"))
        text.replace((*target.pointer, "examples"), f"[{json.dumps(PLACEHOLDERS[kind])}]")
        owner = Place(target.file, target.pointer[:-2], _at(self._spec, target))
        name, value = target.name, PLACEHOLDERS[kind]
        self._in_examples(owner, lambda each: {**each, name: value} if name in each else each)
        return True

    def _in_examples(self, owner: Place, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        for example in self._spec.examples:
            if example.case.startswith("success"):
                data = self._examples.get(example.path, example.data)
                changed = with_placeholder(self._survey, example, data, owner.key, edit)
                if changed != data:
                    self._examples[example.path] = changed

    def _text(self, path: str) -> YamlText:
        if path not in self._texts:
            self._old[path] = (self._spec.root / path).read_text(encoding="utf-8")
            self._texts[path] = YamlText(self._old[path])
        return self._texts[path]

    def _patch(self) -> str:
        new = {path: text.text for path, text in self._texts.items()}
        for path, data in self._examples.items():
            self._old[path] = (self._spec.root / path).read_text(encoding="utf-8")
            new[path] = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
        return "".join(_diff(Path(self._spec.root.name, path), self._old[path], new[path]) for path in sorted(new))


def _diff(path: Path, old: str, new: str) -> str:
    lines = (old.splitlines(keepends=True), new.splitlines(keepends=True))
    return "".join(difflib.unified_diff(*lines, f"a/{path.as_posix()}", f"b/{path.as_posix()}"))


def _at(spec: Spec, place: Place) -> Any:
    document = next(document for document in spec.documents if document.path == place.path)
    return Place(document, (), document.data).child(*place.pointer[:-2]).data


def _reason(spec: Spec, difference: Difference) -> str:
    owner = difference.owner
    words = {
        "unknown field": f"has the field `{difference.name}` ({difference.found.kind}), which `{owner.name}` has not",
        "unlisted value": f"has the value {difference.value!r}, which `{owner.name}` does not list",
        "missing field": f"has no `{difference.name}`, which `{owner.name}` requires",
        "null": f"has null for `{difference.name}`, which may not be null",
        "wrong type": f"has {_article(difference.found.kind)} for `{difference.name}`, which is {owner.get('type')}",
    }
    return f"{spec.root.name}/{owner.path}:{owner.line}: {difference.source}, {words[difference.kind]}"


def _is_writable(name: str, shape: Shape) -> bool:
    """Whether the spec takes a field of this name, and all that is inside of it."""
    inner = shape.item.fields if shape.item else shape.fields
    return is_field_name(name) and all(_is_writable(*field) for field in inner.items())


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aio" else f"a {kind}"


def _placeholder(shape: Shape) -> Any:
    if shape.kind == "object":
        return {name: _placeholder(inner) for name, inner in shape.fields.items() if inner.kind != "null"} or {}
    if shape.kind == "array":
        return [_placeholder(shape.item)] if shape.item and shape.item.kind != "null" else [PLACEHOLDERS["string"]]
    return PLACEHOLDERS[shape.kind]

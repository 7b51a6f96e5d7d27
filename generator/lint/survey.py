"""The spec as the rules see it: every operation, every schema, and where a reference leads.

It is built once for a lint run, so that each rule only asks. A reference that leads nowhere resolves
to None and is reported by one rule; all others step over it.
"""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from generator.lint.place import Place, tokens
from generator.source import Document, Pointer, Spec

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of one service."""

    service: str
    method: str
    route: str
    place: Place
    item: Place

    @property
    def id(self) -> str:
        """The operationId, or method and path while it has none."""
        return str(self.place.get("operationId") or f"{self.method} {self.route}")


@dataclass(frozen=True, eq=False)
class Schema:
    """A schema and the part it plays: component, property, items, branch, parameter or body."""

    place: Place
    role: str

    @property
    def types(self) -> list[Any]:
        """What `type` allows, as a list."""
        declared = self.place.get("type")
        return declared if isinstance(declared, list) else [] if declared is None else [declared]

    @property
    def is_reference(self) -> bool:
        """A plain `$ref`, or the nullable form `anyOf: [$ref, null]`."""
        branches = self.place.get("anyOf") or ()
        return bool(self.place.get("$ref")) or any("$ref" in branch for branch in branches if isinstance(branch, dict))


class Survey:
    """Answers about one loaded spec."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._documents = {document.path: document for document in spec.documents}

    @functools.cached_property
    def operations(self) -> list[Operation]:
        """Every operation of every service, in the files' order."""
        return [
            Operation(service, method, str(item.name), item.child(method), item)
            for service, document in self.spec.services.items()
            for item in Place(document, (), document.data).children("paths")
            for method in METHODS
            if isinstance(item.get(method), dict)
        ]

    @functools.cached_property
    def roots(self) -> list[Place]:
        """The top of every OpenAPI document."""
        return [Place(document, (), document.data) for document in self.spec.documents]

    @functools.cached_property
    def schemas(self) -> list[Schema]:
        """Every schema of every document, nested ones included."""
        return [schema for place, role in self._schema_tops() for schema in _nested(place, role)]

    def components(self, section: str) -> list[Place]:
        """Every entry of one `components` section of every document."""
        return [place for root in self.roots for place in root.children("components", section)]

    def parameters(self, operation: Operation) -> list[Place]:
        """The operation's parameters and its path's, references followed."""
        places = [*operation.item.children("parameters"), *operation.place.children("parameters")]
        return [found for place in places if (found := self.follow(place))]

    def responses(self, operation: Operation) -> list[tuple[str, Place]]:
        """Each status and the response behind it, references followed."""
        places = operation.place.children("responses")
        return [(place.name, found) for place in places if (found := self.follow(place))]

    def follow(self, place: Place) -> Place | None:
        """The place itself, or the one at the end of its `$ref`s; None when a reference is broken."""
        for _ in range(16):
            reference = place.get("$ref")
            if not isinstance(reference, str):
                return place
            target = self.target(place, reference)
            if target is None:
                return None
            place = target
        return None

    def target(self, place: Place, reference: str) -> Place | None:
        """What `reference`, written at `place`, points at; None when nothing is there."""
        document = self.document(place, reference)
        if document is None:
            return None
        target = Place(document, (), document.data).child(*tokens(reference))
        return None if target.data is None else target

    def document(self, place: Place, reference: str) -> Document | None:
        """The file that `reference`, written at `place`, names; None when there is none."""
        file = reference.partition("#")[0]
        if not file:
            return self._documents.get(place.path)
        return self._documents.get(posixpath.normpath(posixpath.join(posixpath.dirname(place.path), file)))

    def reachable(self, starts: list[Place]) -> dict[tuple[str, Pointer], Place]:
        """Every place that the starting values contain or refer to, each object once."""
        found: dict[tuple[str, Pointer], Place] = {}
        waiting = list(starts)
        while waiting:
            place = waiting.pop()
            if place.key in found or not isinstance(place.data, dict | list):
                continue
            found[place.key] = place
            waiting.extend(place.children())
            reference = place.get("$ref")
            if isinstance(reference, str) and (target := self.target(place, reference)):
                waiting.append(target)
        return found

    def _schema_tops(self) -> Iterator[tuple[Place, str]]:
        for place in self.components("schemas"):
            yield place, "component"
        for parameter in self.components("parameters"):
            yield parameter.child("schema"), "parameter"
        for section in ("requestBodies", "responses"):
            for holder in self.components(section):
                yield from _bodies(holder)
        for operation in self.operations:
            for parameter in (
                *operation.item.children("parameters"),
                *operation.place.children("parameters"),
            ):
                yield parameter.child("schema"), "parameter"
            yield from _bodies(operation.place.child("requestBody"))
            for response in operation.place.children("responses"):
                yield from _bodies(response)


def _bodies(holder: Place) -> Iterator[tuple[Place, str]]:
    for media in holder.children("content"):
        yield media.child("schema"), "body"


def _nested(place: Place, role: str) -> Iterator[Schema]:
    if not isinstance(place.data, dict):
        return
    yield Schema(place, role)
    for child in place.children("properties"):
        yield from _nested(child, "property")
    for keyword in ("items", "additionalProperties"):
        yield from _nested(place.child(keyword), "items")
    for keyword in ("anyOf", "oneOf", "allOf"):
        for branch in place.children(keyword):
            yield from _nested(branch, "branch")

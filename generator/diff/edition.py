"""One edition of the spec, ready to be compared: its operations, its classes, and which way each schema travels."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from generator.lint.casing import class_name
from generator.lint.place import Place
from generator.lint.survey import Operation, Survey
from generator.source import Pointer, Spec

REQUEST, RESPONSE = "request", "response"
ClassKey = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Edition:
    """What one side of a comparison says.

    `is_whole` is false for a bundle, which holds the services and their addresses and nothing else of the spec.
    """

    label: str
    spec: Spec
    is_whole: bool

    @functools.cached_property
    def survey(self) -> Survey:
        """Answers about the spec."""
        return Survey(self.spec)

    @functools.cached_property
    def operations(self) -> dict[str, Operation]:
        """Every operation by its id."""
        return {operation.id: operation for operation in self.survey.operations}

    @functools.cached_property
    def classes(self) -> dict[ClassKey, Place]:
        """Every schema that a service has a class of, its own and the shared ones that it reaches."""
        found: dict[ClassKey, Place] = {}
        for service, document in self.spec.services.items():
            top = Place(document, (), document.data)
            paths = [top.child("paths")]
            # One bundle can hold many services; a service's own file holds nothing but its own.
            own = [] if document.data.get("x-merged") else [top.child("components", "schemas")]
            for place in self.survey.reachable([*paths, *own]).values():
                if place.pointer[:2] == ("components", "schemas") and len(place.pointer) == 3:
                    found[service, place.name] = place
        return found

    @functools.cached_property
    def _sent(self) -> set[tuple[str, Pointer]]:
        starts = [
            place
            for operation in self.survey.operations
            for place in (operation.place.child("requestBody"), *self.survey.parameters(operation))
        ]
        return set(self.survey.reachable(starts))

    @functools.cached_property
    def _answered(self) -> set[tuple[str, Pointer]]:
        return set(self.survey.reachable([operation.place.child("responses") for operation in self.survey.operations]))

    def directions(self, place: Place) -> set[str]:
        """Whether requests, responses or both carry the schema at `place`; empty when nothing does."""
        ways = ((REQUEST, self._sent), (RESPONSE, self._answered))
        return {way for way, keys in ways if place.key in keys}


def python_class(service: str, schema: str) -> str:
    """The public name of the class of a schema."""
    return f"aihub_api.{service}.models.{class_name(schema)}"


def python_function(operation: Operation) -> str:
    """The public name of an operation's module."""
    name = "".join(f"_{char.lower()}" if char.isupper() else char for char in operation.id)
    return f"aihub_api.{operation.service}.{name}"

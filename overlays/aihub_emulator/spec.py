"""The published bundles, read once: every operation with what its requests must look like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = [
    "Body",
    "Node",
    "Operation",
    "Parameter",
    "Scheme",
    "load_operations",
    "operation_named",
    "resolve",
    "spec_version",
]

_METHODS = ("get", "put", "post", "delete", "patch")
Node = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A path or query parameter."""

    name: str
    place: str
    is_required: bool
    schema: Node


@dataclass(frozen=True)
class Body:
    """A request body: its media type, and the component schema it must fit."""

    media_type: str
    schema_name: str
    schema: Node


@dataclass(frozen=True)
class Scheme:
    """How a caller shows who they are: a bearer token, or a token in a header of its own."""

    is_bearer: bool
    header: str


@dataclass(frozen=True)
class Operation:
    """One documented operation.

    Attributes:
        other_methods: What it is asked for with too: printed under one method, and served under another elsewhere.
        has_data: Whether its envelope has data at all.
        examples: Envelopes of the examples by name: `success…` and `failure…`.
    """

    id: str
    service: str
    method: str
    path: str
    other_methods: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: Body | None
    scheme: Scheme | None
    has_data: bool
    examples: Mapping[str, Node] = field(repr=False)

    @property
    def example(self) -> Node:
        """Envelope of the example that shows a success."""
        whole = self.examples.get("success")
        return whole or next(self.examples[name] for name in self.examples if name.startswith("success"))


@cache
def _bundle() -> Node:
    text = files("aihub_openapi").joinpath("aihub.json").read_text(encoding="utf-8")
    bundle: Node = json.loads(text)
    return bundle


def spec_version() -> str:
    """The version of the spec that is served."""
    return str(_bundle()["info"]["version"])


def resolve(node: Node) -> Node:
    """What a node stands for: itself, or the component that it refers to."""
    while "$ref" in node:
        target: Any = _bundle()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


@cache
def load_operations() -> tuple[Operation, ...]:
    """Every operation of the spec, in its order."""
    return tuple(
        _operation(method, path, item[method])
        for path, item in _bundle()["paths"].items()
        for method in _METHODS
        if method in item
    )


def operation_named(operation_id: str) -> Operation:
    """The operation with this id."""
    return next(operation for operation in load_operations() if operation.id == operation_id)


def _operation(method: str, path: str, node: Node) -> Operation:
    return Operation(
        id=node["operationId"],
        service=node["tags"][0],
        method=method.upper(),
        path=path,
        other_methods=tuple(node.get("x-fallback-methods", ())),
        parameters=tuple(_parameter(resolve(p)) for p in node.get("parameters", ())),
        body=_body(node),
        scheme=_scheme(node["security"]),
        has_data="data" in resolve(_answer(node)["schema"])["properties"],
        examples={name: example["value"] for name, example in _answer(node)["examples"].items()},
    )


def _parameter(node: Node) -> Parameter:
    return Parameter(node["name"], node["in"], node.get("required", False), resolve(node["schema"]))


def _body(node: Node) -> Body | None:
    if "requestBody" not in node:
        return None
    ((media_type, media),) = resolve(node["requestBody"])["content"].items()
    name = media["schema"]["$ref"].rsplit("/", 1)[1]
    return Body(media_type, name, resolve(media["schema"]))


def _scheme(security: list[Node]) -> Scheme | None:
    if not security:
        return None
    (name,) = security[0]
    node = _bundle()["components"]["securitySchemes"][name]
    if node["type"] == "http":
        return Scheme(is_bearer=True, header="Authorization")
    return Scheme(is_bearer=False, header=node["name"])


def _answer(node: Node) -> Node:
    answer: Node = node["responses"]["200"]["content"]["application/json"]
    return answer

"""The operations as the reference pages show them: one row each, with the example that their samples use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .localizing import bundle

# The example to build samples from, where it is not `success`.
_CASES = {"createSearch": "success-sql", "getSearch": "success-sql", "uploadDatasetVersion": "success-zip"}
# What anybody can run: the emulator's own user.
_BODIES = {"login": {"username": "demo", "password": "demo"}}
_FILES = {"file": "train.zip", "model_file": "model.onnx", "pred_file": "pred.jsonl"}


@dataclass(frozen=True)
class Operation:
    """One operation with a request that works.

    Attributes:
        id: operationId.
        service: Service key.
        method: HTTP method.
        path: Path with its parameters' names in braces.
        security: Name of its security scheme, `""` when it needs none.
        path_values: Path parameters of the example request.
        query_values: Query parameters of the example request.
        body: Body of the example request, None when it has none; of a form, its text fields.
        files: File parts of a form by field, each with the name of a local file; empty when the body is JSON.
    """

    id: str
    service: str
    method: str
    path: str
    security: str
    path_values: dict[str, Any]
    query_values: dict[str, Any]
    body: dict[str, Any] | None
    files: dict[str, str]


def service_keys() -> list[str]:
    """Every service, as the bundle of all orders them."""
    return [tag["name"] for tag in bundle("aihub")["tags"]]


def operations(service: str) -> Iterator[Operation]:
    """The operations of a service, in the spec's order."""
    document = bundle(service)
    for path, methods in document["paths"].items():
        for method, spec in methods.items():
            if isinstance(spec, dict) and "operationId" in spec:
                yield _operation(document, service, method, path, spec)


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a reference points at, with what stands beside the reference; anything else as it is."""
    target = node.get("$ref")
    if target is None:
        return node
    found: Any = document
    for part in target.removeprefix("#/").split("/"):
        found = found[part]
    return {**resolve(document, found), **{key: value for key, value in node.items() if key != "$ref"}}


def _operation(document: dict[str, Any], service: str, method: str, path: str, spec: dict[str, Any]) -> Operation:
    name = spec["operationId"]
    values: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
    for parameter in (resolve(document, each) for each in spec.get("parameters", ())):
        if parameter.get("required"):
            values[parameter["in"]][parameter["name"]] = _value(name, parameter["examples"])
    body, files = _body(document, name, spec.get("requestBody"))
    security = next((scheme for each in spec["security"] for scheme in each), "")
    return Operation(name, service, method.upper(), path, security, values["path"], values["query"], body, files)


def case_of(name: str) -> str:
    """The example that an operation's samples use."""
    return _CASES.get(name, "success")


def _value(name: str, examples: dict[str, Any]) -> Any:
    return examples[case_of(name)]["value"]


def _body(document: dict[str, Any], name: str, spec: Any) -> tuple[dict[str, Any] | None, dict[str, str]]:
    if spec is None:
        return None, {}
    ((media, content),) = spec["content"].items()
    examples = content.get("examples", {})
    body = _BODIES.get(name) or (_value(name, examples) if examples else {})
    if media == "application/json":
        return body, {}
    fields = resolve(document, content["schema"])["properties"]
    return body, {field: _FILES[field] for field in fields if field in _FILES}

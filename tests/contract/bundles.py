"""The published bundles and their examples, for contract tests."""

import json
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

_METHODS = {"get", "put", "post", "delete", "patch"}


@cache
def bundle(name: str) -> dict[str, Any]:
    """A published OpenAPI document."""
    return dict(json.loads(files("aihub_openapi").joinpath(f"{name}.json").read_text(encoding="utf-8")))


@cache
def operation(operation_id: str) -> dict[str, Any]:
    """One operation of the document that holds all services."""
    return next(
        operation
        for item in bundle("aihub")["paths"].values()
        for method, operation in item.items()
        if method in _METHODS and operation["operationId"] == operation_id
    )


def examples(operation_id: str) -> list[dict[str, Any]]:
    """Example bodies of an operation's answer with HTTP status 200: successes and failures."""
    media = operation(operation_id)["responses"]["200"]["content"]["application/json"]
    return [example["value"] for example in media["examples"].values()]


def to_plain(value: Any, like: Any) -> Any:
    """An attrs value as JSON data, with a field that is None only where `like` has it."""
    if isinstance(value, Enum):
        return value.value
    if attrs.has(type(value)):
        own = {a.name: getattr(value, a.name) for a in attrs.fields(type(value))}
        return {
            name: to_plain(item, like.get(name) if isinstance(like, dict) else None)
            for name, item in own.items()
            if item is not None or (isinstance(like, dict) and name in like)
        }
    if isinstance(value, list):
        pairs = zip(value, like if isinstance(like, list) else [None] * len(value), strict=True)
        return [to_plain(item, other) for item, other in pairs]
    return value

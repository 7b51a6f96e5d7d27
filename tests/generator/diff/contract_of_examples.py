"""Run by itself, `python contract_of_examples.py GENERATED`: does freshly generated code keep its own contract?

Every module is imported. Then each success example of the bundles is sent and answered through a mock transport: the
request must arrive as the example shows it, at a path and with a method of the spec, and the answer must be read
strictly and lose nothing. Both also have to fit the strict models of the other side. Complaints go to stdout.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

_METHODS = ("get", "put", "post", "delete", "patch")


def main(generated: Path) -> int:
    """Print what is wrong; 1 when something is."""
    sys.path.insert(0, str(generated))
    _import_everything("aihub_api")
    _import_everything("aihub_models")
    complaints = [
        complaint
        for path in sorted((generated / "aihub_openapi").glob("*.json"))
        if path.stem != "aihub"
        for complaint in _service(path.stem, json.loads(path.read_text(encoding="utf-8")))
    ]
    print("\n".join(complaints))
    return 1 if complaints else 0


def _import_everything(package: str) -> None:
    module = importlib.import_module(package)
    for found in pkgutil.walk_packages(module.__path__, f"{package}."):
        importlib.import_module(found.name)


def _service(service: str, document: dict[str, Any]) -> Iterator[str]:
    for route, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                schemes = document["components"].get("securitySchemes", {})
                for said in _operation(service, route, method.upper(), operation, schemes):
                    yield f"{service}.{operation['operationId']}: {said}"


def _operation(
    service: str, route: str, method: str, operation: dict[str, Any], schemes: dict[str, Any]
) -> Iterator[str]:
    name = re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match[1].lower(), operation["operationId"])
    module = importlib.import_module(f"aihub_api.{service}.{name}")
    yield from _credential(module, operation, schemes)
    media = operation["responses"]["200"]["content"]["application/json"]
    for case, example in media.get("examples", {}).items():
        if not case.startswith("success"):
            continue
        try:
            yield from _answered(module, example["value"])
            yield from _sent(module, route, method, operation, case)
        except Exception as error:  # noqa: BLE001  # whatever is raised is a broken client, and is told
            yield f"{case}: {type(error).__name__}: {error}"


def _answered(module: Any, body: dict[str, Any]) -> Iterator[str]:
    import httpx

    from aihub_api._runtime.operation import Call
    from aihub_api.client import Client

    told: list[Any] = []
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body)))
    with Client("http://host:1", http=http, is_strict=True, on_drift=lambda _, drifts: told.extend(drifts)) as client:
        answer = client.send(Call(operation=module.OPERATION, target="/"))
    if told:
        yield f"drift in its own example: {told}"
    data = body.get("data")
    if module.OPERATION.data is not None and _plain(answer.data, data) != data:
        yield f"the answer {data} is read as {_plain(answer.data, data)}"


def _sent(module: Any, route: str, method: str, operation: dict[str, Any], case: str) -> Iterator[str]:
    arguments = _arguments(module, operation, case)
    if arguments is None:
        return
    call = _called(module, arguments)
    if module.OPERATION.method != method:
        yield f"sent as {module.OPERATION.method} instead of {method}"
    target, _, query = call.target.partition("?")
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route))
    if not re.fullmatch(pattern, target):
        yield f"sent to {target} instead of {route}"
    for parameter in operation.get("parameters", ()):
        where, name = parameter.get("in", "path"), parameter.get("name")
        if where != "path" and name in arguments and (where != "query" or f"{name}=" not in query):
            yield f"the {where} parameter {name} is not sent there"
    wanted = _example(operation.get("requestBody", {}).get("content", {}).get("application/json"), case)
    if wanted is not None and json.loads(call.content) != wanted:
        yield f"sends {call.content!r} instead of {wanted}"


class _Caught(Exception):
    """Stops a call on its way out."""


class _Catching:
    """A sender that gives back what it was asked to send."""

    def build(self, make: Any) -> Any:
        return make()

    def send(self, call: Any) -> Any:
        raise _Caught(call)


def _called(module: Any, arguments: dict[str, Any]) -> Any:
    """The call that is sent, the same from the function and from the service's object."""
    service = importlib.import_module(module.__name__.rpartition(".")[0])
    api = getattr(service, "".join(part.capitalize() for part in module.OPERATION.service.split("_")) + "Api")
    told = []
    name = module.__name__.rpartition(".")[2]
    for send in (functools.partial(module.sync, _Catching()), getattr(api(_Catching()), name)):
        try:
            with warnings.catch_warnings():
                # A deprecated operation has to work as well.
                warnings.simplefilter("ignore", DeprecationWarning)
                send(**arguments)
        except _Caught as caught:
            told.append(caught.args[0])
    if told[0] != told[1] or told[0] != module.call(**arguments):
        raise AssertionError(f"{told} are not the same call")
    return told[0]


def _credential(module: Any, operation: dict[str, Any], schemes: dict[str, Any]) -> Iterator[str]:
    """The credential travels where the operation's security scheme says."""
    import httpx

    from aihub_api._runtime.operation import Call
    from aihub_api.client import Client
    from aihub_api.errors import ApiError

    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    # The answer is no envelope; the request is what matters here.
    with (
        contextlib.suppress(ApiError),
        Client("http://host:1", http=http, token="secret", relay_token="secret") as client,
    ):
        client.send(Call(operation=module.OPERATION, target="/"))
    for name in (name for requirement in operation["security"] for name in requirement):
        scheme = schemes[name]
        header = "Authorization" if scheme["type"] == "http" else scheme["name"]
        if "secret" not in seen[0].headers.get(header, ""):
            yield f"the credential of {name} is not sent in {header}"


def _arguments(module: Any, operation: dict[str, Any], case: str) -> dict[str, Any] | None:
    """The arguments that make the example's request; None when the example does not show all of it."""
    import msgspec

    arguments: dict[str, Any] = {}
    for parameter in operation.get("parameters", ()):
        shown = parameter.get("examples", {}).get(case)
        if shown is not None:
            kind, is_list = next(
                (one.type, one.is_list)
                for one in (*module.OPERATION.path_parameters, *module.OPERATION.query_parameters)
                if one.name == parameter["name"]
            )
            value = shown["value"]
            arguments[parameter["name"]] = [kind(one) for one in value] if is_list else kind(value)
        elif "$ref" not in parameter and parameter.get("required"):
            return None
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        value = _example(content, case)
        if value is None or media != "application/json":
            return None
        arguments["body"] = msgspec.convert(value, get_type_hints(module.call)["body"])
    return arguments


def _example(content: dict[str, Any] | None, case: str) -> Any:
    return (content or {}).get("examples", {}).get(case, {}).get("value")


def _plain(value: Any, like: Any) -> Any:
    """An attrs value as JSON, with a field that is None only where `like` has it."""
    import attrs

    if isinstance(value, Enum):
        return value.value
    if attrs.has(type(value)):
        held = like if isinstance(like, dict) else {}
        own = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
        return {name: _plain(item, held.get(name)) for name, item in own.items() if item is not None or name in held}
    if isinstance(value, list):
        others = like if isinstance(like, list) and len(like) == len(value) else [None] * len(value)
        return [_plain(item, other) for item, other in zip(value, others, strict=True)]
    return value


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

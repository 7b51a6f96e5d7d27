"""Stage `bundle`: each service's YAML and the shared parts it uses become one self-contained OpenAPI document."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

from .project import COMMAND, GeneratorError
from .source import ExampleFile, Spec

Json = dict[str, Any]
_SHARED_REF = re.compile(r"^(?:\.\./shared/|\./)?(?P<file>[\w-]+\.yaml)#/components/(?P<kind>\w+)/(?P<name>\w+)$")
_LOCAL_REF = re.compile(r"^#/components/(?P<kind>\w+)/(?P<name>\w+)$")
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


def bundles(spec: Spec) -> dict[str, Json]:
    """One self-contained document a service, in the services' alphabetical order."""
    return {name: _bundle(spec, name) for name in sorted(spec.services)}


def merged(spec: Spec, documents: dict[str, Json]) -> Json:
    """All services in one document; every path names its own servers."""
    whole: Json = _head(spec, dict(spec.info.data["info"]))
    whole["tags"] = [tag for document in documents.values() for tag in document["tags"]]
    whole["paths"] = {}
    components: dict[str, Json] = {}
    for document in documents.values():
        for path, item in document["paths"].items():
            whole["paths"][path] = {"servers": document["servers"], **item}
        for kind, members in document["components"].items():
            components.setdefault(kind, {}).update(members)
    whole["components"] = _sorted_components(components)
    return whole


def write_bundles(spec: Spec, documents: dict[str, Json], folder: Path) -> None:
    """Write the data package `aihub_openapi` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    everything = {**documents, "aihub": merged(spec, documents)}
    for name, document in everything.items():
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def operations(document: Json) -> dict[str, tuple[str, str, Json]]:
    """OperationId → (path, method in capitals, operation), in document order."""
    return {
        operation["operationId"]: (path, method.upper(), operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    }


def _head(spec: Spec, info: Json) -> Json:
    version = spec.info.data["info"]["version"]
    ordered = {"title": info.pop("title"), "version": version, **{k: v for k, v in info.items() if k != "version"}}
    return {"openapi": "3.1.0", "info": ordered, "x-generated": f"by `{COMMAND}` from spec/. Do not edit."}


def _bundle(spec: Spec, service: str) -> Json:
    source = copy.deepcopy(spec.services[service].data)
    document = _head(spec, dict(source["info"]))
    document["servers"] = _servers(spec, service)
    document["tags"] = source["tags"]
    document["paths"] = source["paths"]
    components = source.get("components", {})
    _inline_shared(spec, {"paths": document["paths"], "components": components}, components)
    _add_security_schemes(spec, document["paths"], components)
    _add_examples(spec, service, document)
    _add_fallbacks(spec, document)
    document["components"] = _sorted_components(components)
    return document


def _sorted_components(components: dict[str, Json]) -> dict[str, Json]:
    return {kind: dict(sorted(members.items())) for kind, members in sorted(components.items())}


def _servers(spec: Spec, service: str) -> list[Json]:
    table = spec.environments.data
    row = table["services"][service]
    addresses = {**row["addresses"], "local": row["local"]}
    return [
        {
            "url": addresses[name],
            "description": environment["title"],
            "x-environment": name,
            "x-zh": environment["x-zh"],
        }
        for name, environment in table["environments"].items()
        if name in addresses
    ]


def _inline_shared(spec: Spec, node: Any, components: dict[str, Json], file: str | None = None) -> None:
    """Rewrite every reference into `shared/` below `node` to a local one and copy its target, transitively."""
    if isinstance(node, list):
        for item in node:
            _inline_shared(spec, item, components, file)
        return
    if not isinstance(node, dict):
        return
    reference = node.get("$ref")
    if isinstance(reference, str):
        node["$ref"] = _localised(spec, reference, components, file)
    for value in list(node.values()):
        _inline_shared(spec, value, components, file)


def _localised(spec: Spec, reference: str, components: dict[str, Json], file: str | None) -> str:
    match = _SHARED_REF.match(reference) or (_LOCAL_REF.match(reference) if file else None)
    if match is None:
        return reference
    kind, name = match["kind"], match["name"]
    source = match.groupdict().get("file") or file
    try:
        target = spec.shared[str(source)].data["components"][kind][name]
    except KeyError:
        raise GeneratorError(f"spec/shared/{source} has no components/{kind}/{name} ({reference})") from None
    members = components.setdefault(kind, {})
    if name not in members:
        members[name] = copy.deepcopy(target)
        _inline_shared(spec, members[name], components, source)
    return f"#/components/{kind}/{name}"


def _add_security_schemes(spec: Spec, paths: Json, components: dict[str, Json]) -> None:
    schemes = spec.shared["security.yaml"].data["components"]["securitySchemes"]
    used = {
        name
        for _, _, operation in operations({"paths": paths}).values()
        for requirement in operation["security"]
        for name in requirement
    }
    if used:
        components["securitySchemes"] = {name: copy.deepcopy(schemes[name]) for name in sorted(used)}


def _add_examples(spec: Spec, service: str, document: Json) -> None:
    of_service = [example for example in spec.examples if example.service == service]
    known = operations(document)
    for example in sorted(of_service, key=lambda e: (e.operation_id, e.case)):
        _, _, operation = known[example.operation_id]
        _add_request_example(operation, example)
        _add_response_example(operation, example)


def _add_fallbacks(spec: Spec, document: Json) -> None:
    """Name, on each operation that has them, the other methods that it may be served under."""
    known = operations(document)
    for operation_id, fallback in spec.behaviours.data["fallbacks"].items():
        if operation_id in known:
            known[operation_id][2]["x-fallback-methods"] = [fallback["method"]]


def _text(example: ExampleFile) -> Json:
    return {"summary": example.data["summary"], "x-zh": example.data["x-zh"]}


def _add_request_example(operation: Json, example: ExampleFile) -> None:
    request = example.data.get("request", {})
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        if "body" in request:
            media.setdefault("examples", {})[example.case] = {**_text(example), "value": request["body"]}
        elif "form" in request and media_type == "multipart/form-data":
            media.setdefault("examples", {})[example.case] = {**_text(example), "value": request["form"]}
    for parameter in operation.get("parameters", []):
        given = request.get(parameter.get("in"), {})
        if parameter.get("name") in given:
            examples = parameter.setdefault("examples", {})
            examples[example.case] = {**_text(example), "value": given[parameter["name"]]}


def _add_response_example(operation: Json, example: ExampleFile) -> None:
    response = example.data["response"]
    declared = operation["responses"].get(str(response["status"]))
    if declared is None or "$ref" in declared:
        return  # a shared response carries its own examples
    media = declared["content"]["application/json"]
    media.setdefault("examples", {})[example.case] = {**_text(example), "value": response["body"]}

"""Putting a stub where it belongs: into the files that are there, which stay as they are otherwise."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from generator.lint import Finding, lint
from generator.lint.casing import snake_case
from generator.lint.naming import VERBS, is_service_key
from generator.marked_yaml import Document, parse
from generator.project import GeneratorError, Project
from generator.scaffold.stub import Stub, new_service
from generator.source import Spec, load_spec

__all__ = ["scaffold"]


def scaffold(
    project: Project, service: str, operation_id: str, *, method: str | None = None, path: str | None = None
) -> list[Path]:
    """Add an operation to the spec, and its service when there is none; the files that were written.

    Args:
        service: Service key, such as `data_warehouse`.
        operation_id: Its name, such as `listTables`.
        method: HTTP method; the one that the verb suggests when None.
        path: Path from the host's root; one that the name suggests when None.

    Raises:
        GeneratorError: It cannot be called so, is there already, or would break a rule. Nothing was written.
    """
    spec = load_spec(project.spec)
    verb, noun = _words(operation_id)
    if not is_service_key(service):
        raise GeneratorError(
            f"{service!r} is no service key, or one that is taken. Write it in lower case, as in data_warehouse."
        )
    if method is not None and method.lower() not in {"get", "post", "put", "patch", "delete"}:
        raise GeneratorError(f"{method!r} is no method of an operation. Write get, post, put, patch or delete.")
    if path is not None and not path.startswith("/"):
        raise GeneratorError(
            f"{path!r} is no path. Write it from the host's root, as in /data-warehouse/api/v1/tables."
        )
    stub = Stub(service, operation_id, verb, noun, _base(spec, service), method and method.lower(), path)
    _check_free(spec, stub)
    texts = _texts(project.spec, spec, stub)
    _refuse_unsound(spec, texts)
    _put(texts)
    return list(texts)


def _words(operation_id: str) -> tuple[str, str]:
    verb, _, noun = snake_case(operation_id).replace("_", "-").partition("-")
    if verb not in VERBS or not noun or not operation_id.isalnum():
        raise GeneratorError(f"{operation_id!r} is not verbNoun. Start it with one of {', '.join(VERBS)}.")
    return verb, noun


def _base(spec: Spec, service: str) -> str:
    """What all paths of the service begin with, whole steps only."""
    known = list(spec.services[service].data.get("paths") or {}) if service in spec.services else []
    shared = os.path.commonpath(known) if known else f"/{service.replace('_', '-')}/api/v1"
    versioned = re.match(r".*?/v\d+(?=/|$)", shared)
    return versioned[0] if versioned else shared.rstrip("/")


def _check_free(spec: Spec, stub: Stub) -> None:
    for service, document in spec.services.items():
        for path, item in (document.data.get("paths") or {}).items():
            for method, operation in item.items():
                if isinstance(operation, dict) and operation.get("operationId") == stub.operation_id:
                    raise GeneratorError(f"{stub.operation_id} is there already: {service}, {method} {path}.")
                if (path, method) == (stub.path, stub.method):
                    raise GeneratorError(f"{method} {path} is taken. Name another one: --path /… or --method ….")


def _texts(root: Path, spec: Spec, stub: Stub) -> dict[Path, str]:
    """The files that change or come, with what they then hold."""
    texts = {}
    file = root / "services" / f"{stub.service}.yaml"
    if stub.service in spec.services:
        text = file.read_text(encoding="utf-8")
    else:
        text, row = new_service(stub.service)
        texts[root / "environments.yaml"] = _with_row(root / "environments.yaml", row, spec.environments)
    texts[file] = _with_operation(text, stub)
    folder = root / "examples" / stub.service
    return texts | {folder / name: content for name, content in stub.examples().items()}


def _refuse_unsound(spec: Spec, texts: dict[Path, str]) -> None:
    """Try the stub on a copy of the spec, so that no rule has anything against it later."""
    known = {_what(finding) for finding in lint(spec)}
    with tempfile.TemporaryDirectory() as aside:
        root = Path(shutil.copytree(spec.root, Path(aside) / spec.root.name))
        _put({root / path.relative_to(spec.root): text for path, text in texts.items()})
        new = [finding for finding in lint(load_spec(root)) if _what(finding) not in known]
    if new:
        listing = "\n".join(map(str, new))
        raise GeneratorError(f"It would break a rule, so nothing was written:\n{listing}")


def _what(finding: Finding) -> tuple[str, str, str]:
    """The finding without its line, which the stub moves."""
    return finding.path, finding.code, finding.message


def _put(texts: dict[Path, str]) -> None:
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _with_operation(text: str, stub: Stub) -> str:
    """The service's file with the operation at the end of its path, and the schemas at the end of all."""
    document = parse(stub.service, text, shown=stub.service)
    lines = text.splitlines(keepends=True)
    at_end = _end_of(lines, document, ("components", "schemas"))
    lines[at_end:at_end] = [("\n" if lines[at_end - 1].strip() != "schemas:" else ""), stub.schemas()]
    if stub.path in (document.data.get("paths") or {}):
        at = _end_of(lines, document, ("paths", stub.path))
        lines[at:at] = [stub.operation(4)]
    else:
        at = _end_of(lines, document, ("paths",))
        gap = "" if lines[at - 1].strip() == "paths:" else "\n"
        lines[at:at] = [f"{gap}  {stub.path}:\n", stub.operation(4)]
    return "".join(lines)


def _end_of(lines: list[str], document: Document, pointer: tuple[str, ...]) -> int:
    """The number of the line after the last one of a block; blank lines below it do not belong to it."""
    start = document.line(pointer) - 1
    depth = _depth(lines[start])
    end = start + 1
    for number in range(start + 1, len(lines)):
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            if _depth(lines[number]) <= depth:
                break
            end = number + 1
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    return end


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _with_row(file: Path, row: str, environments: Document) -> str:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    at = _end_of(lines, environments, ("services",))
    lines[at:at] = [row]
    return "".join(lines)

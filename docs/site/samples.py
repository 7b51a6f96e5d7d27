"""Copyable requests for an operation: curl, Python, asyncio and the command line, made from the spec's examples."""

from __future__ import annotations

import importlib
import json
import shlex
import subprocess
import sys
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints
from urllib.parse import quote, urlencode

import attrs

from aihub_api.tables import OPERATIONS

from .operations import Operation

# What fits beside the navigation, and into the box of the interactive page.
_WIDTH = 60
LABELS = {"curl": "curl", "python": "Python", "asyncio": "Python (asyncio)", "shell": "aihub"}
LANGUAGES = {"curl": "sh", "python": "python", "asyncio": "python", "shell": "sh"}


def samples(operation: Operation) -> dict[str, str]:
    """The samples of an operation, by kind."""
    return {
        "curl": _curl(operation),
        "python": _python(operation, is_async=False),
        "asyncio": _python(operation, is_async=True),
        "shell": _shell(operation),
    }


def code_samples(operation: Operation) -> list[dict[str, str]]:
    """The samples as the extension `x-codeSamples`."""
    languages = {"curl": "Shell", "python": "Python", "asyncio": "Python", "shell": "Shell"}
    return [
        {"lang": languages[kind], "label": LABELS[kind], "source": text} for kind, text in samples(operation).items()
    ]


def _curl(operation: Operation) -> str:
    words = ["curl -fsS" if operation.method == _usual(operation) else f"curl -fsS -X {operation.method}"]
    base = "$AI_HUB_BASE_URL"
    if operation.security == "relayToken":
        base = "$AI_HUB_S3_RELAY_URL"
        words += ['--cacert "$AI_HUB_S3_CA_FILE"', '-H "Token: $AI_HUB_S3_TOKEN"']
    elif operation.security:
        words.append('-H "Authorization: Bearer $AI_HUB_TOKEN"')
    words += _curl_body(operation)
    path = operation.path
    for name, value in operation.path_values.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = f"?{urlencode(operation.query_values)}" if operation.query_values else ""
    return " \\\n  ".join([*words, f'"{base}{path}{query}"'])


def _usual(operation: Operation) -> str:
    """The method that curl takes by itself."""
    return "GET" if operation.body is None else "POST"


def _curl_body(operation: Operation) -> list[str]:
    if operation.files:
        texts = [f"-F {shlex.quote(f'{name}={value}')}" for name, value in (operation.body or {}).items()]
        return texts + [f"-F {name}=@{file}" for name, file in operation.files.items()]
    if operation.body is None:
        return []
    return ["-H 'Content-Type: application/json'", f"-d {shlex.quote(_json(operation.body))}"]


def _json(body: dict[str, Any]) -> str:
    """A body, in one line where it fits into one, and otherwise with a line for each field."""
    text = json.dumps(body, ensure_ascii=False)
    return text if len(text) <= _WIDTH else json.dumps(body, ensure_ascii=False, indent=2)


def _shell(operation: Operation) -> str:
    words = ["aihub api", f"{operation.service} {OPERATIONS[operation.id].function}".replace("_", "-")]
    given = {**operation.path_values, **operation.query_values}
    body = operation.body or {}
    # An option for each field reads best; what has lists or switches is shorter as JSON.
    if all(isinstance(value, str) or type(value) is int for value in body.values()):
        hints = get_type_hints(_body_class(operation)) if body or operation.files else {}
        given |= {name: _option(hints[name], value) for name, value in body.items()}
        body = {}
    options = [f"--{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in given.items()]
    options += [f"--{name.replace('_', '-')} {file}" for name, file in operation.files.items()]
    if body:
        options.append(f"--body {shlex.quote(_json(body))}")
    return " \\\n  ".join([" ".join(words), *options]) if len(options) > 2 else " ".join([*words, *options])


def _option(hint: Any, value: Any) -> Any:
    """The value as the command line takes it: of an enum, its name."""
    for each in [hint, *get_args(hint)]:
        if isinstance(each, type) and issubclass(each, Enum):
            return each(value).name
    return value


def _python(operation: Operation, *, is_async: bool) -> str:
    row = OPERATIONS[operation.id]
    names: set[str] = set()
    arguments = [f"{name}={value!r}" for name, value in {**operation.path_values, **operation.query_values}.items()]
    if operation.body is not None:
        arguments.insert(0, f"body={_constructor(_body_class(operation), operation, names)}")
    call = f"hub.api.{row.service}.{row.function}({', '.join(arguments)})"
    models = f"from aihub_api.{row.service}.models import {', '.join(sorted(names))}\n" if names else ""
    files = "from aihub_api.types import File\n" if operation.files else ""
    path = "from pathlib import Path\n\n" if operation.files else ""
    if not is_async:
        text = f"{path}{models}{files}from aihub_sdk import AIHub\n\nwith AIHub() as hub:\n    answer = {call}\n"
        return _formatted(text + "    print(answer)\n")
    body = f"    async with AsyncAIHub() as hub:\n        answer = await {call}\n        print(answer)\n"
    head = f"import asyncio\n{path or chr(10)}{models}{files}from aihub_sdk import AsyncAIHub\n\n"
    return _formatted(f"{head}\nasync def main() -> None:\n{body}\n\nasyncio.run(main())\n")


def _body_class(operation: Operation) -> Any:
    row = OPERATIONS[operation.id]
    return importlib.import_module(f"aihub_api.{row.service}.{row.function}").OPERATION.body


def _constructor(cls: Any, operation: Operation, names: set[str]) -> str:
    files = {name: f"File(Path({file!r}).read_bytes(), {file!r})" for name, file in operation.files.items()}
    return _value(cls, operation.body or {}, names, files)


def _value(hint: Any, value: Any, names: set[str], files: dict[str, str] | None = None) -> str:
    """The value as an expression of its type, and the model classes that this takes into `names`."""
    for each in [hint, *get_args(hint)]:
        if isinstance(value, dict) and attrs.has(each):
            names.add(each.__name__)
            hints = get_type_hints(each)
            given = [f"{key}={_value(hints[key], part, names)}" for key, part in value.items()]
            given += [f"{key}={text}" for key, text in (files or {}).items()]
            return f"{each.__name__}({', '.join(given)})"
        if isinstance(each, type) and issubclass(each, Enum):
            names.add(each.__name__)
            return f"{each.__name__}.{each(value).name}"
    if isinstance(value, list):
        inner = next(part for each in [hint, *get_args(hint)] for part in get_args(each))
        return f"[{', '.join(_value(inner, part, names) for part in value)}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


@cache
def _formatted(source: str) -> str:
    """As the project's formatter would write it, in lines short enough for a phone."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "88", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout

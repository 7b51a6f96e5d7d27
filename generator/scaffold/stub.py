"""The YAML and JSON of a new operation: complete, sound, and waiting for its real words."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from typing import Any

__all__ = ["Stub", "new_service"]

_WORDS = "To be written."
_CHINESE = "待补充。"
_METHODS = {"get": "get", "list": "get", "delete": "delete", "update": "put"}


@dataclass(frozen=True)
class Stub:
    """A new operation of a service: what is known about it, and what is guessed from its name."""

    service: str
    operation_id: str
    verb: str
    noun: str
    base: str
    given_method: str | None = None
    given_path: str | None = None

    @property
    def method(self) -> str:
        """The HTTP method: the given one, or the one that the verb suggests."""
        return self.given_method or _METHODS.get(self.verb, "post")

    @property
    def path(self) -> str:
        """The path: the given one, or the noun below the service's own."""
        plural = self.noun if self.noun.endswith("s") else f"{self.noun}s"
        return self.given_path or f"{self.base}/{plural}{'/{id}' if self._names_one else ''}"

    @property
    def _names_one(self) -> bool:
        """Whether the path itself says which object is meant."""
        return "{id}" in self.given_path if self.given_path else self.verb in {"get", "delete", "stop", "update"}

    @property
    def _has_body(self) -> bool:
        return self.method in {"post", "put", "patch"} and self.verb not in {"get", "list", "stop"}

    @property
    def _class(self) -> str:
        return self.operation_id[:1].upper() + self.operation_id[1:]

    def operation(self, indent: int) -> str:
        """The operation under its path."""
        lines = [
            f"{self.method}:",
            f"  operationId: {self.operation_id}",
            f"  tags: [{self.service}]",
            f"  summary: {self.verb.capitalize()} {self.noun.replace('-', ' ')}",
            f"  description: {_WORDS}",
            f"  x-zh: {{summary: {_CHINESE}, description: {_CHINESE}}}",
            "  x-source: 待补充 / 待补充",
            "  security: [{bearerAuth: []}]",
            *(_lines(_ID_PARAMETER, 2) if self._names_one else ()),
            *(
                _lines(_BODY.format(name=f"{self._class}Request", words=_WORDS, zh=_CHINESE), 2)
                if self._has_body
                else ()
            ),
            *_lines(_RESPONSES.format(name=f"{self._class}Response", words=_WORDS, zh=_CHINESE), 2),
        ]
        return _indented("\n".join(lines) + "\n", indent)

    def schemas(self) -> str:
        """The request, the envelope and its data, under `components: schemas:`."""
        names = {"owner": self._class, "words": _WORDS, "zh": _CHINESE}
        request = [_REQUEST.format(**names)] if self._has_body else []
        return _indented("\n".join([*request, _ENVELOPE.format(**names), _DATA.format(**names)]), 4)

    def examples(self) -> dict[str, str]:
        """The examples by file name: one success, one failure."""
        request: dict[str, Any] = {}
        if self._names_one:
            request["path"] = {"id": 1}
        if self._has_body:
            request["body"] = {"name": "a name"}
        whole = {"request": request} if request else {}
        data = {"id": 1, "name": "a name"}
        success = {**whole, "response": {"status": 200, "body": {"code": 0, "msg": "", "data": data}}}
        failure = {**whole, "response": {"status": 200, "body": {"code": 2, "msg": "not found", "data": None}}}
        return {
            f"{self.operation_id}.success.json": _json("A success.", "成功。", success),
            f"{self.operation_id}.failure-not-found.json": _json("There is no such object.", "对象不存在。", failure),
        }


def new_service(service: str) -> tuple[str, str]:
    """The file of a service without operations, and its row in environments.yaml."""
    title = service.replace("_", " ").capitalize()
    row = f"  {service}:\n    x-source: 待补充 / 待补充\n    addresses: {{}}\n    local: 'http://127.0.0.1:8021'\n"
    return _SERVICE.format(service=service, title=title, words=_WORDS, zh=_CHINESE), row


def _json(summary: str, chinese: str, content: dict[str, Any]) -> str:
    return json.dumps({"summary": summary, "x-zh": chinese, **content}, ensure_ascii=False, indent=2) + "\n"


def _lines(text: str, indent: int) -> list[str]:
    return _indented(text, indent).splitlines()


def _indented(text: str, indent: int) -> str:
    return textwrap.indent(text, " " * indent)


_ID_PARAMETER = f"""\
parameters:
  - name: id
    in: path
    required: true
    description: {_WORDS}
    x-zh: {_CHINESE}
    schema: {{type: integer, format: int64, examples: [1]}}
"""
_BODY = """\
requestBody:
  required: true
  description: {words}
  x-zh: {zh}
  content:
    application/json:
      schema: {{$ref: '#/components/schemas/{name}'}}
"""
_RESPONSES = """\
responses:
  '200':
    description: {words}
    x-zh: {zh}
    content:
      application/json:
        schema: {{$ref: '#/components/schemas/{name}'}}
  default: {{$ref: '../shared/envelope.yaml#/components/responses/Failure'}}
"""
_REQUEST = """\
{owner}Request:
  type: object
  description: {words}
  x-zh: {zh}
  required: [name]
  properties:
    name:
      type: string
      description: {words}
      x-zh: {zh}
      examples: [a name]
"""
_ENVELOPE = """\
{owner}Response:
  type: object
  x-envelope: true
  description: {words}
  x-zh: {zh}
  required: [code]
  properties:
    code: {{$ref: '../shared/envelope.yaml#/components/schemas/Code'}}
    msg: {{$ref: '../shared/envelope.yaml#/components/schemas/Message'}}
    data:
      description: {words}
      x-zh: {zh}
      anyOf:
        - {{$ref: '#/components/schemas/{owner}Data'}}
        - {{type: 'null'}}
"""
_DATA = """\
{owner}Data:
  type: object
  description: {words}
  x-zh: {zh}
  required: [id]
  properties:
    id:
      type: integer
      format: int64
      description: {words}
      x-zh: {zh}
      examples: [1]
    name:
      type: string
      description: {words}
      x-zh: {zh}
      examples: [a name]
"""
_SERVICE = """\
openapi: 3.1.0
info:
  title: {title}
  description: {words}
  x-zh:
    title: 待补充
    description: {zh}
  x-service: {service}
tags:
  - name: {service}
    x-displayName: 待补充
    description: {words}
    x-zh: {zh}
paths:
components:
  schemas:
"""

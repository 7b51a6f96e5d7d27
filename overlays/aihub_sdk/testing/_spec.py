"""What the spec says about requests and answers, as the emulator checks it: the SDK's own encoder is not asked."""

from __future__ import annotations

import copy
import importlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, unquote

from aihub_sdk.errors import ConfigurationError

from .script import FakeCall, UnfitAnswer, UnfitRequest

if TYPE_CHECKING:
    from types import ModuleType

    from aihub_emulator.spec import Operation

__all__ = ["check_answer", "emulator_module", "example", "operation_named", "received"]

T = TypeVar("T")
_PART_NAME = re.compile(rb'\bname="([^"]*)"')
_PART_FILE = re.compile(rb'\bfilename="')
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')


def emulator_module(name: str) -> ModuleType:
    """A module of the emulator, which is an extra.

    Raises:
        ConfigurationError: The extra is not installed.
    """
    try:
        return importlib.import_module(f"aihub_emulator.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("aihub_"):
            raise
        raise ConfigurationError(
            f"aihub_sdk.testing needs {error.name}, which is not installed.",
            setting="testing",
            hint="Install it: pip install 'aihub-sdk[emulator]'.",
        ) from error


def operation_named(operation_id: str) -> Operation:
    """The operation of the spec with this id.

    Raises:
        ValueError: There is none.
    """
    known: dict[str, Operation] = {each.id: each for each in emulator_module("spec").load_operations()}
    if operation_id not in known:
        raise ValueError(f"there is no operation {operation_id!r}; the operations are {', '.join(sorted(known))}")
    return known[operation_id]


def example(operation_id: str, name: str = "") -> dict[str, Any]:
    """The envelope of one of the spec's examples; its first success when no name is given.

    Raises:
        ValueError: There is no such operation or no such example.
    """
    operation = operation_named(operation_id)
    if name and name not in operation.examples:
        raise ValueError(f"{operation_id} has no example {name!r}; it has {', '.join(operation.examples)}")
    return copy.deepcopy(dict(operation.examples[name] if name else operation.example))


def check_answer(operation: Operation, envelope: Mapping[str, Any]) -> None:
    """Nothing, when the platform may answer so.

    Raises:
        UnfitAnswer: It may not.
    """
    spec, name = emulator_module("spec"), f"{operation.id[:1].upper()}{operation.id[1:]}Response"
    schema = spec.resolve({"$ref": f"#/components/schemas/{name}"})
    body = spec.Body("application/json", name, schema)
    try:
        text = json.dumps(envelope)
    except (TypeError, ValueError) as error:
        raise UnfitAnswer(f"the answer of {operation.id} is no JSON: {error}") from None
    check = emulator_module("requests.checking").check_json
    _checked(
        lambda: check(operation, body, text.encode()),
        lambda said: UnfitAnswer(
            f"the platform never answers {operation.id} so: {said.replace('body.', '', 1)} "
            "Pass strict=False to answer it all the same."
        ),
    )


def _checked(check: Callable[[], T], error: Callable[[str], AssertionError]) -> T:
    try:
        return check()
    except emulator_module("requests.answers").Refusal as refusal:
        raise error(refusal.message) from None


@cache
def _routes() -> list[tuple[re.Pattern[str], tuple[str, ...], Operation]]:
    routes = []
    for operation in emulator_module("spec").load_operations():
        parts = re.split(r"\{(\w+)\}", operation.path)
        pattern = "([^/]+)".join(re.escape(part) for part in parts[::2])
        routes.append((re.compile(pattern), tuple(parts[1::2]), operation))
    return routes


def received(method: str, target: str, headers: Mapping[str, str], content: bytes) -> FakeCall | None:
    """The call that a request makes; None when its path belongs to no operation.

    Args:
        target: Path and query, as they were sent.

    Raises:
        UnfitRequest: It belongs to one, and is not what the spec says.
    """
    path, _, query = target.partition("?")
    for pattern, names, operation in _routes():
        match = pattern.fullmatch(path)
        if match:
            in_path = dict(zip(names, map(unquote, match.groups()), strict=True))
            return _Arrival(operation, method, path, headers).call(in_path, query, content)
    return None


class _Arrival:
    """A request whose operation is known."""

    def __init__(self, operation: Operation, method: str, path: str, headers: Mapping[str, str]) -> None:
        self._operation = operation
        self._method = method
        self._path = path
        self._headers = headers

    def call(self, in_path: dict[str, str], query: str, content: bytes) -> FakeCall:
        """The call, checked."""
        operation = self._operation
        if self._method not in self._methods():
            raise self._unfit(f"{self._method} is not its method: {operation.method} is.")
        if operation.scheme is not None:
            sent, start = (
                self._headers.get(operation.scheme.header, ""),
                "Bearer " if operation.scheme.is_bearer else "",
            )
            if not sent.startswith(start) or sent == start:
                raise self._unfit(f"{operation.scheme.header}: is missing, or not what its scheme wants.")
        parameters = self._parameters(in_path, query)
        body, files = self._body(content)
        return FakeCall(operation.id, self._method, self._path, parameters, body, files)

    def _methods(self) -> set[str]:
        from aihub_api.tables import FALLBACKS  # noqa: PLC0415  # loaded with the first request

        row = FALLBACKS.get(self._operation.id)
        return {self._operation.method, *([row.method] if row else [])}

    def _parameters(self, in_path: dict[str, str], query: str) -> dict[str, Any]:
        sent = parse_qsl(query, keep_blank_values=True)
        known = {each.name for each in self._operation.parameters if each.place == "query"}
        for name, _ in sent:
            if name not in known:
                raise self._unfit(f"{name}: is no parameter of this operation.")
        if len(dict(sent)) < len(sent):
            raise self._unfit("a parameter is sent more than once.")
        read = emulator_module("requests.reading").read_parameters
        found: dict[str, Any] = _checked(lambda: read(self._operation, in_path, dict(sent)), self._unfit)
        return found

    def _body(self, content: bytes) -> tuple[dict[str, Any] | None, dict[str, bytes]]:
        body = self._operation.body
        if body is None:
            if content:
                raise self._unfit("body: is sent, and this operation has none.")
            return None, {}
        sent_type = self._headers.get("Content-Type", "")
        if sent_type.partition(";")[0].strip().lower() != body.media_type:
            raise self._unfit(f"Content-Type: is {sent_type!r}. Send {body.media_type}.")
        checking = emulator_module("requests.checking")
        if body.media_type == "application/json":
            _checked(lambda: checking.check_json(self._operation, body, content), self._unfit)
            fields: dict[str, Any] = json.loads(content)
            return fields, {}
        texts, files = self._parts(sent_type, content)
        _checked(lambda: checking.check_form(self._operation, body, texts, files), self._unfit)
        return dict(texts), files

    def _parts(self, content_type: str, content: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
        """The text parts and the file parts of a form."""
        boundary = _BOUNDARY.search(content_type)
        pieces = content.split(b"--" + boundary[1].encode()) if boundary else []
        if len(pieces) < 2 or pieces[-1].strip() != b"--":
            raise self._unfit("form: cannot be taken apart at its boundary.")
        texts: dict[str, str] = {}
        files: dict[str, bytes] = {}
        for piece in pieces[1:-1]:
            head, _, value = piece.partition(b"\r\n\r\n")
            name = _PART_NAME.search(head)
            if name is None:
                raise self._unfit("form: a part has no name.")
            if _PART_FILE.search(head):
                files[name[1].decode()] = value.removesuffix(b"\r\n")
            else:
                texts[name[1].decode()] = value.removesuffix(b"\r\n").decode()
        return texts, files

    def _unfit(self, said: str) -> UnfitRequest:
        name = self._operation.id
        return UnfitRequest(f"{self._method} {self._path} is no call of {name} as the spec has it: {said}")

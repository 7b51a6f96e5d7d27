"""Request bodies: generated request classes to JSON bytes or multipart parts, checked before anything is sent."""

from __future__ import annotations

import io
import re
from enum import Enum
from functools import cache
from typing import IO, Any, get_args, get_type_hints

import attrs
import msgspec

from .enums import OpenIntEnum, OpenStrEnum
from .errors import InvalidArgument

__all__ = ["File", "Form", "RequiredWhen", "encode_form", "encode_json", "typed_body"]

_AT = re.compile(r" - at `\$\.?(?P<path>.*)`$")
_EXPECTED = re.compile(r"^Expected `(?P<kinds>[^`]+)`")
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "True or False",
    "array": "a list",
    "object": "a dict or the class of its schema",
}
_MISSING_FIELD = re.compile(r"Object missing required field `(?P<name>[^`]+)`")


@attrs.frozen
class File:
    """A file part of a multipart request.

    Attributes:
        content: The bytes, or a binary file opened for reading; a file is streamed from its position.
        filename: The name the server sees.
        media_type: Its media type.
    """

    content: bytes | IO[bytes] = attrs.field(repr=False)
    filename: str = "upload"
    media_type: str = "application/octet-stream"


@attrs.frozen
class Form:
    """A multipart body: text fields first, then file parts, each in the spec's order."""

    fields: dict[str, str]
    files: dict[str, File]


@attrs.frozen
class RequiredWhen:
    """A field that must be given while another field has one of certain values."""

    field: str
    values: tuple[int | str, ...]


def encode_json(operation: str, body: object, expected: type) -> bytes:
    """The JSON bytes of `body`; fields that are None are left out.

    Raises:
        InvalidArgument: The body is of another class, or one of its fields does not fit.
    """
    plain = _checked(operation, body, expected)
    return msgspec.json.encode(plain)


def typed_body(operation: str, plain: dict[str, Any], expected: type) -> Any:
    """The request body that JSON data stands for; what the class does not know is ignored.

    Raises:
        InvalidArgument: A field is missing or does not fit.
    """
    try:
        return msgspec.convert(plain, type=expected)
    except msgspec.ValidationError as error:
        raise _from_validation(operation, str(error)) from error


def encode_form(operation: str, body: object, expected: type) -> Form:
    """The multipart parts of `body`; fields that are None are left out.

    Raises:
        InvalidArgument: The body is of another class, or one of its fields does not fit.
    """
    _expect_class(operation, body, expected)
    fields: dict[str, str] = {}
    files: dict[str, File] = {}
    for attribute, kind in _form_kinds(expected):
        name, value = attribute.name, getattr(body, attribute.name)
        if value is None and attribute.default is not attrs.NOTHING:
            rule = attribute.metadata.get("required_when")
            if rule is not None:
                _check_condition(operation, body, name, rule)
            continue
        if kind is File:
            files[name] = _checked_file(operation, name, value)
        else:
            fields[name] = _checked_text(operation, name, value, kind)
    return Form(fields=fields, files=files)


@cache
def _form_kinds(expected: type) -> list[tuple[attrs.Attribute[Any], type]]:
    """Each field with the class its value must have: `File`, `str` or an enum."""
    hints = get_type_hints(expected)
    kinds = ((a, [k for k in get_args(hints[a.name]) if k is not type(None)]) for a in attrs.fields(expected))
    return [(attribute, inner[0] if inner else hints[attribute.name]) for attribute, inner in kinds]


def _checked_file(operation: str, name: str, value: object) -> File:
    if not isinstance(value, File):
        raise _invalid(operation, name, f"is {_kind(value)}", "Pass a File")
    content: object = value.content
    if not isinstance(content, bytes) and (isinstance(content, io.TextIOBase) or not hasattr(content, "read")):
        remedy = "Pass bytes, or a file opened in binary mode"
        raise _invalid(operation, f"{name}.content", f"is {_kind(content)}", remedy)
    return value


def _checked_text(operation: str, name: str, value: object, kind: type) -> str:
    if not isinstance(value, str):
        raise _invalid(operation, name, f"is {_kind(value)}", "Pass text")
    if issubclass(kind, Enum):
        _check_values(operation, kind(value), name)
    return str(value.value) if isinstance(value, Enum) else value


def _kind(value: object) -> str:
    return "missing" if value is None else type(value).__name__


def _expect_class(operation: str, body: object, expected: type) -> None:
    if not isinstance(body, expected):
        raise InvalidArgument(
            f"is {type(body).__name__}",
            operation=operation,
            field="body",
            remedy=f"Pass a {expected.__name__}",
        )


def _checked(operation: str, body: object, expected: type) -> dict[str, Any]:
    _expect_class(operation, body, expected)
    plain = _plain(body)
    try:
        typed: object = msgspec.convert(plain, type=expected)
    except msgspec.ValidationError as error:
        raise _from_validation(operation, str(error)) from error
    _check_values(operation, typed, "")
    return plain  # type: ignore[no-any-return]  # an attrs instance always turns into a dict


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if attrs.has(type(value)):
        pairs = ((a.name, getattr(value, a.name)) for a in attrs.fields(type(value)))
        return {name: _plain(item) for name, item in pairs if item is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _check_values(operation: str, value: Any, at: str) -> None:
    if isinstance(value, (OpenIntEnum, OpenStrEnum)):
        if not value.is_known and not getattr(type(value), "__accepts_unlisted__", False):
            known = ", ".join(f"{m.value} ({m.name})" for m in type(value))
            raise _invalid(operation, at, f"is {value.value!r}", f"Pass one of {known}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_values(operation, item, f"{at}[{index}]")
    elif attrs.has(type(value)):
        for attribute in attrs.fields(type(value)):
            item = getattr(value, attribute.name)
            rule = attribute.metadata.get("required_when")
            name = f"{at}.{attribute.name}" if at else attribute.name
            if item is None and rule is not None:
                _check_condition(operation, value, name, rule)
            _check_keys(operation, item, name, attribute.metadata.get("required_keys", ()))
            _check_values(operation, item, name)


def _check_keys(operation: str, items: Any, at: str, keys: tuple[str, ...]) -> None:
    for index, item in enumerate(items if isinstance(items, list) else ()):
        for key in keys:
            if item.get(key) is None:
                raise _invalid(operation, f"{at}[{index}].{key}", "is missing", f"Pass {key!r}")


def _check_condition(operation: str, owner: Any, name: str, rule: RequiredWhen) -> None:
    other = getattr(owner, rule.field)
    if other in rule.values:
        shown = f"{rule.field}={other}"
        raise _invalid(operation, name, f"is missing, and {shown} needs it", f"Pass {name}")


def _from_validation(operation: str, text: str) -> InvalidArgument:
    match = _AT.search(text)
    path = match["path"] if match else ""
    problem = text[: match.start()] if match else text
    missing = _MISSING_FIELD.search(problem)
    if missing:
        name = f"{path}.{missing['name']}" if path else missing["name"]
        return _invalid(operation, name, "is missing", f"Pass {name}")
    expected = _EXPECTED.search(problem)
    problem = problem.replace("`", "")
    # The value stays out of the message: it may be a password.
    return _invalid(operation, path, f"does not fit: {problem[:1].lower()}{problem[1:]}", _remedy(expected))


def _remedy(expected: re.Match[str] | None) -> str:
    kinds = expected["kinds"].split(" | ") if expected else []
    words = [_WORDS[kind] for kind in kinds if kind in _WORDS]
    optional = ", or leave it out" if "null" in kinds else ""
    return f"Pass {' or '.join(words)}{optional}" if words else "Pass what the operation's description says"


def _invalid(operation: str, name: str, problem: str, remedy: str) -> InvalidArgument:
    field = f"body.{name}" if name else "body"
    return InvalidArgument(problem, operation=operation, field=field, remedy=remedy)

"""Reads a seed file, and says of a wrong one where it is wrong and what to do."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aihub_emulator.requests.reading import shown
from aihub_emulator.seeds.rules import Problem, advice, in_order, problems
from aihub_emulator.seeds.shape import UNKNOWN_KEYS, SeedShape
from aihub_emulator.settings import UnsupportedSetting

__all__ = ["checked", "digest_of", "parsed", "text_of"]

_LONGEST_BYTES = 16 << 20
_MOST_TOLD = 5
_WANTED = {
    "bool_type": "true or false",
    "dict_type": "an object",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "an object",
    "string_too_short": "text that is not empty",
    "string_type": "text",
    "too_short": "one or more",
}
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class _KeyTwiceError(ValueError):
    """One object of the file has a key twice; which of the two is meant, nobody can know."""


def text_of(file: Path) -> str:
    """What a seed file holds.

    Raises:
        UnsupportedSetting: It cannot be read.
    """
    try:
        with file.open("rb") as source:
            content = source.read(_LONGEST_BYTES + 1)
        if len(content) > _LONGEST_BYTES:
            raise UnsupportedSetting(f"seed {str(file)!r}: it is longer than {_LONGEST_BYTES >> 20} MiB.")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UnsupportedSetting(f"seed {str(file)!r}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UnsupportedSetting(f"seed {str(file)!r}: byte {error.start} is no UTF-8. Save it as UTF-8.") from error


def parsed(text: str, *, name: str) -> Any:
    """The JSON of a seed.

    Raises:
        UnsupportedSetting: It is none, or an object in it has a key twice.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        said = error.msg[:1].lower() + error.msg[1:]
        where = f"line {error.lineno}, column {error.colno}"
        raise UnsupportedSetting(f"seed {name!r}: {where}: it is not JSON ({said}).") from error
    except RecursionError as error:
        raise UnsupportedSetting(f"seed {name!r}: it is nested too deeply.") from error
    except ValueError as error:
        raise UnsupportedSetting(f"seed {name!r}: {error}.") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _KeyTwiceError(f"an object has the key {json.dumps(twice, ensure_ascii=False)} twice. Give it once")
    return made


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON. Give a number")


def checked(described: object, *, name: str) -> Mapping[str, Any]:
    """A seed with its defaults, each pipeline's nodes behind those that they depend on.

    Args:
        described: The file's JSON.
        name: What to call it in messages.

    Raises:
        UnsupportedSetting: It is no seed. The message has a line for each of the first places that are wrong.
    """
    try:
        # A default that is None would say something: "no message" is not the message of a failed version.
        seed = SeedShape.model_validate(described).model_dump(exclude_none=True)
    except ValidationError as error:
        found = [problem for details in error.errors(include_url=False) for problem in _problems(details)]
        raise _refused(name, found) from None
    if found := list(problems(seed)):
        raise _refused(name, found)
    for pipeline in seed["pipelines"]:
        for version in pipeline["versions"]:
            version["nodes"] = in_order(version["nodes"])
    return seed


def digest_of(seed: Mapping[str, Any]) -> str:
    """What tells a seed's content from any other's; spaces and the order of keys do not matter."""
    text = json.dumps(seed, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _refused(name: str, found: Sequence[Problem]) -> UnsupportedSetting:
    lines = [f"  {problem}" for problem in found[1:_MOST_TOLD]]
    if len(found) > _MOST_TOLD:
        lines.append(f"  and {len(found) - _MOST_TOLD} more")
    return UnsupportedSetting("\n".join((f"seed {name!r}: {found[0]}", *lines)))


def _problems(error: ErrorDetails) -> Iterator[Problem]:
    path, kind, value = _path(error["loc"]), error["type"], error["input"]
    if kind == UNKNOWN_KEYS:
        for key in error["ctx"]["unknown"]:
            yield Problem(_path((*error["loc"], key)), "is not known here", advice(key, error["ctx"]["known"]))
    elif kind == "missing":
        yield Problem(path, "is missing", "Give it.")
    elif kind == "literal_error":
        yield Problem(path, f"is {shown(value)}", _choice(value, error["ctx"]["expected"]))
    else:
        said = error["msg"][:1].lower() + error["msg"][1:]
        wanted = _WANTED.get(kind) or said.removeprefix("input should be ").replace("greater", "a number greater")
        yield Problem(path, f"is {shown(value)}", f"Give {wanted.replace('less than', 'a number less than')}.")


def _choice(value: object, expected: str) -> str:
    words = re.findall(r"'([^']*)'", expected)
    if isinstance(value, str) and words:
        return advice(value, words)
    return f"Give {expected}."


def _path(place: Sequence[int | str]) -> str:
    path = "$"
    for part in place:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part == "[key]":
            continue
        else:
            path += f".{part}" if _PLAIN.fullmatch(part) else f"[{json.dumps(part, ensure_ascii=False)}]"
    return path

"""What an option means in Chinese: a field's own words in the spec, or a sentence of text/commands.zh.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

import click

from aihub_api.tables import OPERATIONS
from aihub_sdk.cli._api_options import FieldOption
from aihub_sdk.cli._api_spec import Field, resolved

from .localizing import bundle
from .operations import operations
from .places import HERE

# What stands in brackets behind a sentence, piece by piece; a range of numbers needs no words.
_TAGS = (
    (re.compile(r"required when (\S+) is (.+)"), r"\1 为 \2 时必填"),
    (re.compile(r"required"), "必填"),
    (re.compile(r"repeat it for each one"), "可重复给出，每次一项"),
    (re.compile(r"default: (.+)"), r"默认值：\1"),
)
_WITH_TAGS = re.compile(r"(.*?)\s+\[([^\[\]]+)\]", re.DOTALL)


@cache
def sentences() -> dict[str, str]:
    """The Chinese of every option that is no field of a request, by its English sentence."""
    table: dict[str, str] = tomllib.loads((HERE / "text" / "commands.zh.toml").read_text("utf-8"))["option"]
    return table


def sentence_of(option: click.Parameter, shown: str) -> str:
    """The English sentence that is to be looked up, `""` when the spec has the words.

    Args:
        option: The option.
        shown: What the command's help shows for it.
    """
    return "" if _is_field(option, shown) else _parts(shown)[0]


def chinese_meaning(path: str, option: click.Parameter, shown: str) -> str:
    """What an option means, in Chinese; what is shown in English when there is no Chinese for it.

    Args:
        path: Full name of its command.
        option: The option.
        shown: What the command's help shows for it.
    """
    text, tags = _parts(shown)
    if isinstance(option, FieldOption) and _is_field(option, shown):
        found = _words_of_field(path, option.field)
    else:
        found = sentences().get(text, text)
    return f"{found}（{'；'.join(map(_tag, tags))}）" if tags else found


def _is_field(option: click.Parameter, shown: str) -> bool:
    # The option that reads a secret from the input belongs to a field as well, but is not described by it.
    return isinstance(option, FieldOption) and shown.startswith(option.field.text)


def _parts(shown: str) -> tuple[str, list[str]]:
    found = _WITH_TAGS.fullmatch(shown)
    return (found[1], found[2].split("; ")) if found else (shown, [])


def _tag(tag: str) -> str:
    for pattern, words in _TAGS:
        if pattern.fullmatch(tag):
            return pattern.sub(words, tag)
    return tag


def _words_of_field(path: str, field: Field) -> str:
    _, _, service, name = path.split(" ")
    document = bundle(service.replace("-", "_"))
    operation = next(
        each for each in operations(service.replace("-", "_")) if OPERATIONS[each.id].function == name.replace("-", "_")
    )
    spec = document["paths"][operation.path][operation.method.lower()]
    node = _node(document, spec, field)
    return str(node.get("x-zh", field.text)).strip()


def _node(document: dict[str, Any], spec: dict[str, Any], field: Field) -> Any:
    if field.place == "body":
        ((_, media),) = resolved(document, spec["requestBody"])["content"].items()
        return resolved(document, resolved(document, media["schema"])["properties"][field.name])
    parameters = (resolved(document, each) for each in spec["parameters"])
    found = next(each for each in parameters if (each["in"], each["name"]) == (field.place, field.name))
    return {**resolved(document, found["schema"]), **found}

"""The page of all commands, from click's own tree; Chinese sentences from text/commands.zh.toml and the spec."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator
from functools import cache

import click

from aihub_api.tables import OPERATIONS
from aihub_sdk.cli._root import root

from .localizing import localized
from .markdown import code_in_cell
from .operations import operations, service_keys
from .option_texts import chinese_meaning
from .places import HERE
from .words import cell

_HEAD = {
    "en": "# Commands\n\nEvery command of `aihub`, from the command line itself. Install it with "
    "`pip install 'aihub-sdk[cli]'`.\n",
    "zh": "# 命令一览\n\n`aihub` 的全部命令，取自命令行本身。安装：`pip install 'aihub-sdk[cli]'`。\n",
}
_COLUMNS = {"en": ("option", "meaning"), "zh": ("选项", "含义")}


def commands(command: click.Command = root, path: str = "aihub") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups before what is in them."""
    yield path, command
    if isinstance(command, click.Group):
        with click.Context(command, info_name=path) as context:
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                if found is not None and not found.hidden:
                    yield from commands(found, f"{path} {name}")


def options(path: str, command: click.Command) -> Iterator[tuple[click.Parameter, str, str]]:
    """Each option and argument of a command, with its names and its meaning as the command's help shows them."""
    with click.Context(command, info_name=path) as context:
        for each in command.get_params(context):
            if record := each.get_help_record(context):
                yield each, *record


@cache
def chinese() -> dict[str, str]:
    """What each command does, in Chinese, by its full name; of single operations, the spec's own words."""
    table: dict[str, str] = tomllib.loads((HERE / "text" / "commands.zh.toml").read_text("utf-8"))["command"]
    for service in service_keys():
        document = localized(service, "zh")
        group = f"aihub api {service.replace('_', '-')}"
        table[group] = document["info"]["title"] + "的全部接口。"
        for operation in operations(service):
            spec = document["paths"][operation.path][operation.method.lower()]
            name = OPERATIONS[operation.id].function.replace("_", "-")
            table[f"{group} {name}"] = f"{spec['summary']}。{spec['description']}"
    return table


def text(_path: str, language: str) -> str:
    """The Markdown of the page."""
    return "\n".join([_HEAD[language], *(_section(path, each, language) for path, each in commands())])


def _section(path: str, command: click.Command, language: str) -> str:
    help_text = inspect.cleandoc(command.help or command.short_help or "").split("\f")[0].strip()
    if language == "zh":
        help_text = chinese().get(path, help_text)
    with click.Context(command, info_name=path) as context:
        pieces = " ".join(command.collect_usage_pieces(context))
    rows = [
        (names, words if language == "en" else chinese_meaning(path, option, words))
        for option, names, words in options(path, command)
    ]
    anchor = path.replace(" ", "-")
    lines = [f"## {path} {{ #{anchor} }}", "", f"    {path} {pieces}".rstrip(), "", _prose(help_text), ""]
    if rows:
        option, meaning = _COLUMNS[language]
        lines += [f"| {option} | {meaning} |", "|---|---|"]
        lines += [f"| {code_in_cell(names)} | {cell(_prose(words))} |" for names, words in rows]
    return "\n".join([*lines, ""])


def _prose(words: str) -> str:
    # What stands in angle brackets would become HTML.
    return re.sub(r"<([^>\n]*)>", r"&lt;\1&gt;", words.replace("\b\n", ""))

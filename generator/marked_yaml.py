"""YAML as plain data plus the line that every value came from.

PyYAML's C parser reads some twenty times faster than a round-trip loader and still marks every node.
Two readings differ from PyYAML's own, both so that a file means what YAML 1.2 and JSON say it means:
`on`, `no`, `1:30` and dates stay text, and a mapping's keys are always text (`200:` is "200").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

Pointer = tuple[str | int, ...]


class SpecError(Exception):
    """A file of the spec is missing or cannot be read, so no stage can go on."""

    def __init__(self, path: str, line: int, message: str, remedy: str) -> None:
        super().__init__(path, line, message, remedy)
        self.path = path
        self.line = line
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} Fix: {self.remedy}"


@dataclass(frozen=True, eq=False)
class Document:
    """One file of the spec. `path` is relative to the spec's root and written with slashes."""

    path: str
    data: Any
    _node: yaml.Node = field(repr=False)

    def line(self, pointer: Pointer = ()) -> int:
        """The 1-based line of the key or item at `pointer`, or of its nearest parent."""
        line = 1
        node: yaml.Node | None = self._node
        for token in pointer:
            found = _step(node, token)
            if found is None:
                break
            line, node = found
        return line


def parse(path: str, text: str, *, shown: str) -> Document:
    """Read `text`; an error names the file as `shown`."""
    node = _compose(shown, text)
    if not isinstance(node, yaml.MappingNode):
        raise SpecError(shown, 1, "the file does not hold a mapping.", "write `key: value` lines at the top level.")
    return Document(path, _plain(shown, node), node)


class _CoreLoader(yaml.CSafeLoader):
    """The C parser with YAML 1.2's core schema in place of YAML 1.1's wider guesses."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the name and the shape are PyYAML's


for _kind, _pattern, _first in (
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), _first)

_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:bool": lambda text: text == "true",
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}


def _compose(shown: str, text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_CoreLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SpecError(shown, line, f"not valid YAML: {error.problem}.", "correct the YAML at this line.") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, text.find(chr(error.character))) + 1
        message = f"not valid YAML: the character U+{error.character:04X} is not allowed."
        raise SpecError(shown, line, message, "remove it.") from error


def _plain(shown: str, node: yaml.Node, above: tuple[yaml.Node, ...] = ()) -> Any:
    if any(node is one for one in above):
        line = node.start_mark.line + 1
        raise SpecError(shown, line, "an anchor stands inside of itself.", "write the value out instead of `*`.")
    if isinstance(node, yaml.MappingNode):
        data = {str(key.value): _plain(shown, value, (*above, node)) for key, value in node.value}
        if len(data) != len(node.value) or "<<" in data or not all(isinstance(key.value, str) for key, _ in node.value):
            _refuse_keys(shown, node)
        return data
    if isinstance(node, yaml.SequenceNode):
        return [_plain(shown, item, (*above, node)) for item in node.value]
    return _SCALARS.get(node.tag, str)(node.value)


def _refuse_keys(shown: str, node: yaml.MappingNode) -> None:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key.value, str):
            remedy = "write `key: value`, and quote a text that begins with a brace or a bracket."
            raise SpecError(shown, line, "a key is a mapping or a list.", remedy)
        if key.value == "<<":
            raise SpecError(shown, line, "`<<` merges nothing in YAML 1.2.", "write the keys out, or use a `$ref`.")
        if key.value in seen:
            message = f"the key `{key.value}` stands at line {seen[key.value]} too; only one would count."
            raise SpecError(shown, line, message, "merge the two entries.")
        seen[key.value] = line


def _step(node: yaml.Node | None, token: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(token):
                return key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(token, int) and token < len(node.value):
        item = node.value[token]
        return item.start_mark.line + 1, item
    return None

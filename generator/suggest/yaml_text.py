"""A YAML file as text that can be edited in places: everything else stays, comments and layout included."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import yaml

from generator.marked_yaml import Pointer

__all__ = ["YamlText"]


class _Entry(NamedTuple):
    """A key with its value; None for an item of a list."""

    key: yaml.Node | None
    value: yaml.Node


class YamlText:
    """The text of one file, edited step by step; each step reads the text anew, so that no position goes stale."""

    def __init__(self, text: str) -> None:
        self.text = text

    def add_lines(self, pointer: Pointer, lines: list[str]) -> bool:
        """Add lines behind everything in the block at `pointer`, indented like what is there. False in a flow."""
        entry = self._entry(pointer)
        if entry is None or not isinstance(entry.value, yaml.MappingNode) or entry.value.flow_style:
            return False
        indent = " " * entry.value.value[0][0].start_mark.column
        rows = self.text.splitlines(keepends=True)
        at = _end_of_block(rows, entry.value)
        rows[at:at] = [f"{indent}{line}\n" if line else "\n" for line in lines]
        self.text = "".join(rows)
        return True

    def add_key(self, pointer: Pointer, key: str, value: str) -> bool:
        """Add `key: value` to the mapping at `pointer`."""
        entry = self._entry(pointer)
        if entry is None or not isinstance(entry.value, yaml.MappingNode):
            return False
        if entry.value.flow_style:
            self._put(entry.value.value[-1][1].end_mark, entry.value.value[-1][1].end_mark, f", {key}: {value}")
            return True
        return self.add_lines(pointer, [f"{key}: {value}"])

    def append(self, pointer: Pointer, item: str) -> bool:
        """Add an item at the end of the list at `pointer`."""
        entry = self._entry(pointer)
        if entry is None or not isinstance(entry.value, yaml.SequenceNode):
            return False
        items = entry.value.value
        if entry.value.flow_style:
            at = items[-1].end_mark if items else entry.value.start_mark
            self._put(at, at, f", {item}") if items else self._replace(entry.value, f"[{item}]")
            return True
        last = items[-1]
        rows = self.text.splitlines(keepends=True)
        rows.insert(last.end_mark.line + 1, f"{' ' * entry.value.start_mark.column}- {item}\n")
        self.text = "".join(rows)
        return True

    def drop_item(self, pointer: Pointer, word: str) -> bool:
        """Take an item out of the list at `pointer`; the key goes with its last item."""
        entry = self._entry(pointer)
        if entry is None or not isinstance(entry.value, yaml.SequenceNode):
            return False
        kept = [node.value for node in entry.value.value if node.value != word]
        if not kept:
            return self.drop_key(pointer)
        self._replace(entry.value, f"[{', '.join(kept)}]")
        return True

    def replace(self, pointer: Pointer, text: str) -> bool:
        """Put another value in the place of the one at `pointer`."""
        entry = self._entry(pointer)
        if entry is None:
            return False
        self._replace(entry.value, text)
        return True

    def drop_key(self, pointer: Pointer) -> bool:
        """Take a key and its value away."""
        entry, parent = self._entry(pointer), self._entry(pointer[:-1])
        if entry is None or entry.key is None or parent is None:
            return False
        if not isinstance(parent.value, yaml.MappingNode):
            return False
        if not parent.value.flow_style:
            rows = self.text.splitlines(keepends=True)
            del rows[entry.key.start_mark.line : _end_of_block(rows, entry.value)]
            self.text = "".join(rows)
            return True
        pairs = parent.value.value
        index = next(i for i, (key, _) in enumerate(pairs) if key is entry.key)
        if index:
            self._put(pairs[index - 1][1].end_mark, entry.value.end_mark, "")
        elif len(pairs) > 1:
            self._put(entry.key.start_mark, pairs[1][0].start_mark, "")
        return True

    def _entry(self, pointer: Pointer) -> _Entry | None:
        node = yaml.compose(self.text, Loader=yaml.CSafeLoader)
        found: _Entry | None = None if node is None else _Entry(None, node)
        for token in pointer:
            found = _step(found.value, token) if found else None
        return found

    def _replace(self, node: yaml.Node, text: str) -> None:
        if getattr(node, "flow_style", True) is not False:
            self._put(node.start_mark, node.end_mark, text)
            return
        # A block ends where the next token starts: what is between belongs to the next one.
        rows = self.text.splitlines(keepends=True)
        end = _end_of_block(rows, node)
        rows[node.start_mark.line - 1] = f"{rows[node.start_mark.line - 1].rstrip()} {text}\n"
        del rows[node.start_mark.line : end]
        self.text = "".join(rows)

    def _put(self, start: yaml.Mark, end: yaml.Mark, text: str) -> None:
        place = _offsets(self.text)
        self.text = self.text[: place(start)] + text + self.text[place(end) :]


def _step(node: yaml.Node, token: str | int) -> _Entry | None:
    if isinstance(node, yaml.MappingNode):
        return next((_Entry(key, value) for key, value in node.value if key.value == str(token)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(token, int) and token < len(node.value):
        return _Entry(None, node.value[token])
    return None


def _end_of_block(rows: list[str], node: yaml.Node) -> int:
    """The number of the row after the last one of a value; blank rows and comments below it are not its own."""
    is_block = getattr(node, "flow_style", None) is False
    # A block ends where the next token starts, everything else where its own last character is.
    end: int = node.end_mark.line + (1 if node.end_mark.column and not is_block else 0)
    while end > node.start_mark.line + 1 and (not rows[end - 1].strip() or rows[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _offsets(text: str) -> Callable[[yaml.Mark], int]:
    starts = [0]
    for row in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(row))
    return lambda mark: starts[mark.line] + mark.column

"""A value of the spec together with where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from generator.source import Pointer


class Located(Protocol):
    """A file that knows its lines: a YAML document or an example."""

    @property
    def path(self) -> str:
        """Relative to the spec's root."""

    def line(self, pointer: Pointer = ()) -> int:
        """The 1-based line of `pointer`, or of its nearest parent."""


@dataclass(frozen=True, eq=False)
class Place:
    """A value and where it stands."""

    file: Located
    pointer: Pointer
    data: Any

    @property
    def path(self) -> str:
        """The file, relative to the spec's root."""
        return self.file.path

    @property
    def line(self) -> int:
        """The 1-based line in that file."""
        return self.file.line(self.pointer)

    @property
    def key(self) -> tuple[str, Pointer]:
        """The same for two values at the same place of the same file."""
        return self.file.path, self.pointer

    @property
    def name(self) -> str:
        """The last step of the pointer: a component's or a property's name."""
        return str(self.pointer[-1]) if self.pointer else ""

    def child(self, *tokens: str | int) -> Place:
        """The value further down; None stands for one that is not there."""
        data = self.data
        for token in tokens:
            data = _step(data, token)
        return Place(self.file, (*self.pointer, *tokens), data)

    def children(self, *tokens: str | int) -> Iterator[Place]:
        """Each entry of the mapping or list at `tokens`; nothing when there is none."""
        parent = self.child(*tokens)
        keys: Any = ()
        if isinstance(parent.data, dict):
            keys = parent.data
        elif isinstance(parent.data, list):
            keys = range(len(parent.data))
        return (parent.child(key) for key in keys)

    def get(self, key: str) -> Any:
        """The value under `key`, or None."""
        return _step(self.data, key)


def tokens(reference: str) -> list[str | int]:
    """The steps of the JSON pointer behind the `#`."""
    fragment = reference.partition("#")[2]
    steps = [step.replace("~1", "/").replace("~0", "~") for step in fragment.split("/")[1:]]
    return [int(step) if step.isdigit() else step for step in steps]


def _step(data: Any, token: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(str(token))
    if isinstance(data, list) and isinstance(token, int) and token < len(data):
        return data[token]
    return None

"""The nodes of a run as a tree, in text and in HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from aihub_api.workflow_center.models import TaskNode

__all__ = ["NodeTree"]


class NodeTree(NamedTuple):
    """Task nodes, each below a node that it depends on. `str()` draws it; a notebook shows it as a list.

    A node with several dependencies stands below the one that is furthest from the start, and names the others.

    Attributes:
        title: What the tree is of, such as `run 7`.
        state: The state of the whole.
        nodes: The nodes, in the platform's order.
    """

    title: str
    state: str
    nodes: tuple[TaskNode, ...]

    def __str__(self) -> str:
        lines = [f"{self.title}  {self.state}"]
        for branch, text in self._rows():
            lines.append(f"{branch}{text}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(f"{branch}{escape(text)}\n" for branch, text in self._rows())
        return f"<pre><b>{escape(self.title)}</b>  {escape(self.state)}\n{rows}</pre>"

    def _rows(self) -> Iterator[tuple[str, str]]:
        """Each node's branch and text, from the top."""
        children = _children(self.nodes)
        # Not by recursion: a chain may be longer than Python's stack is deep.
        waiting = [(_TOP, index, "") for index in reversed(children[_TOP])]
        while waiting:
            parent, index, stem = waiting.pop()
            is_last = index == children[parent][-1]
            yield stem + ("└── " if is_last else "├── "), self._text(index, parent)
            below = stem + ("    " if is_last else "│   ")
            waiting.extend((index, child, below) for child in reversed(children[index]))

    def _text(self, index: int, parent: int) -> str:
        node = self.nodes[index]
        above = self.nodes[parent].name if parent != _TOP else None
        # The document does not say what a dependency is; what else a platform sends is shown, and leads nowhere.
        others = [name for name in map(str, node.dependencies or ()) if name != above]
        also = f"  (after {', '.join(others)})" if others else ""
        said = f"  {node.message}" if node.message else ""
        return f"{node.name or '?'}  {node.status or 'unknown'}{also}{said}"


_TOP = -1


def _children(nodes: Sequence[TaskNode]) -> dict[int, list[int]]:
    """The nodes that stand below each node; those below none, or in a circle, stand at the top."""
    places = {node.name: index for index, node in enumerate(nodes) if node.name}
    above = [[places[name] for name in map(str, node.dependencies or ()) if name in places] for node in nodes]
    depth: dict[int, int] = {}
    children: dict[int, list[int]] = {_TOP: [], **{index: [] for index in range(len(nodes))}}
    parent = dict.fromkeys(range(len(nodes)), _TOP)
    # Each round places the nodes whose dependencies have all been placed; what is left after the last is a circle.
    for _ in nodes:
        for index in (i for i in range(len(nodes)) if i not in depth and all(up in depth for up in above[i])):
            parent[index] = max(above[index], key=lambda up: depth[up], default=_TOP)
            depth[index] = depth.get(parent[index], 0) + 1
    for index, up in parent.items():
        children[up].append(index)
    return children

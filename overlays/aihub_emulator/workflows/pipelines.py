"""Pipelines and their versions: each version a graph of nodes that depend on one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Node", "Param", "Pipeline", "Version", "pipelines_of"]


@dataclass(frozen=True)
class Param:
    """An input parameter of a version's first node.

    Attributes:
        default: Its value when a run does not give one; None: every run has to.
    """

    key: str
    default: str | None = None


@dataclass(frozen=True)
class Node:
    """One step of a version.

    Attributes:
        dependencies: Names of the nodes that have to succeed first.
        seconds: How long it runs; None leaves that to the settings.
        exit_code: 0 is a success.
        message: What it says when it fails.
        output: What comes out of it when it succeeds.
    """

    name: str
    dependencies: Sequence[str] = ()
    seconds: float | None = None
    exit_code: int = 0
    message: str = ""
    output: str = ""


@dataclass(frozen=True)
class Version:
    """A version of a pipeline. Its nodes stand behind those that they depend on, so there is no circle."""

    id: int
    name: str
    params: tuple[Param, ...]
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Pipeline:
    """A workflow with its versions by id."""

    id: int
    name: str
    versions: Mapping[int, Version]


def pipelines_of(seed: Mapping[str, Any]) -> dict[int, Pipeline]:
    """The pipelines of a seed by id."""
    return {described["id"]: _pipeline(described) for described in seed["pipelines"]}


def _pipeline(described: Mapping[str, Any]) -> Pipeline:
    versions = (_version(version) for version in described["versions"])
    return Pipeline(described["id"], described["name"], {version.id: version for version in versions})


def _version(described: Mapping[str, Any]) -> Version:
    return Version(
        id=described["id"],
        name=described["name"],
        params=tuple(Param(**param) for param in described["params"]),
        nodes=tuple(Node(**node) for node in described["nodes"]),
    )

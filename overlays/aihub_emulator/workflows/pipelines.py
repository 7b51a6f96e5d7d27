"""Pipelines and their versions: each version a graph of nodes that depend on one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aihub_emulator.settings import UnsupportedSetting

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
    """The pipelines of a seed by id.

    Raises:
        UnsupportedSetting: The seed describes one wrongly: a field, or a node that does not stand behind its
            dependencies.
    """
    pipelines: dict[int, Pipeline] = {}
    for described in seed.get("pipelines", ()):
        try:
            versions = [_version(version, described["name"]) for version in described["versions"]]
            pipeline = Pipeline(described["id"], described["name"], {version.id: version for version in versions})
        except (KeyError, TypeError) as error:
            raise UnsupportedSetting(f"seed: pipeline {described!r}: {error!r}. See seeds/demo.json.") from error
        if pipeline.id in pipelines or len(pipeline.versions) != len(versions):
            raise UnsupportedSetting(f"seed: pipeline {pipeline.id}: its id, or one of its versions', is there twice.")
        pipelines[pipeline.id] = pipeline
    return pipelines


def _version(described: Mapping[str, Any], pipeline: str) -> Version:
    where = f"seed: pipeline {pipeline!r}, version {described['name']!r}"
    nodes: dict[str, Node] = {}
    for node in (Node(**node) for node in described["nodes"]):
        if node.name in nodes:
            raise UnsupportedSetting(f"{where}: node {node.name!r} is there twice.")
        later = [name for name in node.dependencies if name not in nodes]
        if later:
            raise UnsupportedSetting(f"{where}: node {node.name!r} depends on {later}: list those nodes before it.")
        nodes[node.name] = node
    if not nodes:
        raise UnsupportedSetting(f"{where}: give it one node or more.")
    return Version(
        id=described["id"],
        name=described["name"],
        params=tuple(Param(**param) for param in described.get("params", ())),
        nodes=tuple(nodes.values()),
    )

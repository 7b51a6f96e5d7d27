"""What the parts of a seed must be to one another: ids and names are there once, references lead somewhere."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

__all__ = ["Problem", "advice", "in_order", "problems"]

Described = Mapping[str, Any]


class Problem(NamedTuple):
    """What is wrong at one place of a seed, and what to do about it."""

    path: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}. {self.remedy}"


def advice(given: object, known: Collection[str]) -> str:
    """The known word that was probably meant, or all of them."""
    close = difflib.get_close_matches(str(given), known, n=1)
    if close:
        return f'Did you mean "{close[0]}"?'
    return f"Known are: {', '.join(sorted(known))}." if known else "There are none."


def problems(seed: Described) -> Iterator[Problem]:
    """What is wrong with a seed whose every part by itself is right."""
    for part, keys in (
        ("users", ("id", "username")),
        ("datasets", ("id", "name")),
        ("feature_libraries", ("id",)),
        ("clusters", ("id",)),
        ("storages", ("id",)),
        ("projects", ("id",)),
        ("pipelines", ("id",)),
    ):
        for key in keys:
            yield from _twice(((f"$.{part}[{at}].{key}", each[key]) for at, each in enumerate(seed[part])), key)
    yield from _dataset_problems(seed["datasets"])
    yield from _cluster_problems(seed)
    for at, pipeline in enumerate(seed["pipelines"]):
        yield from _pipeline_problems(f"$.pipelines[{at}].versions", pipeline["versions"])


def _twice(places: Iterable[tuple[str, object]], what: str) -> Iterator[Problem]:
    first: dict[object, str] = {}
    for path, value in places:
        if value in first:
            yield Problem(path, f"is {value!r}, as {first[value]} is", f"Give each {what} once.")
        first.setdefault(value, path)


def _dataset_problems(datasets: Sequence[Described]) -> Iterator[Problem]:
    versions = [
        (f"$.datasets[{at}].versions[{number}]", version)
        for at, dataset in enumerate(datasets)
        for number, version in enumerate(dataset["versions"])
    ]
    yield from _twice(((f"{path}.id", version["id"]) for path, version in versions), "version id")
    for path, version in versions:
        if ("images" in version) == ("message" in version):
            what = "has both `images` and `message`" if "images" in version else "has neither `images` nor `message`"
            remedy = "Give `images` for a version that is there, or `message` for one that failed."
            yield Problem(path, what, remedy)


def _cluster_problems(seed: Described) -> Iterator[Problem]:
    users = {user["id"] for user in seed["users"]}
    for at, cluster in enumerate(seed["clusters"]):
        path = f"$.clusters[{at}]"
        names = ((f"{path}.nodes[{number}].name", node["name"]) for number, node in enumerate(cluster["nodes"]))
        yield from _twice(names, "node name")
        for number, user in enumerate(cluster.get("users", ())):
            if user not in users:
                known = ", ".join(map(str, sorted(users)))
                yield Problem(f"{path}.users[{number}]", f"is {user}, and no user has this id", f"Known are: {known}.")


def _pipeline_problems(path: str, versions: Sequence[Described]) -> Iterator[Problem]:
    yield from _twice(((f"{path}[{at}].id", version["id"]) for at, version in enumerate(versions)), "version id")
    for at, version in enumerate(versions):
        here, nodes = f"{path}[{at}]", version["nodes"]
        params = ((f"{here}.params[{number}].key", param["key"]) for number, param in enumerate(version["params"]))
        yield from _twice(params, "parameter")
        yield from _twice(((f"{here}.nodes[{number}].name", node["name"]) for number, node in enumerate(nodes)), "node")
        unknown = list(_unknown_dependencies(f"{here}.nodes", nodes))
        yield from unknown
        if not unknown and (circle := _circle(nodes)):
            shown = " -> ".join(circle)
            yield Problem(f"{here}.nodes", f"is a circle: {shown}", "Take one of these dependencies out.")


def _unknown_dependencies(path: str, nodes: Sequence[Described]) -> Iterator[Problem]:
    names = [node["name"] for node in nodes]
    for at, node in enumerate(nodes):
        for number, name in enumerate(node["dependencies"]):
            if name not in names:
                what = f"is {name!r}, and this version has no such node"
                yield Problem(f"{path}[{at}].dependencies[{number}]", what, advice(name, names))


def _circle(nodes: Sequence[Described]) -> Sequence[str]:
    """The names of nodes that depend on one another in a circle, the first one again at the end; empty if none do."""
    try:
        TopologicalSorter({node["name"]: node["dependencies"] for node in nodes}).prepare()
    except CycleError as error:
        # The sorter tells it from what is needed to what needs it.
        return list(reversed(error.args[1]))
    return ()


def in_order(nodes: Sequence[Described]) -> list[Described]:
    """Nodes without a circle, each behind those that it depends on, and otherwise as they were."""
    placed: dict[str, Described] = {}
    while len(placed) < len(nodes):
        waiting = (node for node in nodes if node["name"] not in placed)
        node = next(node for node in waiting if all(name in placed for name in node["dependencies"]))
        placed[node["name"]] = node
    return list(placed.values())

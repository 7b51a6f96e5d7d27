"""`hub.workflows`: starting runs, following their nodes. Every test runs sync and async."""

import json
from typing import Any

import pytest

from aihub_api.workflow_center.models import TaskNode, TaskNodeStatus
from aihub_sdk._jobs.node_tree import NodeTree
from aihub_sdk.errors import InvalidRequest, JobFailed, JobStopped
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, ok


def body(c: Client) -> Any:
    return json.loads(c.script.requests[-1].content)


def run(status: int, *nodes: dict[str, Any], **fields: Any) -> Any:
    return ok({"id": 7, "status": status, "task_nodes": list(nodes), **fields})


def node(name: str, status: int, *after: str, message: str = "") -> dict[str, Any]:
    return {"name": name, "status": status, "dependencies": list(after), "message": message}


def attached(c: Client) -> Any:
    return c.hub.attach("aihub://custom/run/7")


@pytest.mark.parametrize(
    ("params", "sent"),
    [
        (None, []),
        ({"dataset": "mnist/V1"}, [{"key": "dataset", "value": "mnist/V1"}]),
        ([{"key": "dataset", "value": "a", "more": 1}], [{"key": "dataset", "value": "a", "more": 1}]),
    ],
)
def test_a_run_is_started_with_its_parameters(client: MakeClient, params: Any, sent: Any) -> None:
    c = client(ok({"id": 7}))
    started = c.done(c.hub.workflows.run(1, 2, params=params, name="run-001"))

    assert body(c) == {"name": "run-001", "pipeline_id": 1, "pipeline_version_id": 2, "params": sent}
    assert started.ref == "aihub://custom/run/7"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"params": "dataset"}, "params"),
        ({"params": ["dataset"]}, "params"),
        ({"params": {"epochs": 10}}, "params.epochs"),
        ({"params": [{"value": "x"}]}, "body.params[0].key"),
        ({"name": " "}, "name"),
    ],
    ids=str,
)
def test_a_run_that_cannot_be_is_refused_before_anything_is_sent(
    client: MakeClient, given: dict[str, Any], field: str
) -> None:
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.workflows.run(1, 2, **given))
    assert caught.value.field == field


def test_a_failed_run_names_the_node_that_failed(client: MakeClient) -> None:
    c = client(run(4, node("prepare", 3), node("train", 4, "prepare", message="out of memory")))

    with pytest.raises(JobFailed, match=r"^Run 7 failed: node train: out of memory\.") as caught:
        c.done(attached(c).wait())
    assert caught.value.server_message == "node train: out of memory"


def test_a_failed_run_can_be_looked_at(client: MakeClient) -> None:
    c = client(run(4, node("prepare", 3), node("train", 4, "prepare", message="out of memory")))
    ended = c.done(attached(c).wait(check=False))

    assert [(each.name, each.message) for each in ended.failed_nodes] == [("train", "out of memory")]


def test_a_terminated_run_raises_as_stopped(client: MakeClient) -> None:
    c = client(run(5))

    with pytest.raises(JobStopped):
        c.done(attached(c).wait())


def test_watching_tells_of_nodes_too(client: MakeClient) -> None:
    c = client(run(2, node("a", 2)), run(2, node("a", 2)), run(2, node("a", 3)), run(3, node("a", 3)))
    seen = [(each.status.name, each.nodes[0].status.name) for each in c.listed(attached(c).watch())]

    assert seen == [("RUNNING", "RUNNING"), ("RUNNING", "SUCCESS"), ("SUCCESS", "SUCCESS")]


def test_what_was_not_seen_yet_reads_as_nothing(client: MakeClient) -> None:
    handle = attached(client())

    assert (handle.status, handle.name, handle.nodes, str(handle.tree)) == (None, "", (), "run 7  not seen yet")


def made(name: str, *after: str, message: str = "") -> TaskNode:
    return TaskNode(name=name, status=TaskNodeStatus.SUCCESS, dependencies=list(after), message=message)


def test_the_tree_shows_each_node_once_below_its_deepest_dependency() -> None:
    nodes = (
        made("prepare"),
        made("train", "prepare", message="ok"),
        made("index", "prepare"),
        made("check", "train"),
        made("evaluate", "index", "check"),
    )

    assert str(NodeTree("run 7", "SUCCESS", nodes)).splitlines() == [
        "run 7  SUCCESS",
        "└── prepare  SUCCESS",
        "    ├── train  SUCCESS  ok",
        "    │   └── check  SUCCESS",
        "    │       └── evaluate  SUCCESS  (after index)",
        "    └── index  SUCCESS",
    ]


def test_nodes_in_a_circle_or_after_unknown_ones_are_still_shown() -> None:
    nodes = (made("a", "b"), made("b", "a"), made("c", "nowhere"))

    assert str(NodeTree("t", "s", nodes)).splitlines()[1:] == [
        "├── a  SUCCESS  (after b)",
        "├── b  SUCCESS  (after a)",
        "└── c  SUCCESS  (after nowhere)",
    ]


def test_a_notebook_shows_the_tree_with_nothing_to_execute() -> None:
    tree = NodeTree("run <7>", "FAILED", (made("<script>"),))

    assert tree._repr_html_() == ("<pre><b>run &lt;7&gt;</b>  FAILED\n└── &lt;script&gt;  SUCCESS\n</pre>")


@pytest.mark.parametrize("dependencies", [[1, 2], [{"name": "a"}], ["1", 2]])
def test_dependencies_of_another_kind_are_shown_as_they_came(dependencies: Any) -> None:
    """The document prints an empty list, and does not say of what."""
    nodes = (TaskNode(name="a"), TaskNode(name="b", dependencies=dependencies))

    assert f"b  unknown  (after {', '.join(map(str, dependencies))})" in str(NodeTree("run 7", "RUNNING", nodes))


def test_a_chain_may_be_longer_than_the_stack_is_deep() -> None:
    nodes = [TaskNode(name=str(n), dependencies=[str(n - 1)] if n else []) for n in range(1500)]

    assert str(NodeTree("run 7", "RUNNING", tuple(nodes))).count("\n") == 1500


def test_a_dependency_that_is_a_number_finds_its_node() -> None:
    dependencies: Any = [1]
    nodes = (TaskNode(name="1"), TaskNode(name="b", dependencies=dependencies))

    assert str(NodeTree("run 7", "RUNNING", nodes)).splitlines()[1:] == ["└── 1  unknown", "    └── b  unknown"]

"""Runs follow from their graph and the time alone."""

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from aihub_emulator.workflows.runs import RunRecord
from aihub_emulator.workflows.timeline import FAILED, RUNNING, SUCCESS, WAITING, PlannedNode, node_status, planned


def node(name: str, *dependencies: str, seconds: float = 10.0, exit_code: int = 0) -> PlannedNode:
    return PlannedNode(
        name=name, dependencies=dependencies, seconds=seconds, exit_code=exit_code, message="", output=""
    )


@st.composite
def graphs(draw: st.DrawFn) -> list[PlannedNode]:
    """Nodes that depend on some of those before them."""
    nodes: list[PlannedNode] = []
    for index in range(draw(st.integers(1, 10))):
        before = [other["name"] for other in nodes]
        chosen = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        seconds = draw(st.sampled_from([0.0, 1.0, 2.5]))
        nodes.append(node(f"n{index}", *chosen, seconds=seconds, exit_code=draw(st.sampled_from([0, 0, 0, 1]))))
    return nodes


@given(graphs())
def test_a_node_starts_when_the_last_of_its_dependencies_has_succeeded_and_never_when_one_does_not(
    nodes: list[PlannedNode],
) -> None:
    spans, by_name = planned(nodes, begin=100.0), {node["name"]: node for node in nodes}
    for current in nodes:
        span = spans[current["name"]]
        before = [(by_name[name], spans[name]) for name in current["dependencies"]]
        is_blocked = any(other["exit_code"] or above.blocker for other, above in before)

        assert bool(span.blocker) == is_blocked
        if span.blocker:
            assert by_name[span.blocker]["exit_code"] != 0
            assert not spans[span.blocker].blocker
            assert {node_status(current, span, now=now) for now in (0, 100, 1e9)} == {WAITING}
        else:
            assert span.started_at == max((above.ended_at for _, above in before), default=100.0)
            assert span.ended_at == span.started_at + current["seconds"]


def test_a_node_waits_runs_and_ends() -> None:
    good, bad = node("good"), node("bad", exit_code=1)
    spans = planned([good, bad], begin=5.0)

    assert [node_status(good, spans["good"], now=now) for now in (4.9, 5, 14.9, 15)] == [
        WAITING,
        RUNNING,
        RUNNING,
        SUCCESS,
    ]
    assert node_status(bad, spans["bad"], now=15) == FAILED


def test_a_run_stands_where_it_stood_after_its_record_went_through_json() -> None:
    nodes = [node("a"), node("b", "a", exit_code=1), node("c", "b")]
    record = RunRecord(
        id=1,
        owner_id=1,
        name="run-001",
        description="",
        pipeline_id=1,
        pipeline_name="p",
        version_id=1,
        version_name="v",
        params=[{"key": "x", "value": "1"}],
        values={"x": "1"},
        nodes=nodes,
        created_at=1.25,
        begins_at=2.5,
    )
    read = RunRecord(**json.loads(json.dumps(asdict(record))))

    moments = (2, 2.5, 12.5, 22.4, 22.5)
    assert read.spans == record.spans
    assert [read.status(now) for now in moments] == [WAITING, RUNNING, RUNNING, RUNNING, FAILED]

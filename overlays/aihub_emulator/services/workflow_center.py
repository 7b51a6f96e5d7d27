"""Workflow management: runs of the pipelines that the seed declares."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aihub_emulator.requests.answers import Answer, Code, Refusal
from aihub_emulator.requests.calls import Call
from aihub_emulator.requests.reading import invalid, shown
from aihub_emulator.workflows.pipelines import Param, Pipeline, Version
from aihub_emulator.workflows.runs import RunRecord
from aihub_emulator.workflows.timeline import SUCCESS, WAITING, PlannedNode, Span, node_status

__all__ = ["create_run", "get_run"]


async def create_run(call: Call) -> Answer:
    """The id of a new run. Names need not be unique: the document does not say that they are."""
    request = call.body.model_dump(mode="json", exclude_none=True)
    pipeline, version = _version(request, call.instance.pipelines)
    values = _values(request["params"], version)
    record = call.instance.runs.create(
        owner_id=call.caller.id, request=request, pipeline=pipeline, version=version, values=values
    )
    return Answer({"id": record.id})


async def get_run(call: Call) -> Answer:
    """A run of the caller's own."""
    run_id = call.parameters["id"]
    record = call.instance.runs.find(run_id, owner_id=call.caller.id)
    if record is None:
        raise Refusal(Code.NOT_FOUND, f"there is no run {run_id} of user {call.caller.username!r}")
    shown = _wire(record, record.moment(call.instance.clock.now()))
    call.instance.runs.polled(record)
    return Answer(shown)


def _version(request: Mapping[str, Any], pipelines: Mapping[int, Pipeline]) -> tuple[Pipeline, Version]:
    pipeline = pipelines.get(request["pipeline_id"])
    if pipeline is None:
        raise _unknown("pipeline_id", request["pipeline_id"], "pipeline", pipelines)
    version = pipeline.versions.get(request["pipeline_version_id"])
    if version is None:
        noun = f"version of pipeline {pipeline.id}"
        raise _unknown("pipeline_version_id", request["pipeline_version_id"], noun, pipeline.versions)
    return pipeline, version


def _unknown(field: str, value: int, noun: str, known: Mapping[int, Any]) -> Refusal:
    ids = ", ".join(map(str, known))
    return Refusal(Code.NOT_FOUND, f"body.{field}: is {value}, and there is no such {noun}. Send one of {ids}.")


def _values(params: Sequence[Mapping[str, Any]], version: Version) -> dict[str, str]:
    """The value of each parameter of a version.

    Raises:
        Refusal: One is unknown, is there twice, or has no value.
    """
    known = {param.key: param for param in version.params}
    values: dict[str, str] = {}
    for index, param in enumerate(params):
        key, field = param["key"], f"body.params[{index}]"
        if key not in known:
            raise invalid(
                f"{field}.key", f"is {shown(key)}, and the version's first node has no such input", _wants(known)
            )
        if key in values:
            raise invalid(f"{field}.key", f"is {shown(key)}, and is there twice", "Send it once")
        if "value" in param:
            values[key] = param["value"]
    missing = [key for key, param in known.items() if key not in values and param.default is None]
    if missing:
        raise invalid("body.params", f"has no value for {', '.join(missing)}", _wants(known))
    return {key: values.get(key, param.default or "") for key, param in known.items()}


def _wants(known: Mapping[str, Param]) -> str:
    if not known:
        return "Send an empty list: this version has no inputs"
    keys = (key if param.default is None else f"{key} (optional)" for key, param in known.items())
    return f"The inputs are {', '.join(keys)}"


def _wire(record: RunRecord, now: float) -> dict[str, Any]:
    has_ended, spans = now >= record.ends_at, record.spans
    started_at = record.begins_at if now >= record.begins_at else 0.0
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "duration": int(min(now, record.ends_at) - started_at) if started_at else 0,
        "pipeline_id": record.pipeline_id,
        "pipeline_name": record.pipeline_name,
        "pipeline_version_id": record.version_id,
        "pipeline_version_name": record.version_name,
        "started_at": int(started_at * 1000),
        "finished_at": int(record.ends_at * 1000) if has_ended else 0,
        "created_at": int(record.created_at * 1000),
        "status": record.status(now),
        "task_nodes": [_node(record, node, spans[node["name"]], now) for node in record.nodes],
        "params": list(record.params) or None,
    }


def _node(record: RunRecord, node: PlannedNode, span: Span, now: float) -> dict[str, Any]:
    status = node_status(node, span, now=now)
    has_started, has_ended = status != WAITING, not span.blocker and now >= span.ended_at
    message = node["message"] if has_ended else ""
    if span.blocker and now >= span.ended_at:
        message = f"does not run: node {span.blocker!r} failed"
    is_first = node["name"] == record.nodes[0]["name"]
    return {
        "name": node["name"],
        "params": {
            "input": json.dumps(record.values, ensure_ascii=False) if is_first and record.values else "",
            "output": node["output"] if status == SUCCESS else "",
        },
        "message": message,
        "status": status,
        "pod_name": f"run-{record.id}-{node['name']}" if has_started else "",
        "started_at": int(span.started_at * 1000) if has_started else 0,
        "finished_at": int(span.ended_at * 1000) if has_ended else 0,
        "dependencies": list(node["dependencies"]),
    }

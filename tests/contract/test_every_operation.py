"""Each example of the published documents goes over the wire and comes back, for whatever operations there are.

Parametrised from the documents alone: an operation that is new in the spec is tested here without another line.
"""

import asyncio
import importlib
import json
from typing import Any

import httpx
import pytest

from aihub_api.client import AsyncClient, Client
from aihub_api.errors import EnvelopeError
from aihub_api.tables import OPERATIONS
from aihub_api.types import Drift, File

from .bundles import bundle, operation, to_plain

CASES = [
    (name, case, example["value"])
    for name in OPERATIONS
    for case, example in operation(name)["responses"]["200"]["content"]["application/json"]["examples"].items()
]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for."""
    for step in node["$ref"].removeprefix("#/").split("/") if "$ref" in node else ():
        node = node[step] if step in node else bundle("aihub")[step]
    return node


def argument(kind: Any, value: Any) -> Any:
    return kind(value) if isinstance(kind, type) else value


def arguments(name: str, case: str) -> dict[str, Any]:
    """What the example sends, as arguments of the generated function."""
    module, node = module_of(name), operation(name)
    facts = module.OPERATION
    kinds = {one.name: one.type for one in (*facts.path_parameters, *facts.query_parameters)}
    given = {}
    for parameter in (resolved(one) for one in node.get("parameters", ())):
        example = parameter.get("examples", {}).get(case)
        if example is not None:
            given[parameter["name"]] = argument(kinds[parameter["name"]], example["value"])
    for media in node.get("requestBody", {"content": {}})["content"].values():
        body = media.get("examples", {}).get(case, {"value": {}})["value"]
        given["body"] = form(facts.body, body) if facts.is_multipart else decoded(facts, body)
    return given


def form(kind: Any, texts: dict[str, str]) -> Any:
    import attrs

    files = {
        field.name: File(b"content") for field in attrs.fields(kind) if field.name not in texts and is_needed(field)
    }
    return kind(**texts, **files)


def is_needed(field: Any) -> bool:
    import attrs

    return field.default is attrs.NOTHING


def decoded(facts: Any, body: dict[str, Any]) -> Any:
    from aihub_api._runtime.body import typed_body

    return typed_body(facts.id, body, facts.body)


def module_of(name: str) -> Any:
    row = OPERATIONS[name]
    return importlib.import_module(f"aihub_api.{row.service}.{row.function}")


def exchange(name: str, case: str, answer: dict[str, Any], told: list[Drift]) -> tuple[list[httpx.Request], list[Any]]:
    """What the sync and the async function send, and what they make of the answer."""
    sent: list[httpx.Request] = []
    given = arguments(name, case)

    def reply(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=answer)

    def note(_: Any, drifts: tuple[Drift, ...]) -> None:
        told.extend(drifts)

    def receive() -> Any:
        http = httpx.Client(transport=httpx.MockTransport(reply))
        with Client("http://host:1", http=http, on_drift=note) as client:
            return module_of(name).sync(client, **given)

    async def receive_async() -> Any:
        http = httpx.AsyncClient(transport=httpx.MockTransport(reply))
        async with AsyncClient("http://host:1", http=http, on_drift=note) as client:
            return await module_of(name).asyncio(client, **given)

    return sent, [receive(), asyncio.run(receive_async())]


SUCCESSES = [row for row in CASES if row[2]["code"] == 0]
FAILURES = [row for row in CASES if row[2]["code"] != 0]


@pytest.mark.parametrize(("name", "case", "answer"), SUCCESSES, ids=[f"{n}.{c}" for n, c, _ in SUCCESSES])
def test_an_example_is_sent_as_documented_and_its_answer_comes_back_whole(
    name: str, case: str, answer: dict[str, Any]
) -> None:
    told: list[Drift] = []
    sent, answers = exchange(name, case, answer, told)

    row, node = OPERATIONS[name], operation(name)
    assert told == []
    for request in sent:
        assert request.method == row.method
        for media_type, media in node.get("requestBody", {"content": {}})["content"].items():
            assert request.headers["Content-Type"].startswith(media_type)
            if media_type == "application/json":
                assert json.loads(request.content) == media["examples"][case]["value"]
    data = answer.get("data")
    assert [to_plain(one, data) for one in answers] == [data, data]


@pytest.mark.parametrize(("name", "case", "answer"), FAILURES, ids=[f"{n}.{c}" for n, c, _ in FAILURES])
def test_an_example_of_a_failure_raises_with_the_servers_words(name: str, case: str, answer: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError) as caught:
        exchange(name, case, answer, [])

    assert (caught.value.code, caught.value.server_message) == (answer["code"], answer["msg"])


def test_every_operation_has_an_example_of_both() -> None:
    assert {row[0] for row in SUCCESSES} == {row[0] for row in FAILURES} == set(OPERATIONS)

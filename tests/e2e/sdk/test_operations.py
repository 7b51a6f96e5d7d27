"""Every operation of the document is reached through a noun: sync and async, in this process and over TCP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_api.tables import OPERATIONS
from aihub_emulator import Emulator
from aihub_sdk import AIHub, AsyncAIHub
from tests.e2e.emulator.processes import emulator_process
from tests.e2e.sdk.conftest import QUICK, Platform
from tests.e2e.sdk.operations import ROWS, Row, World


@pytest.fixture(scope="module", params=["in this process", "over TCP"])
def addresses(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """Where an emulator is, and with what it is reached."""
    if request.param == "in this process":
        with Emulator(QUICK) as emulator:
            yield vars(emulator.addresses)
    else:
        with emulator_process() as (_, printed):
            yield printed


@pytest.fixture(params=[AIHub, AsyncAIHub])
def world(request: pytest.FixtureRequest, addresses: dict[str, Any], tmp_path: Path) -> Iterator[World]:
    platform = Platform(
        request.param(
            env="local",
            base_url=addresses["base_url"],
            services={"s3_relay": addresses["s3_url"]},
            token=addresses["token"],
            s3_token=addresses["s3_token"],
            s3_verify=addresses["ca_file"],
        )
    )
    yield World(platform, tmp_path)
    platform.done(platform.hub.close())
    platform.runner.close()


def requests_of(addresses: dict[str, Any], operation: str) -> list[tuple[int, int | None]]:
    """Status and code of each request that the emulator has received for an operation."""
    url = f"{addresses['control_url']}/requests"
    with httpx.Client(trust_env=False) as client:
        answer = client.get(url, params={"operation": operation}).json()["requests"]
    return [(entry["status"], entry["code"]) for entry in answer]


def test_the_table_has_every_operation_of_the_document_once() -> None:
    # The document's twenty; what the spec gets later has a noun only when somebody writes one.
    assert sorted({row.operation for row in ROWS} - set(OPERATIONS)) == []
    assert len(ROWS) == 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_an_operation_is_reached_through_its_noun(row: Row, world: World, addresses: dict[str, Any]) -> None:
    prepared = row.prepare(world)
    before = len(requests_of(addresses, row.operation))
    outcome = row.outcome(row.call(world, prepared))
    answered = requests_of(addresses, row.operation)[before:]

    assert outcome == row.expected
    assert set(answered) == {(200, 0)}

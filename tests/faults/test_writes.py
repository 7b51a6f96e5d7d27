"""Every write of the document when things go wrong: never done twice, and never lost without a word."""

import json
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from aihub_api.tables import OPERATIONS
from aihub_emulator import Emulator
from aihub_emulator.faults import Refuse, Reset, Status
from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._settings.config import resolve
from aihub_sdk.errors import AIHubError, RateLimited, ResponseLost, ServerError, ServerRefused, TransferFailed
from aihub_sdk.testing import AnswerLost, Failure, GatewayAnswer, Refused, Unreachable, VirtualClock
from aihub_sdk.testing._spec import example
from aihub_sdk.testing.clock import client_clock
from tests.e2e.sdk.conftest import Platform
from tests.e2e.sdk.operations import BY_OPERATION, World
from tests.faults.conftest import MakeFake
from tests.faults.late_server import late_server
from tests.unit.made_up_tokens import jwt

WRITES = sorted(name for name in BY_OPERATION if not OPERATIONS[name].is_retry_safe)
CREATIONS = {name for name in BY_OPERATION if name.startswith(("create", "upload", "import"))}
TURNED_AWAY: dict[int, type[AIHubError]] = {429: RateLimited, 503: ServerError}

every_write = pytest.mark.parametrize("operation", WRITES)


def attempted(operation: str, world: World) -> Any:
    """What the noun of an operation gives; what it needs is there already."""
    row = BY_OPERATION[operation]
    return row.outcome(row.call(world, row.prepare(world)))


def refused_port(kind: str, address: str, clock: VirtualClock) -> Platform:
    """A client of an address, whose pauses pass on a clock."""
    token = jwt(id=2, username="demo")
    config = resolve(environ={}, env="local", base_url=address, token=token, s3_token="s")
    if kind == "sync":
        return Platform(AIHub._from_config(config, clock=client_clock(clock), sleep=clock.sleep))
    return Platform(AsyncAIHub._from_config(config, clock=client_clock(clock), sleep=clock.sleep_async))


def test_every_creation_counts_as_a_write() -> None:
    assert CREATIONS | {"stopTraining", "stopQuotaTask"} == set(WRITES)


# --- the answer is lost ---------------------------------------------------------------------------


@every_write
@pytest.mark.parametrize("at", ["before", "midway"])
def test_a_lost_answer_over_a_real_connection_is_told_and_nothing_is_sent_again(
    operation: str, at: Any, world: World, emulator: Emulator
) -> None:
    row = BY_OPERATION[operation]
    prepared = row.prepare(world)
    before = len(emulator.requests(operation))

    with emulator.faults.during(Reset(at=at), operation=operation), pytest.raises(ResponseLost) as caught:
        row.call(world, prepared)
    assert (caught.value.maybe_applied, caught.value.operation, caught.value.attempts) == (True, operation, 1)
    assert len(emulator.requests(operation)) - before == 1


@every_write
@pytest.mark.parametrize("is_timeout", [True, False], ids=["time ran out", "connection broke"])
def test_a_lost_answer_names_how_to_check_and_nothing_is_sent_again(
    operation: str, is_timeout: bool, scripted: MakeFake
) -> None:
    fake, world = scripted(operation)
    fake.fail(operation, AnswerLost(is_timeout=is_timeout))

    with pytest.raises(ResponseLost) as caught:
        attempted(operation, world)
    assert (caught.value.maybe_applied, caught.value.check) == (True, OPERATIONS[operation].check)
    assert "was not sent again" in caught.value.hint
    assert (len(fake.calls_of(operation)), fake.clock.pauses) == (1, [])


@every_write
@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_gave_up_counts_as_a_lost_answer(operation: str, status: int, scripted: MakeFake) -> None:
    fake, world = scripted(operation)
    fake.fail(operation, GatewayAnswer(status))

    with pytest.raises(ResponseLost):
        attempted(operation, world)
    assert len(fake.calls_of(operation)) == 1


@pytest.mark.parametrize("operation", sorted(CREATIONS - {"uploadFile"}))
def test_a_creation_whose_answer_was_lost_was_done_once(operation: str, world: World, emulator: Emulator) -> None:
    """The platform did what it was asked, once: the next thing of its kind gets the next number but one."""
    row = BY_OPERATION[operation]
    number = {"uploadDatasetVersion": "version_id"}.get(operation, "id")
    prepared = row.prepare(world)
    first = row.call(world, prepared)
    is_named_once = operation == "createDataset"

    with emulator.faults.during(Reset(), operation=operation), pytest.raises(ResponseLost):
        row.call(world, row.prepare(world) if is_named_once else prepared)
    after = row.call(world, row.prepare(world) if is_named_once else prepared)

    assert getattr(after, number, after) - getattr(first, number, first) == 2


# --- nothing was sent -----------------------------------------------------------------------------


@every_write
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_refused_connection_is_tried_again_until_the_server_listens(
    operation: str, kind: str, tmp_path: Path
) -> None:
    """The first two attempts meet a closed port; the server sees the third alone."""
    with late_server(json.dumps(example(operation)).encode()) as server:
        clock = VirtualClock(on_advance=lambda _: server.listen() if len(clock.pauses) == 2 else None)
        platform = refused_port(kind, server.address, clock)
        try:
            world = World(platform, tmp_path)
            BY_OPERATION[operation].call(world, _prepared_without_a_platform(operation, world))
        finally:
            platform.done(platform.hub.close())
            platform.runner.close()

    assert (len(server.received), clock.pauses) == (1, [0.25, 0.5])


def _prepared_without_a_platform(operation: str, world: World) -> Any:
    """What `prepare` would have made on a platform."""
    if operation == "stopTraining":
        return world.hub.attach("aihub://local/training/1")
    if operation == "stopQuotaTask":
        return world.hub.attach("aihub://local/quota_task/1")
    if operation == "uploadDatasetVersion":
        return world.hub.datasets.get("mnist", id=1)
    return BY_OPERATION[operation].prepare(world)


@every_write
def test_a_write_that_never_finds_a_server_ends_within_its_retries(operation: str, scripted: MakeFake) -> None:
    fake, world = scripted(operation, max_retries=2)
    fake.fail(operation, Unreachable(), times=3)

    with pytest.raises(ConnectionError) as caught:
        attempted(operation, world)
    assert not isinstance(caught.value, ResponseLost)
    assert (len(fake.calls_of(operation)), fake.clock.pauses) == (3, [0.25, 0.5])


# --- the server asks for another attempt ----------------------------------------------------------


@every_write
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("is_date", [False, True], ids=["seconds", "date"])
def test_retry_after_is_obeyed(operation: str, status: int, is_date: bool, scripted: MakeFake) -> None:
    fake, world = scripted(operation)
    asked = formatdate(fake.clock.timestamp + 12, usegmt=True) if is_date else 12
    fake.fail(operation, GatewayAnswer(status, retry_after=asked))
    fake.answer(operation)

    attempted(operation, world)
    assert (len(fake.calls_of(operation)), fake.clock.pauses) == (2, [12.0])


@every_write
@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_that_does_not_fit_the_time_is_not_waited_for(
    operation: str, status: int, scripted: MakeFake
) -> None:
    fake, world = scripted(operation, timeout=60)
    fake.fail(operation, GatewayAnswer(status, retry_after=3600))

    with pytest.raises(TURNED_AWAY[status]) as caught:
        attempted(operation, world)
    assert (caught.value.attempts, len(fake.calls_of(operation)), fake.clock.pauses) == (1, 1, [])


@every_write
def test_over_a_real_connection_the_server_is_asked_again_when_it_says_so(
    operation: str, world: World, emulator: Emulator
) -> None:
    row = BY_OPERATION[operation]
    prepared = row.prepare(world)
    before = len(emulator.requests(operation))

    with emulator.faults.during(Status(status=503, retry_after=0), operation=operation, count=2):
        outcome = row.outcome(row.call(world, prepared))
    assert outcome == row.expected
    assert [entry.status for entry in emulator.requests(operation)[before:]] == [503, 503, 200]


# --- the server says no more than that it failed --------------------------------------------------


FAILURES: list[Failure] = [GatewayAnswer(503), GatewayAnswer(500), Refused(3, "database", 500), Refused(1, "no")]


@every_write
@pytest.mark.parametrize("failure", FAILURES, ids=["503", "500", "envelope 500", "envelope 200"])
def test_a_server_error_is_told_and_nothing_is_sent_again(operation: str, failure: Failure, scripted: MakeFake) -> None:
    fake, world = scripted(operation)
    fake.fail(operation, failure)

    with pytest.raises(ServerRefused):
        attempted(operation, world)
    assert (len(fake.calls_of(operation)), fake.clock.pauses) == (1, [])


@every_write
def test_a_connection_that_is_reset_while_the_body_is_read_counts_as_lost_or_as_broken_off(
    operation: str, world: World, emulator: Emulator
) -> None:
    """The server has not read all of it, which a client cannot know: it never sends it again by itself."""
    row = BY_OPERATION[operation]
    prepared = row.prepare(world)
    before = len(emulator.requests(operation))

    with (
        emulator.faults.during(Refuse(), operation=operation),
        pytest.raises((ResponseLost, TransferFailed)) as caught,
    ):
        row.call(world, prepared)
    assert caught.value.attempts == 1
    assert len(emulator.requests(operation)) - before == 1

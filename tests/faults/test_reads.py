"""Every read of the document when things go wrong: asked again, but never for longer than the call may take."""

from typing import Any

import pytest

from aihub_api.tables import OPERATIONS
from aihub_emulator import Emulator
from aihub_emulator.faults import Reset
from aihub_sdk.errors import ServerError
from aihub_sdk.testing import AnswerLost, GatewayAnswer, Unreachable
from tests.e2e.sdk.operations import BY_OPERATION, World
from tests.faults.conftest import MakeFake

READS = sorted(name for name in BY_OPERATION if OPERATIONS[name].is_retry_safe)

every_read = pytest.mark.parametrize("operation", READS)


def attempted(operation: str, world: World) -> Any:
    row = BY_OPERATION[operation]
    return row.outcome(row.call(world, row.prepare(world)))


@every_read
def test_a_read_is_asked_again_whatever_broke(operation: str, scripted: MakeFake) -> None:
    fake, world = scripted(operation, max_retries=5)
    for failure in (Unreachable(), AnswerLost(), AnswerLost(is_timeout=True), GatewayAnswer(500), GatewayAnswer(504)):
        fake.fail(operation, failure)
    fake.answer(operation)

    attempted(operation, world)
    assert (len(fake.calls_of(operation)), fake.clock.pauses) == (6, [0.25, 0.5, 1.0, 2.0, 4.0])


@every_read
def test_the_attempts_of_a_read_share_one_budget_of_time(operation: str, scripted: MakeFake) -> None:
    """Seven seconds between two attempts, twenty in all: the fourth attempt would come too late."""
    fake, world = scripted(operation, timeout=20, max_retries=9)
    fake.fail(operation, GatewayAnswer(503, retry_after=7), times=9)

    with pytest.raises(ServerError) as caught:
        attempted(operation, world)
    assert (caught.value.attempts, len(fake.calls_of(operation)), fake.clock.pauses) == (3, 3, [7.0, 7.0])
    assert caught.value.elapsed == 14.0


@every_read
@pytest.mark.parametrize("at", ["before", "midway"])
def test_a_read_survives_a_reset_of_a_real_connection(
    operation: str, at: Any, world: World, emulator: Emulator
) -> None:
    row = BY_OPERATION[operation]
    prepared = row.prepare(world)

    with emulator.faults.during(Reset(at=at), operation=operation):
        assert row.outcome(row.call(world, prepared)) == row.expected

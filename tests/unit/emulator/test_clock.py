"""The emulator's time."""

import asyncio
import itertools
import time

import pytest

from aihub_emulator.clock import ManualClock, RunningClock, clock_named
from aihub_emulator.settings import UnsupportedSetting


def test_a_manual_clock_stands_still() -> None:
    clock = ManualClock()

    assert clock.now() == clock.now()


def test_advancing_wakes_sleepers_in_the_order_of_their_moments_and_at_them() -> None:
    async def story() -> list[tuple[str, float]]:
        clock, seen = ManualClock(), []
        start = clock.now()

        async def sleeper(name: str, *naps: float) -> None:
            for nap in naps:
                await clock.sleep(nap)
                seen.append((name, round(clock.now() - start, 6)))

        tasks = [asyncio.ensure_future(sleeper("a", 1, 3)), asyncio.ensure_future(sleeper("b", 2, 9))]
        await asyncio.sleep(0)
        await clock.advance(5)
        for task in tasks:
            task.cancel()
        return seen

    assert asyncio.run(story()) == [("a", 1), ("b", 2), ("a", 4)]


def test_a_cancelled_sleeper_does_not_hold_up_the_others() -> None:
    async def story() -> bool:
        clock = ManualClock()
        first, second = (asyncio.ensure_future(clock.sleep(seconds)) for seconds in (1, 2))
        await asyncio.sleep(0)
        first.cancel()
        await clock.advance(2)
        return second.done()

    assert asyncio.run(story())


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_a_manual_clock_does_not_go_back(seconds: float) -> None:
    with pytest.raises(ValueError, match="a clock does not go back"):
        asyncio.run(ManualClock().advance(seconds))


def test_a_manual_clock_sleeps_no_time_without_being_turned() -> None:
    asyncio.run(ManualClock().sleep(0))


def test_a_clock_with_a_scale_runs_that_many_times_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count(100, 2)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))
    clock = RunningClock(60)

    assert clock.now() + 120 == clock.now()


@pytest.mark.parametrize("name", ["", "soon", "0", "-1", "nan", "inf", "1000001"])
def test_a_clock_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedSetting, match="give `real`, `manual`, or how many times as fast"):
        clock_named(name)

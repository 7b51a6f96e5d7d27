"""Virtual time: sleeping takes none, and sleepers wake in the order of their moments."""

import asyncio

import pytest

from aihub_sdk.testing import VirtualClock


def test_a_sleep_of_three_hours_is_over_at_once_and_three_hours_have_passed() -> None:
    clock = VirtualClock()
    began = clock.timestamp
    clock.sleep(3 * 3600)

    assert (clock.elapsed, clock.timestamp - began, clock.pauses) == (10800.0, 10800.0, [10800])


def test_time_passes_without_a_sleep_when_it_is_told_to() -> None:
    clock = VirtualClock()
    clock.advance(2.5)

    assert (clock.elapsed, clock.pauses) == (2.5, [])


def test_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="-1"):
        VirtualClock().advance(-1)


def test_whoever_goes_along_is_told_of_every_second() -> None:
    told: list[float] = []
    clock = VirtualClock(on_advance=told.append)
    clock.sleep(1)
    asyncio.run(clock.sleep_async(2))
    clock.advance(0.5)

    assert told == [1, 2, 0.5]


def test_tasks_wake_in_the_order_of_their_moments_and_their_times_overlap() -> None:
    clock = VirtualClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, *pauses: float) -> None:
        for pause in pauses:
            await clock.sleep_async(pause)
            woken.append((name, clock.elapsed))

    async def everybody() -> None:
        await asyncio.gather(sleeper("slow", 10, 10), sleeper("quick", 3, 3, 3, 3), sleeper("once", 6))

    asyncio.run(everybody())

    assert woken == [
        ("quick", 3),
        ("once", 6),
        ("quick", 6),
        ("quick", 9),
        ("slow", 10),
        ("quick", 12),
        ("slow", 20),
    ]


def test_a_sleeper_that_is_cancelled_holds_nobody_up() -> None:
    clock = VirtualClock()

    async def program() -> None:
        first = asyncio.ensure_future(clock.sleep_async(1))
        await asyncio.sleep(0)
        first.cancel()
        await clock.sleep_async(5)

    asyncio.run(program())

    assert clock.elapsed == 5

"""Work that goes on after a request was answered."""

import asyncio

from aihub_emulator.background import Background


def test_what_is_started_while_all_is_cancelled_is_cancelled_too() -> None:
    """Otherwise it would write into what a reset has just emptied."""

    async def story() -> list[str]:
        background, done = Background(), list[str]()

        async def late() -> None:
            for _ in range(10):
                await asyncio.sleep(0)
            done.append("late")

        async def early() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                background.start(late())

        background.start(early())
        await asyncio.sleep(0)
        await background.cancel_all()
        await background.settled()
        return done

    assert asyncio.run(story()) == []

"""Work that takes more than one call, written once for both clients.

`Steps` is a generator: it yields the calls it wants sent, is sent their data, and returns a result. `run` and
`run_async` carry the calls out.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from aihub_api.types import Call

if TYPE_CHECKING:
    from aihub_sdk._auth.identity import WhoAmI

    from .sessions import AsyncSession, SyncSession

__all__ = ["Step", "Steps", "WhoAsks", "known_user", "known_user_async", "run", "run_async"]

T = TypeVar("T")


class WhoAsks(NamedTuple):
    """A step that asks who the user is; answered with `WhoAmI`."""


Step = Call[Any] | WhoAsks
Steps = Generator[Step, Any, T]


def run(session: SyncSession, steps: Steps[T], *, timeout: float | None = None) -> T:
    """What the steps return.

    Args:
        timeout: Seconds for each call, when not the client's own.

    Raises:
        AIHubError: A call failed; or whatever the steps raise.
    """
    try:
        step = next(steps)
        while True:
            if isinstance(step, WhoAsks):
                step = steps.send(known_user(session))
            else:
                step = steps.send(session.send(step, timeout=timeout).data)
    except StopIteration as done:
        result: T = done.value
        return result


async def run_async(session: AsyncSession, steps: Steps[T], *, timeout: float | None = None) -> T:  # as run's, a call's
    """`run` for asyncio."""
    try:
        step = next(steps)
        while True:
            if isinstance(step, WhoAsks):
                step = steps.send(await known_user_async(session))
            else:
                step = steps.send((await session.send(step, timeout=timeout)).data)
    except StopIteration as done:
        result: T = done.value
        return result


def known_user(session: SyncSession) -> WhoAmI:
    """Who asks; a client with user name and password that has no token yet logs in first."""
    identity = session.terms.identity
    token = identity.source.current()
    if token is None:
        token = identity.source.renew(lambda name, word: session.log_in(name, word).token)
    return identity.whoami(token)


async def known_user_async(session: AsyncSession) -> WhoAmI:
    """`known_user` for asyncio."""
    identity = session.terms.identity

    async def send_login(name: str, word: str) -> str:
        return (await session.log_in(name, word)).token

    token = identity.source.current()
    if token is None:
        token = await identity.source.renew_async(send_login)
    return identity.whoami(token)

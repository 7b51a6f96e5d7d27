"""Tokens that end while somebody waits: renewed once where that is possible, and a clear error where it is not."""

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_api.tables import WAITERS
from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._calls.core import Clock
from aihub_sdk._settings.config import resolve
from aihub_sdk.errors import AuthenticationError
from tests.faults.followed import Followed
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import BASE, NOW, ok, refused

LOGIN = {"token": None, "username": "u", "password": "p"}
WAITERS_AT_ONCE = 16

every_kind = pytest.mark.parametrize("kind", WAITERS)


@pytest.fixture(params=["sync", "async"])
def flavour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def on_its_clock(flavour: str, kind: str, **settings: Any) -> Followed:
    """A job whose client reads the time of tokens from the same clock as everything else."""
    passed = [lambda: 0.0]
    job = Followed(flavour, kind, now=lambda: NOW + passed[0](), **settings)
    passed[0] = lambda: job.c.time.now
    return job


def session(token: str) -> httpx.Response:
    return ok({"id": 1, "token": token})


def tokens(job: Followed) -> list[str]:
    """The tokens that were sent, `login` for a login."""
    return [request.headers.get("Authorization", "login").removeprefix("Bearer ") for request in job.c.script.requests]


def life(seconds: float, **claims: Any) -> str:
    return jwt(iat=NOW, exp=NOW + seconds, **claims)


@every_kind
def test_a_login_is_renewed_once_when_its_token_ends_midway(flavour: str, kind: str) -> None:
    first, second = life(100), life(9000, n=2)
    job = on_its_clock(flavour, kind, **LOGIN)
    pending, last = job.at("pending"), job.at("success")
    handle = job.taken_up(session(first), pending, pending, session(second), pending, last)

    assert job.c.done(handle.wait(poll=60)).status == job.named("success")
    assert tokens(job) == ["login", first, first, "login", second, second]
    job.c.end()


@every_kind
def test_a_login_is_renewed_once_when_the_server_refuses_its_token(flavour: str, kind: str) -> None:
    job = on_its_clock(flavour, kind, **LOGIN, max_retries=0)
    pending = job.at("pending")
    handle = job.taken_up(session("t1"), pending, refused(1, "expired", 401), session("t2"), pending, job.at("success"))

    assert job.c.done(handle.wait()).status == job.named("success")
    assert tokens(job) == ["login", "t1", "t1", "login", "t2", "t2"]
    job.c.end()


def test_a_login_that_no_longer_works_ends_the_wait(flavour: str) -> None:
    job = on_its_clock(flavour, "training", **LOGIN)
    handle = job.taken_up(session(life(100)), job.at("pending"), refused(1, "wrong password", 401))

    with pytest.raises(AuthenticationError, match="wrong password"):
        job.c.done(handle.wait(poll=200))
    job.c.end()


@every_kind
def test_a_fixed_token_that_ends_midway_ends_the_wait_before_anything_is_sent(flavour: str, kind: str) -> None:
    job = on_its_clock(flavour, kind, token=life(100))
    handle = job.taken_up(job.at("pending"), job.at("pending"))

    with pytest.raises(AuthenticationError, match="The token from argument token expired at ") as caught:
        job.c.done(handle.wait(poll=60))
    assert (len(job.c.script.requests), caught.value.operation) == (2, job.row.poll)
    assert "Nothing was sent. Get a new token" in caught.value.hint
    job.c.end()


def test_a_fixed_token_that_the_server_refuses_midway_ends_the_wait_with_its_words(flavour: str) -> None:
    job = on_its_clock(flavour, "training", token="t1")
    handle = job.taken_up(job.at("pending"), refused(1, "token revoked", 401))

    with pytest.raises(AuthenticationError, match="token revoked"):
        job.c.done(handle.wait())
    job.c.end()


def written(path: Path, token: str) -> Path:
    path.write_text(token, "utf-8")
    path.chmod(0o600)
    return path


@every_kind
def test_a_token_file_that_changes_midway_is_read_again(flavour: str, kind: str, tmp_path: Path) -> None:
    file = written(tmp_path / "token", "the-first")
    job = on_its_clock(flavour, kind, token=None, environ={"AI_HUB_TOKEN_FILE": str(file)})

    def replaced(_: httpx.Request) -> httpx.Response:
        written(file, "the-second-one")
        return job.at("pending")

    handle = job.taken_up(job.at("pending"), replaced, job.at("pending"), job.at("success"))

    assert job.c.done(handle.wait()).status == job.named("success")
    assert tokens(job) == ["the-first"] * 2 + ["the-second-one"] * 2
    job.c.end()


def test_a_token_file_whose_token_was_refused_is_read_again_whatever_its_dates_say(
    flavour: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "token", "token-1")
    facts = file.stat()
    job = on_its_clock(flavour, "training", token=None, environ={"AI_HUB_TOKEN_FILE": str(file)}, max_retries=0)

    def rotated(_: httpx.Request) -> httpx.Response:
        # The same size, inode and date: only reading it shows that it is another one.
        written(file, "token-2")
        os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        return refused(1, "token rotated", 401)

    handle = job.taken_up(job.at("pending"), rotated, job.at("success"))

    assert job.c.done(handle.wait()).status == job.named("success")
    assert tokens(job) == ["token-1", "token-1", "token-2"]
    job.c.end()


# --- many at once ---------------------------------------------------------------------------------


class Platform:
    """Answers any number of waiters: every job runs at its first look and has succeeded at its second.

    Attributes:
        logins: How often somebody logged in.
        all_asked: Set when every waiter has asked for a new token; the login that gives one is answered only then.
    """

    def __init__(self, *, refuses_old: bool) -> None:
        self.now = 0.0
        self.logins = 0
        self.asked = 0
        self.old: set[str] = set()
        self.all_asked = threading.Event()
        self._refuses_old = refuses_old
        self._looks: dict[str, int] = {}
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/login"):
            return self._session()
        with self._lock:
            if request.headers["Authorization"].removeprefix("Bearer ") in self.old:
                return refused(1, "expired", 401)
            looks = self._looks[request.url.path] = self._looks.get(request.url.path, 0) + 1
            return ok({"id": 7, "status": 2 if looks == 1 else 3})

    async def answer_async(self, request: httpx.Request) -> httpx.Response:
        """The same on an event loop, which must go on while a login waits."""
        if request.url.path.endswith("/login") and self.now:
            await asyncio.to_thread(self.all_asked.wait, 30)
        return self(request)

    def _session(self) -> httpx.Response:
        with self._lock:
            self.logins += 1
            token = self._token()
        assert not self.now or self.all_asked.wait(30), "not every waiter has asked for a new token"
        return session(token)

    def note_asked(self) -> None:
        """A waiter asks for a new token."""
        with self._lock:
            self.asked += 1 if self.now else 0
            if self.asked == WAITERS_AT_ONCE:
                self.all_asked.set()

    def _token(self) -> str:
        # Where the server refuses tokens, nothing in them says when.
        return f"t{self.logins}" if self._refuses_old else life(self.now + 1000, n=self.logins)

    def end_tokens(self) -> None:
        """Every token so far has come to its end."""
        if self._refuses_old:
            self.old = {f"t{self.logins}"}
        self.now += 2000

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.now, wall=lambda: NOW + self.now, random=lambda: 0.5)

    def settings(self) -> Any:
        return resolve(environ={}, base_url=BASE, username="u", password="p", now=lambda: NOW + self.now)


every_end = pytest.mark.parametrize("refuses_old", [False, True], ids=["known to have ended", "refused by the server"])


@every_end
def test_many_threads_whose_token_ends_renew_it_once(refuses_old: bool) -> None:
    platform = Platform(refuses_old=refuses_old)
    # All threads have looked once, with the first token, before it ends; then all need another at the same time.
    together = threading.Barrier(WAITERS_AT_ONCE, action=platform.end_tokens, timeout=30)
    hub = AIHub._from_config(
        platform.settings(),
        transport=httpx.MockTransport(platform),
        clock=platform.clock,
        sleep=lambda _: together.wait() and None,
    )
    source: Any = hub._config.token_source
    renew = source.renew

    def renewed(*args: Any, **kwargs: Any) -> Any:
        platform.note_asked()
        return renew(*args, **kwargs)

    source.renew = renewed
    ended: list[str] = []

    def wait(number: int) -> None:
        ended.append(str(hub.trainings.attach(f"aihub://custom/training/{number}").wait().status))

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(WAITERS_AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (ended, platform.logins) == (["SUCCESS"] * WAITERS_AT_ONCE, 2)


@every_end
def test_many_tasks_whose_token_ends_renew_it_once(refuses_old: bool) -> None:
    platform = Platform(refuses_old=refuses_old)

    async def main() -> list[str]:
        together = asyncio.Barrier(WAITERS_AT_ONCE)

        async def sleep(_: float) -> None:
            if await together.wait() == 0:
                platform.end_tokens()
            await together.wait()

        hub = AsyncAIHub._from_config(
            platform.settings(),
            transport=httpx.MockTransport(platform.answer_async),
            clock=platform.clock,
            sleep=sleep,
        )
        source: Any = hub._config.token_source
        renew = source.renew_async

        async def renewed(*args: Any, **kwargs: Any) -> Any:
            platform.note_asked()
            return await renew(*args, **kwargs)

        source.renew_async = renewed
        handles = [hub.trainings.attach(f"aihub://custom/training/{number}") for number in range(WAITERS_AT_ONCE)]
        return [str(each.status) for each in await asyncio.gather(*(handle.wait() for handle in handles))]

    assert (asyncio.run(main()), platform.logins) == (["SUCCESS"] * WAITERS_AT_ONCE, 2)

"""Where a token comes from, when it is dead, and how one login serves all who wait for it."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from aihub_sdk._auth.jwt import lifetime_of
from aihub_sdk._auth.login import LoginToken
from aihub_sdk._auth.sources import TokenSource
from aihub_sdk._settings.config import resolve
from aihub_sdk.errors import AuthenticationError, CallTimeout, ConfigurationError
from tests.unit.made_up_tokens import NOW, clock, jwt


def source(environ: dict[str, str] | None = None, **arguments: Any) -> TokenSource:
    """The token source of a client in the environment `local`."""
    environment = {"HOME": "nowhere", **(environ or {})}
    return resolve(env="local", environ=environment, now=clock, **arguments).token_source


# --- which one ------------------------------------------------------------------------------------


def test_the_token_is_argument_then_variable_then_file_then_profile(tmp_path: Path) -> None:
    profile = tmp_path / ".config" / "aihub" / "config.toml"
    profile.parent.mkdir(parents=True)
    profile.write_text("[profiles.default]\ntoken = 'of-the-profile'\n")
    profile.chmod(0o600)
    file = tmp_path / "token"
    file.write_text("of-the-file")
    environ = {"HOME": str(tmp_path), "AI_HUB_TOKEN": "of-the-variable", "AI_HUB_TOKEN_FILE": str(file)}

    assert source(environ, token="of-the-argument").current() == "of-the-argument"
    assert source(environ).current() == "of-the-variable"
    del environ["AI_HUB_TOKEN"]
    assert source(environ).current() == "of-the-file"
    del environ["AI_HUB_TOKEN_FILE"]
    assert source(environ).current() == "of-the-profile"


def test_a_login_that_was_passed_beats_a_token_in_a_variable() -> None:
    assert source({"AI_HUB_TOKEN": "t"}, username="me", password="p").can_renew is True


def test_a_token_and_a_login_at_once_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="a token and a login"):
        source(token="t", username="me", password="p")


@pytest.mark.parametrize(
    ("login", "missing"),
    [
        ({"username": "me"}, "password"),
        ({"password": "hunter2"}, "username"),
        ({"username": "", "password": "hunter2"}, "username"),
        ({"username": "me", "password": ""}, "password"),
    ],
)
def test_half_a_login_is_refused(login: dict[str, Any], missing: str) -> None:
    with pytest.raises(ConfigurationError, match=f"the {missing} is missing") as caught:
        source(**login)

    assert "hunter2" not in str(caught.value)


def test_no_token_lists_where_it_was_looked_for() -> None:
    with pytest.raises(AuthenticationError) as caught:
        source().current()

    parts = ["token, username and password", "AI_HUB_TOKEN", "AI_HUB_TOKEN_FILE", 'profile "default"', "workflow node"]
    assert [part for part in parts if part not in str(caught.value)] == []


# --- what a token may look like --------------------------------------------------------------------

IMPOSSIBLE = [
    "a b",
    "a\n",
    "\ta",
    "a\r\nX-Other: 1",
    "Bearer hunter2",
    "秘密hunter2",
    "a\x00",
    "a\x7f",
    "hunter2\u2028",
    "'hunter2'",
    '"hunter2"',
]


@pytest.mark.parametrize("token", IMPOSSIBLE)
def test_a_token_that_cannot_stand_in_a_header_is_refused_and_not_shown(token: str) -> None:
    settings: list[dict[str, Any]] = [{"token": token}, {"s3_token": token}]
    for arguments in settings:
        with pytest.raises(ConfigurationError, match=r"has blanks, line breaks or|is in quotes") as caught:
            source(**arguments)
        assert token not in str(caught.value)
        assert "hunter2" not in str(caught.value)
    for variable in ("AI_HUB_TOKEN", "AI_HUB_S3_TOKEN"):
        with pytest.raises(ConfigurationError, match=f"from {variable}"):
            source({variable: token})


@pytest.mark.parametrize("token", ["", 7, b"bytes"])
def test_a_token_is_text(token: Any) -> None:
    with pytest.raises(ConfigurationError, match="is empty or not text"):
        source(token=token)


# --- expiry ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["argument", "AI_HUB_TOKEN", "file"])
def test_an_expired_token_fails_before_the_call_with_time_and_origin(given: str, tmp_path: Path) -> None:
    token = jwt(exp=NOW - 60)
    file = tmp_path / "token"
    file.write_text(token)
    made = {
        "argument": lambda: source(token=token),
        "AI_HUB_TOKEN": lambda: source({"AI_HUB_TOKEN": token}),
        "file": lambda: source({"AI_HUB_TOKEN_FILE": str(file)}),
    }[given]()

    with pytest.raises(AuthenticationError) as caught:
        made.current()

    assert caught.value.message == f"The token from {made.origin} expired at 2025-06-15 15:05:40 UTC."
    assert token not in str(caught.value)


@pytest.mark.parametrize(("exp", "is_dead"), [(NOW - 1, True), (NOW, True), (NOW + 1, False), (NOW + 0.5, False)])
def test_a_token_is_dead_from_its_last_second_on(exp: float, is_dead: bool) -> None:
    made = source(token=jwt(exp=exp))
    try:
        made.current()
    except AuthenticationError:
        assert is_dead
    else:
        assert not is_dead


def test_an_expired_token_that_keeps_a_token_file_from_being_read_says_so() -> None:
    given = source({"AI_HUB_TOKEN": jwt(exp=NOW - 1), "AI_HUB_TOKEN_FILE": "/run/token"})

    with pytest.raises(AuthenticationError) as caught:
        given.current()
    assert caught.value.hint.endswith("Unset AI_HUB_TOKEN: while it is set, AI_HUB_TOKEN_FILE is not read.")


def test_a_token_that_dies_meanwhile_is_noticed() -> None:
    now = [NOW]
    made = resolve(env="local", token=jwt(exp=NOW + 10), environ={}, now=lambda: now[0]).token_source
    assert made.current() is not None
    now[0] += 10

    with pytest.raises(AuthenticationError, match="expired at"):
        made.current()


@pytest.mark.parametrize(
    "token",
    [
        "opaque",
        "a.b.c",
        "..",
        "a.!!!.c",
        "a.W10.c",
        "a.bnVsbA.c",
        jwt(),
        jwt(exp="soon"),
        jwt(exp=True),
        jwt(exp=None),
        jwt(exp=-5),
        jwt(exp=1e300),
        jwt(exp=float("inf")),
        jwt(exp=float("nan")),
        jwt(exp=10**400),
        "a." + "W1tb" * 50_000 + ".c",
    ],
)
def test_a_token_that_says_nothing_of_its_end_is_sent_as_it_is(token: str) -> None:
    assert lifetime_of(token).expires_at is None
    assert source(token=token).current() == token


def test_a_given_token_cannot_be_renewed() -> None:
    made = source(token="t")

    assert made.can_renew is False
    with pytest.raises(AuthenticationError, match="cannot be renewed"):
        made.renew(lambda *_: "new")
    with pytest.raises(AuthenticationError, match="cannot be renewed"):
        asyncio.run(made.renew_async(later("new")))


# --- files ----------------------------------------------------------------------------------------


def test_a_token_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    made = source({"AI_HUB_TOKEN_FILE": str(file)})
    assert made.current() == "first"

    file.write_text("the-second\n")

    assert made.current() == "the-second"


def test_a_fresh_token_in_the_file_takes_the_place_of_an_expired_one(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(jwt(exp=NOW - 60))
    made = source({"AI_HUB_TOKEN_FILE": str(file)})
    with pytest.raises(AuthenticationError, match="expired at"):
        made.current()

    file.write_text(jwt(exp=NOW + 3600))

    assert made.current() == jwt(exp=NOW + 3600)


def test_a_token_file_is_not_read_again_while_it_stays_the_same(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first")
    made = source({"AI_HUB_TOKEN_FILE": str(file)})
    assert made.current() == "first"
    unchanged = file.stat()
    file.write_text("other")
    os.utime(file, ns=(unchanged.st_atime_ns, unchanged.st_mtime_ns))

    assert made.current() == "first"


def test_a_token_file_is_read_again_after_a_refusal_whatever_its_dates_say(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first")
    made = source({"AI_HUB_TOKEN_FILE": str(file)})
    assert made.current() == "first"
    unchanged = file.stat()
    file.write_text("other")
    os.utime(file, ns=(unchanged.st_atime_ns, unchanged.st_mtime_ns))

    made.refused("first")

    assert made.current() == "other"


def test_a_token_file_that_is_not_there_is_asked_for_only_when_a_token_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "token"
    made = source({"AI_HUB_TOKEN_FILE": str(file)})
    with pytest.raises(AuthenticationError, match="cannot be read: No such file or directory"):
        made.current()

    file.write_text("t")

    assert made.current() == "t"


def test_a_token_file_may_end_with_a_line_break_and_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"\xef\xbb\xbf t\r\n")

    assert source({"AI_HUB_TOKEN_FILE": str(file)}).current() == "t"


@pytest.mark.parametrize("content", [b"", b"\n", b"two words", b"two\nlines", b"\xff\xfe"])
def test_a_token_file_with_anything_else_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match="The token from the file "):
        source({"AI_HUB_TOKEN_FILE": str(file)}).current()


def test_a_token_file_is_named_by_its_place_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("t")
    monkeypatch.chdir(tmp_path)
    made = source({"AI_HUB_TOKEN_FILE": "token"})
    monkeypatch.chdir("/")

    assert made.current() == "t"


def test_describing_a_source_never_fails(tmp_path: Path) -> None:
    described = [
        source().describe(),
        source({"AI_HUB_TOKEN_FILE": str(tmp_path / "none")}).describe(),
        source(token=jwt(exp=NOW - 60)).describe(),
        source(token="opaque").describe(),
        source(username="me", password="hunter2").describe(),
    ]

    assert described == [
        "none: There is no token for this call.",
        f"none: The token file {tmp_path / 'none'} cannot be read: No such file or directory.",
        "(hidden), expired 2025-06-15 15:05:40 UTC",
        "(hidden), expiry unknown",
        "login as me, not logged in yet",
    ]


# --- logging in -----------------------------------------------------------------------------------


class Platform:
    """Counts logins, and makes a token for each."""

    def __init__(self, *tokens: str, error: BaseException | None = None) -> None:
        self.tokens = list(tokens)
        self.error = error
        self.logins: list[tuple[str, str]] = []

    def log_in(self, username: str, password: str) -> str:
        self.logins.append((username, password))
        if self.error is not None:
            raise self.error
        return self.tokens[len(self.logins) - 1]


def later(token: str) -> Callable[[str, str], Awaitable[str]]:
    async def log_in(_username: str, _password: str) -> str:
        return token

    return log_in


def login(now: Callable[[], float] = clock) -> LoginToken:
    return LoginToken("argument", "me", "hunter2", now)


def test_a_login_happens_at_the_first_need_and_is_kept() -> None:
    platform, made = Platform("first"), login()
    assert made.current() is None

    assert made.renew(platform.log_in) == "first"

    assert (made.current(), made.renew(platform.log_in), platform.logins) == ("first", "first", [("me", "hunter2")])


def test_a_stale_token_is_renewed_once_for_all_who_had_it() -> None:
    platform, made = Platform("first", "second"), login()
    made.renew(platform.log_in)

    assert [made.renew(platform.log_in, stale="first") for _ in range(3)] == ["second"] * 3
    assert len(platform.logins) == 2


def test_a_refused_token_is_forgotten_but_not_the_one_that_came_after_it() -> None:
    platform, made = Platform("first", "second"), login()
    made.renew(platform.log_in)
    made.refused("first")
    assert made.current() is None
    made.renew(platform.log_in)

    made.refused("first")

    assert made.current() == "second"


@pytest.mark.parametrize(("life", "usable"), [(3600, 3570), (100, 90)])
def test_a_token_is_renewed_a_little_before_its_end(life: int, usable: int) -> None:
    now = [NOW]
    made = login(lambda: now[0])
    made.renew(Platform(jwt(exp=NOW + life)).log_in)
    now[0] = NOW + usable - 0.5
    assert made.current() is not None
    now[0] = NOW + usable

    assert made.current() is None


def test_a_clock_that_is_wrong_does_not_shorten_a_tokens_life() -> None:
    """`iat` and `exp` are the server's clock; an hour's difference must not mean a login for every call."""
    made = login()
    made.renew(Platform(jwt(iat=NOW - 7200, exp=NOW - 3600)).log_in)

    assert made.current() is not None


def test_a_clock_that_is_wrong_does_not_lengthen_a_tokens_life() -> None:
    now = [NOW]
    made = login(lambda: now[0])
    made.renew(Platform(jwt(iat=NOW + 7200, exp=NOW + 7300)).log_in)
    now[0] = NOW + 90

    assert made.current() is None


def test_a_token_that_looks_dead_on_arrival_is_used_until_the_server_refuses_it() -> None:
    made = login()
    made.renew(Platform(jwt(exp=NOW - 3600)).log_in)

    assert made.current() is not None


def test_a_login_that_gives_no_usable_token_is_refused() -> None:
    made = login()

    with pytest.raises(ConfigurationError, match="The token from the login has blanks"):
        made.renew(Platform("two words").log_in)
    assert made.renew(Platform("fine").log_in) == "fine"


def test_a_failed_login_is_told_and_the_next_one_starts_anew() -> None:
    made = login()

    with pytest.raises(AuthenticationError, match="wrong password"):
        made.renew(Platform(error=AuthenticationError("wrong password")).log_in)
    assert made.renew(Platform("fine").log_in) == "fine"


def test_the_password_is_in_no_text_of_the_source() -> None:
    made = login()
    made.renew(Platform("hunter3").log_in)

    assert [text for text in (repr(made), str(made), made.describe()) if "hunter" in text] == []


def test_many_threads_share_one_login() -> None:
    threads = 16
    started, release = threading.Barrier(threads + 1), threading.Event()
    platform, made = Platform("only", "another"), login()

    def slow(username: str, password: str) -> str:
        release.wait()
        return platform.log_in(username, password)

    def ask() -> str:
        started.wait()
        return made.renew(slow)

    with ThreadPoolExecutor(threads) as pool:
        asked = [pool.submit(ask) for _ in range(threads)]
        started.wait()
        release.set()
        got = {each.result() for each in asked}

    assert (got, len(platform.logins)) == ({"only"}, 1)


def in_parallel(made: LoginToken, log_in: Callable[[str, str], Awaitable[str]], count: int) -> Any:
    async def run() -> list[Any]:
        asked = (made.renew_async(log_in) for _ in range(count))
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(run())


def test_many_tasks_share_one_login() -> None:
    platform, made = Platform("only", "another"), login()

    async def slow(username: str, password: str) -> str:
        await asyncio.sleep(0)
        return platform.log_in(username, password)

    assert (in_parallel(made, slow, 16), len(platform.logins)) == (["only"] * 16, 1)


def test_whoever_waits_for_the_login_of_another_thread_waits_no_longer_than_the_call_may_take() -> None:
    asked, release, made = threading.Event(), threading.Event(), login()

    def slow(username: str, password: str) -> str:
        asked.set()
        release.wait()
        return "late"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(made.renew, slow)
        asked.wait()
        try:
            with pytest.raises(CallTimeout, match="another call has sent was not answered within 0 s"):
                made.renew(slow, within=0)
        finally:
            release.set()
        assert first.result() == "late"


def test_whoever_waits_for_the_login_of_another_task_waits_no_longer_than_the_call_may_take() -> None:
    made = login()

    async def run() -> str:
        release = asyncio.Event()

        async def slow(username: str, password: str) -> str:
            await release.wait()
            return "late"

        first = asyncio.create_task(made.renew_async(slow))
        await asyncio.sleep(0)
        with pytest.raises(CallTimeout, match="another call has sent was not answered within 0 s"):
            await made.renew_async(slow, within=0)
        release.set()
        return await first

    assert asyncio.run(run()) == "late"


def test_a_wrong_password_is_tried_once_and_told_to_all_who_waited() -> None:
    platform, made = Platform(error=AuthenticationError("wrong password")), login()

    async def slow(username: str, password: str) -> str:
        await asyncio.sleep(0)
        return platform.log_in(username, password)

    errors = in_parallel(made, slow, 5)

    assert [(type(error), str(error)) for error in errors] == [(AuthenticationError, "wrong password")] * 5
    assert len({id(error) for error in errors}) == 5
    assert len(platform.logins) == 1


def test_when_the_one_who_logs_in_is_cancelled_another_takes_over() -> None:
    platform, made = Platform("first", "second"), login()

    async def run() -> tuple[bool, str]:
        never = asyncio.Event()

        async def stuck(username: str, password: str) -> str:
            platform.log_in(username, password)
            await never.wait()
            return "never"

        async def fine(username: str, password: str) -> str:
            return platform.log_in(username, password)

        leader = asyncio.create_task(made.renew_async(stuck))
        await asyncio.sleep(0)
        follower = asyncio.create_task(made.renew_async(fine))
        await asyncio.sleep(0)
        leader.cancel()
        token = await follower
        return leader.cancelled(), token

    assert asyncio.run(run()) == (True, "second")


def test_a_cancelled_follower_does_not_stop_the_login() -> None:
    made = login()

    async def run() -> tuple[bool, str]:
        go = asyncio.Event()

        async def slow(_username: str, _password: str) -> str:
            await go.wait()
            return "token"

        leader = asyncio.create_task(made.renew_async(slow))
        await asyncio.sleep(0)
        follower = asyncio.create_task(made.renew_async(slow))
        await asyncio.sleep(0)
        follower.cancel()
        await asyncio.sleep(0)
        go.set()
        return follower.cancelled(), await leader

    assert asyncio.run(run()) == (True, "token")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
def test_a_forked_child_does_not_wait_for_a_login_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    made = login()
    assert made._join(None) is None  # the parent is logging in
    monkeypatch.setattr(os, "getpid", lambda: -1)  # and this is the child, which has only a copy of that

    assert made.renew(Platform("of-the-child").log_in) == "of-the-child"

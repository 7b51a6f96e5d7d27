"""The clients: who they are, how they log in, what making one costs. Every test runs sync and async."""

import inspect
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._settings.config import resolve
from aihub_sdk.errors import AIHubError, AuthenticationError, CallTimeout, ConfigurationError, InvalidRequest
from aihub_sdk.services.search_handles import AsyncSearch, Search
from aihub_sdk.services.searches import AsyncSearches, Searches
from tests.unit.conftest import MakeClient
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import BASE, Client, ok, page, refused, search

LOGIN = "POST /api/v1/auth/login"
GET = "GET /data-warehouse/api/v1/searches/7"
CREATE = "POST /data-warehouse/api/v1/searches"
# Far enough from every clock that could be running.
FOREVER = 4_000_000_000
LONG_AGO = 1_000_000_000
FIRST, SECOND = jwt(exp=FOREVER, n=1), jwt(exp=FOREVER, n=2)
LOGGED_OUT = {"token": None, "username": "u", "password": "secret-word"}


def session(token: str, user_id: int = 5) -> httpx.Response:
    return ok({"id": user_id, "token": token})


def tokens(c: Client) -> list[str | None]:
    """The token of each request that was no login."""
    sent = [r for r in c.script.requests if not r.url.path.endswith("/login")]
    return [r.headers["Authorization"].removeprefix("Bearer ") for r in sent]


# --- logging in -----------------------------------------------------------------------------------


def test_a_client_with_a_password_logs_in_before_its_first_call(client: MakeClient) -> None:
    c = client(session(FIRST), search(), search(), **LOGGED_OUT)
    c.get_search()
    c.get_search()

    assert c.script.sent() == [LOGIN, GET, GET]
    assert tokens(c) == [FIRST, FIRST]
    assert "Authorization" not in c.script.requests[0].headers


def test_a_refused_token_is_renewed_once_and_the_call_goes_on(client: MakeClient) -> None:
    c = client(session(FIRST), refused(1, "expired", 401), session(SECOND), search(), **LOGGED_OUT, max_retries=0)

    assert c.get_search().id == 7
    assert tokens(c) == [FIRST, SECOND]


def test_a_write_is_sent_again_after_a_renewal_because_it_was_refused(client: MakeClient) -> None:
    c = client(session(FIRST), page(401), session(SECOND), ok({"id": 7}), **LOGGED_OUT)

    assert c.create_search().id == 7
    assert c.script.sent() == [LOGIN, CREATE, LOGIN, CREATE]


def test_a_second_refusal_is_the_answer(client: MakeClient) -> None:
    c = client(session(FIRST), page(401), session(SECOND), refused(1, "no such user", 401), **LOGGED_OUT)

    with pytest.raises(AuthenticationError, match="no such user"):
        c.get_search()


def test_a_given_token_that_is_refused_is_not_sent_again(client: MakeClient) -> None:
    c = client(refused(401, "令牌已过期", 401))

    with pytest.raises(AuthenticationError) as caught:
        c.get_search()
    assert (c.script.sent(), "令牌已过期" in caught.value.message, caught.value.status) == ([GET], True, 401)
    assert "AI_HUB_TOKEN" in caught.value.hint


@pytest.mark.parametrize("answer", [refused(1, "密码错误"), refused(400, "密码错误"), refused(1, "密码错误", 401)])
def test_a_wrong_login_is_an_authentication_error_with_the_servers_words(
    client: MakeClient, answer: httpx.Response
) -> None:
    c = client(answer, **LOGGED_OUT)

    with pytest.raises(AuthenticationError) as caught:
        c.get_search()
    assert ("密码错误" in caught.value.message, caught.value.operation) == (True, "login")
    assert "secret-word" not in str(caught.value)


def test_an_expired_token_fails_before_anything_is_sent(client: MakeClient) -> None:
    c = client(token=jwt(exp=LONG_AGO))

    with pytest.raises(AuthenticationError, match="expired") as caught:
        c.get_search()
    assert (caught.value.operation, caught.value.attempts) == ("getSearch", 0)


def test_a_login_takes_its_time_from_the_call_it_is_for(client: MakeClient) -> None:
    given = []

    def taking_3_seconds(answer: httpx.Response) -> Callable[[httpx.Request], httpx.Response]:
        def step(request: httpx.Request) -> httpx.Response:
            given.append(request.extensions["timeout"].get("read"))
            c.time.now += 3
            return answer

        return step

    steps = [session(FIRST), page(401), session(SECOND), search()]
    c = client(*map(taking_3_seconds, steps), timeout=10, **LOGGED_OUT)

    with pytest.raises(CallTimeout):
        c.get_search()
    assert given == [10.0, 7.0, 4.0, 1.0]


def test_a_token_file_is_read_again_when_its_token_is_refused(client: MakeClient, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("t1")
    file.chmod(0o600)

    def replace(_request: httpx.Request) -> httpx.Response:
        file.write_text("t2-is-longer")
        return page(401)

    c = client(replace, search())
    config = resolve(environ={"AI_HUB_BASE_URL": BASE, "AI_HUB_TOKEN_FILE": str(file)})
    c.hub._config = config

    assert c.get_search().id == 7
    assert tokens(c) == ["t1", "t2-is-longer"]


def test_threads_that_need_a_token_share_one_login() -> None:
    c = Client("sync", session(FIRST), *[search() for _ in range(8)], **LOGGED_OUT)
    barrier = threading.Barrier(8)

    def call() -> None:
        barrier.wait()
        c.get_search()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(c.script.sent()) == sorted([LOGIN, *[GET] * 8])
    c.end()


def test_login_gives_who_it_is_and_is_used_from_now_on(client: MakeClient) -> None:
    token = jwt(username="demo", iat=LONG_AGO, exp=FOREVER)
    c = client(session(token, user_id=9), search())
    user = c.done(c.hub.login("demo", "secret-word"))
    c.get_search()

    assert (user.user_id, user.username, user.token_origin) == (9, "demo", "hub.login()")
    assert user.expires_at == datetime.fromtimestamp(FOREVER, UTC)
    assert tokens(c) == [token]
    assert [part for part in ("secret-word", token) if part in repr(user)] == []


def test_a_login_that_fails_leaves_the_client_as_it_was(client: MakeClient) -> None:
    c = client(refused(1, "wrong"), search())

    with pytest.raises(AuthenticationError):
        c.done(c.hub.login("demo", "wrong"))
    c.get_search()
    assert tokens(c) == ["t0"]


@pytest.mark.parametrize(("username", "password"), [("", "p"), ("u", ""), (None, "p"), ("u", 5)])
def test_a_login_that_cannot_be_is_refused_before_anything_is_sent(
    client: MakeClient, username: Any, password: Any
) -> None:
    c = client()

    with pytest.raises(InvalidRequest) as caught:
        c.done(c.hub.login(username, password))
    assert caught.value.field == ("password" if username == "u" else "username")


# --- who am I -------------------------------------------------------------------------------------


CLAIMS: list[tuple[dict[str, Any], tuple[int | None, str | None]]] = [
    ({"id": 3, "username": "a"}, (3, "a")),
    ({"sub": "3", "name": "a"}, (3, "a")),
    ({"user_id": 3, "sub": "a"}, (3, None)),
    ({"sub": "a"}, (None, None)),
    ({"id": True, "username": 5}, (None, None)),
]


@pytest.mark.parametrize(("claims", "expected"), CLAIMS)
def test_whoami_reads_the_claims_of_the_token_and_sends_nothing(
    client: MakeClient, claims: dict[str, Any], expected: tuple[int | None, str | None]
) -> None:
    c = client(token=jwt(**claims))
    user = c.done(c.hub.whoami())

    assert ((user.user_id, user.username), user.issued_at, user.expires_at) == (expected, None, None)


def test_whoami_of_a_token_that_says_nothing_knows_where_it_came_from(client: MakeClient) -> None:
    c = client(token="opaque")
    user = c.done(c.hub.whoami())

    assert (user.user_id, user.username, user.token_origin) == (None, None, "argument token")


def test_whoami_logs_in_where_nobody_has_yet(client: MakeClient) -> None:
    c = client(session(FIRST, user_id=9), **LOGGED_OUT)

    assert c.done(c.hub.whoami()).user_id == 9


# --- making a client ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [AIHub, AsyncAIHub])
def test_a_client_with_nothing_configured_says_what_was_looked_at(kind: type[Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind()
    assert "AI_HUB_ENV" in str(caught.value)


def test_making_a_client_loads_no_http_library() -> None:
    program = (
        "import sys; from aihub_sdk import AIHub, AsyncAIHub\n"
        "for kind in (AIHub, AsyncAIHub):\n"
        "    hub = kind(env='local', token='t'); hub.config.explain(); repr(hub)\n"
        "print(sorted({'httpx', 'attrs', 'msgspec', 'asyncio'} & set(sys.modules)))"
    )

    finished = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert finished.stdout.strip() == "[]"


def test_a_synchronous_call_loads_no_event_loop() -> None:
    program = (
        "import sys; from aihub_sdk import AIHub, AIHubError\n"
        "try:\n"
        "    AIHub(base_url='http://127.0.0.1:1', token='t', max_retries=0).searches.get(1)\n"
        "except AIHubError as error:\n"
        "    print(type(error).__name__, 'asyncio' in sys.modules)"
    )

    finished = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert finished.stdout.strip() == "ConnectionFailed False"


def test_the_text_of_a_client_shows_no_secret(client: MakeClient) -> None:
    c = client(token="secret-token")

    assert repr(c.hub) == f"{type(c.hub).__name__}(env='custom')"


def test_a_block_ends_with_a_closed_client(client: MakeClient) -> None:
    c = client(search())

    async def use() -> None:
        async with c.hub as hub:
            await hub.api.data_warehouse.get_search(id=7)

    if c.is_async:
        c.runner.run(use())
    else:
        with c.hub as hub:
            hub.api.data_warehouse.get_search(id=7)
    with pytest.raises(AIHubError, match="closed"):
        c.get_search()


# --- one API, twice -------------------------------------------------------------------------------


TWINS = [(AIHub, AsyncAIHub), (Searches, AsyncSearches), (Search, AsyncSearch)]
ITSELF = {"__enter__": "__aenter__", "__exit__": "__aexit__", "__iter__": "__aiter__"}


def surface(cls: type, renamed: dict[str, str]) -> dict[str, Any]:
    """The public names of a class, with the parameters of those that have any."""
    return {
        renamed.get(name, name): [p.replace(annotation="") for p in inspect.signature(value).parameters.values()]
        if callable(value)
        else type(value).__name__
        for name, value in inspect.getmembers(cls)
        if not name.startswith("_") or name in {*ITSELF, *ITSELF.values()}
    }


@pytest.mark.parametrize(("one", "twin"), TWINS)
def test_sync_and_async_have_the_same_names_and_parameters(one: type, twin: type) -> None:
    assert surface(one, ITSELF) == surface(twin, {})


@pytest.mark.parametrize("cls", [cls for pair in TWINS for cls in pair])
def test_every_public_name_has_a_docstring(cls: type) -> None:
    members = [(n, v) for n, v in inspect.getmembers(cls) if callable(v) or isinstance(v, property)]
    silent = [name for name, value in members if not name.startswith("_") and not inspect.getdoc(value)]

    assert silent == []


def test_an_argument_that_does_not_fit_is_an_error_of_the_sdk_also_from_hub_api(client: MakeClient) -> None:
    c = client()

    with pytest.raises(InvalidRequest, match=r"id is 'seven' \(str\)\.\n.* Pass a whole number\.") as caught:
        c.done(c.hub.api.data_warehouse.get_search(id="seven"))
    assert (caught.value.field, caught.value.operation) == ("id", "getSearch")
    assert c.script.sent() == []

"""One client on other terms, threads, processes and loops: what they share, and what each has for itself."""

import asyncio
import gc
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk.errors import ConfigurationError, SchemaMismatch, ServerError
from tests.unit.conftest import MakeClient
from tests.unit.loopback import Server, serving
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import ok, page, search

LOGIN = "POST /api/v1/auth/login"
GET = "GET /data-warehouse/api/v1/searches/7"
FOREVER = 4_000_000_000
TOKEN = jwt(exp=FOREVER)
LOGGED_OUT = {"token": None, "username": "u", "password": "secret-word"}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as seen:
        yield seen


def look(hub: Any) -> Any:
    return hub.api.data_warehouse.get_search(id=7)


# --- with_options ---------------------------------------------------------------------------------


def test_what_is_not_given_stays(client: MakeClient) -> None:
    c = client(timeout=7, max_retries=2, strict=True, s3_token="s0")
    config = c.hub.with_options().config

    assert (config.timeout, config.max_retries, config.is_strict, config.s3_token) == (7.0, 2, True, "s0")
    assert (config.environment, config.token_source) == (c.config.environment, c.config.token_source)


def test_what_is_given_counts_for_the_new_client_alone(client: MakeClient) -> None:
    c = client()
    other = c.hub.with_options(timeout=5, max_retries=0, strict=True, s3_token="s1")
    mine, its = c.hub.config, other.config

    assert (its.timeout, its.max_retries, its.is_strict, its.s3_token) == (5.0, 0, True, "s1")
    assert (mine.timeout, mine.max_retries, mine.is_strict, mine.s3_token) == (60.0, 4, False, None)
    assert "argument timeout" in str(its.explain())


def test_retries_and_strictness_take_effect(client: MakeClient) -> None:
    c = client(page(500), search(name=5))

    with pytest.raises(ServerError):
        c.done(look(c.hub.with_options(max_retries=0)))
    with pytest.raises(SchemaMismatch):
        c.done(look(c.hub.with_options(strict=True)))


def test_a_token_of_its_own_is_sent_by_the_new_client_alone(client: MakeClient) -> None:
    c = client(search(), search())
    c.done(look(c.hub.with_options(token="t1")))
    c.get_search()

    assert [r.headers["Authorization"] for r in c.script.requests] == ["Bearer t1", "Bearer t0"]


def test_a_login_is_shared_both_ways(client: MakeClient) -> None:
    c = client(ok({"id": 5, "token": TOKEN}), search(), search(), **LOGGED_OUT)
    c.done(look(c.hub.with_options(timeout=5)))
    c.get_search()

    assert c.script.sent() == [LOGIN, GET, GET]


def test_a_login_of_its_own_leaves_the_other_as_it_was(client: MakeClient) -> None:
    c = client(ok({"id": 5, "token": TOKEN}), search(), search())
    c.done(look(c.hub.with_options(username="u", password="secret-word")))
    c.get_search()

    assert [r.headers.get("Authorization") for r in c.script.requests] == [None, f"Bearer {TOKEN}", "Bearer t0"]


@pytest.mark.parametrize(
    "options",
    [{"timeout": 0}, {"max_retries": -1}, {"strict": 1}, {"token": "a b"}, {"username": "u"}, {"s3_token": ""}],
)
def test_a_value_that_cannot_be_used_is_refused(client: MakeClient, options: dict[str, Any]) -> None:
    c = client()

    with pytest.raises(ConfigurationError) as caught:
        c.hub.with_options(**options)
    assert caught.value.setting in {*options, "password"}


def test_both_use_the_same_connection(server: Server) -> None:
    with AIHub(base_url=server.address, token="t") as hub, hub.with_options(timeout=5) as other:
        for each in (hub, other, hub):
            look(each)

    assert len(set(server.connections)) == 1


@pytest.mark.parametrize("is_derived_first", [True, False])
def test_closing_one_leaves_the_other_working(client: MakeClient, is_derived_first: bool) -> None:
    c = client(search())
    derived = c.hub.with_options(timeout=5)
    first, second = (derived, c.hub) if is_derived_first else (c.hub, derived)
    c.done(first.close())

    assert c.done(look(second)).id == 7
    with pytest.raises(ConfigurationError, match="closed"):
        c.done(look(first))


def connections_left(hub: AIHub) -> int:
    return len(hub._session.transport._pools._by_way)


def test_the_last_one_to_be_closed_closes_the_connections(server: Server) -> None:
    hub = AIHub(base_url=server.address, token="t")
    other = hub.with_options(timeout=5)
    look(hub)
    hub.close()
    assert connections_left(other) == 1

    other.close()
    assert connections_left(other) == 0


def test_a_client_that_was_used_and_dropped_holds_no_connection_open(server: Server) -> None:
    hub = AIHub(base_url=server.address, token="t")
    job = hub.with_options(timeout=5).searches.get(7)
    gc.collect()
    hub.close()

    assert (job.id, connections_left(hub)) == (7, 0)


def test_a_closed_client_gives_no_other(client: MakeClient) -> None:
    c = client()
    c.done(c.hub.close())

    with pytest.raises(ConfigurationError, match="closed"):
        c.hub.with_options(timeout=5)


def test_a_client_on_other_terms_pickles_with_them(client: MakeClient) -> None:
    c = client(token=None)
    other = pickle.loads(pickle.dumps(c.hub.with_options(timeout=5, token="secret-token")))

    assert (type(other), other.config.timeout) == (type(c.hub), 5.0)
    assert b"secret-token" not in pickle.dumps(other)


# --- threads --------------------------------------------------------------------------------------


def in_threads(count: int, work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_share_a_client_and_at_most_sixteen_connections(server: Server) -> None:
    found: list[int] = []
    with AIHub(base_url=server.address, token="t") as hub:
        in_threads(40, lambda: found.append(look(hub).id))

    assert found == [7] * 40
    assert len(set(server.connections)) <= 16


# --- processes ------------------------------------------------------------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")


def in_child(work: Callable[[], bool]) -> bool:
    """Whether `work` is true in a forked child."""
    child = os.fork()
    if child == 0:
        signal.alarm(10)  # a child that hangs must not outlive the test
        status = 1
        try:
            status = 0 if work() else 2
        finally:
            # Only the exit status tells: a child that ran pytest's own end would report twice.
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


@needs_fork
def test_a_forked_child_uses_and_closes_connections_of_its_own(server: Server) -> None:
    def work() -> bool:
        other = hub.with_options(timeout=5)
        is_found = (look(hub).id, look(other).id) == (7, 7)
        other.close()
        hub.close()
        return is_found

    with AIHub(base_url=server.address, token="t") as hub:
        look(hub)
        assert in_child(work)
        look(hub)

    mine, childs, childs_again, mine_again = server.connections
    assert (mine == mine_again, childs == childs_again, mine == childs) == (True, True, False)


@needs_fork
def test_a_forked_child_of_an_async_program_runs_a_loop_of_its_own(server: Server) -> None:
    hub = AsyncAIHub(base_url=server.address, token="t")

    async def call() -> int:
        return int((await look(hub)).id)

    with asyncio.Runner() as runner:
        runner.run(call())
        assert in_child(lambda: asyncio.run(call()) == 7)
        runner.run(call())
        runner.run(hub.close())

    mine, childs, mine_again = server.connections
    assert (mine == mine_again, mine == childs) == (True, False)


@needs_fork
def test_a_forked_child_is_not_stuck_on_a_lock_that_its_parent_held(client: MakeClient) -> None:
    c = client(**LOGGED_OUT)
    source = c.config.token_source

    with source._lock:  # type: ignore[attr-defined]  # another thread of the parent, in the middle of a renewal
        assert in_child(lambda: (source.refused("t"), True)[1])  # type: ignore[func-returns-value]  # it returns at all


# --- pickles --------------------------------------------------------------------------------------


def test_a_pickled_handle_has_no_secret_and_goes_on_at_another_client(client: MakeClient) -> None:
    c = client(search(status=2), search(status=3), token="secret-token")
    frozen = pickle.dumps(c.done(c.hub.searches.get(7)))
    thawed = c.hub.with_options(timeout=5).attach(pickle.loads(frozen))

    assert (thawed.status, c.done(thawed.refresh()).status) == (2, 3)
    assert b"secret-token" not in frozen


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_client_that_has_called_pickles_without_its_secrets(client: MakeClient, protocol: int) -> None:
    c = client(ok({"id": 5, "token": TOKEN}), search(), s3_token="secret-relay", **LOGGED_OUT)
    c.get_search()
    frozen = pickle.dumps(c.hub, protocol)

    assert [word for word in ("secret-word", "secret-relay", TOKEN) if word.encode() in frozen] == []
    assert pickle.loads(frozen).config.address("user_system") == c.config.address("user_system")

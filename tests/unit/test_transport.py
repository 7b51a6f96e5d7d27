"""What goes over the wire and which way: what httpx.Client would have decided is decided by us."""

import asyncio
import gzip
import os
import pickle
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from aihub_api.s3_relay.models import UploadFileRequest
from aihub_api.types import File
from aihub_emulator.network.certificate import Certificate, certificate_in
from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._calls.core import Clock
from aihub_sdk._settings.config import resolve
from aihub_sdk._settings.proxies import proxy_for
from aihub_sdk._wire.connections import KEEPALIVE_SECONDS
from aihub_sdk._wire.pools import Pools
from aihub_sdk._wire.routes import Way, tls_of_its_own, tls_without_authorities, way_to
from aihub_sdk._wire.transport import MOST_CONNECTIONS, _tls
from aihub_sdk.errors import ConfigurationError, ConnectionFailed, ResponseLost, UnexpectedResponse
from tests.unit.conftest import MakeClient
from tests.unit.loopback import Server, send, serving
from tests.unit.scripted import ok, page, search


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as seen:
        yield seen


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


# --- what a request looks like --------------------------------------------------------------------


def test_a_read_carries_these_headers_and_no_body(client: MakeClient) -> None:
    c = client(search())
    c.get_search()
    request = c.script.requests[0]

    assert (dict(request.headers), request.content) == (
        {
            "host": "platform.example",
            "user-agent": "aihub-sdk/0.1.0",
            "accept": "application/json",
            "authorization": "Bearer t0",
        },
        b"",
    )


def test_a_write_carries_its_json(client: MakeClient) -> None:
    c = client(ok({"id": 7}))
    c.create_search()
    request = c.script.requests[0]

    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Content-Length"] == str(len(request.content))
    assert request.content == b'{"type":1,"name":"n","sql":"select 1"}'


def test_a_post_without_a_body_says_so(client: MakeClient) -> None:
    c = client(ok({"id": 5}))
    c.done(c.hub.api.workflow_center.get_run(id=5))

    assert c.script.requests[0].headers["Content-Length"] == "0"


def test_a_path_prefix_of_the_address_is_kept(client: MakeClient) -> None:
    c = client(search(), base_url="http://gateway.example:8080/aihub/")
    c.get_search()

    assert str(c.script.requests[0].url) == "http://gateway.example:8080/aihub/data-warehouse/api/v1/searches/7"


# --- what is done with an answer ------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_its_host_is_named(client: MakeClient, status: int) -> None:
    c = client(page(status, {"Location": "http://user:secret@elsewhere.example/login?ticket=1"}))

    with pytest.raises(UnexpectedResponse) as caught:
        c.get_search()
    assert len(c.script.requests) == 1
    assert "redirects to elsewhere.example" in caught.value.reason
    assert "secret" not in str(caught.value)


def test_cookies_are_neither_kept_nor_sent(client: MakeClient) -> None:
    c = client(search(), search())
    c.script.steps[0].headers["Set-Cookie"] = "session=1"  # type: ignore[union-attr]  # a response, as written above
    c.get_search()
    c.get_search()

    assert "cookie" not in c.script.requests[1].headers


def test_an_answer_that_comes_compressed_is_read(client: MakeClient) -> None:
    body = gzip.compress(b'{"code": 0, "data": {"id": 7}}')
    c = client(httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(body)))

    assert c.get_search().id == 7


def test_an_answer_whose_compression_is_broken_is_a_broken_connection(client: MakeClient) -> None:
    broken = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip"))
    c = client(broken)

    with pytest.raises(ResponseLost):
        c.create_search()


def test_a_whole_answer_shows_its_headers_as_a_plain_mapping(client: MakeClient) -> None:
    c = client(search())
    answer = c.done(c.hub.api.data_warehouse.raw.get_search(id=7))

    assert (answer.status, answer.code, answer.headers["content-type"]) == (200, 0, "application/json")


# --- connections ----------------------------------------------------------------------------------


def test_calls_one_after_another_share_a_connection(server: Server) -> None:
    with AIHub(base_url=server.address, token="t") as hub:
        for _ in range(3):
            hub.api.data_warehouse.get_search(id=7)

    assert len(set(server.connections)) == 1


def test_idle_connections_are_given_up_before_a_server_would() -> None:
    assert (KEEPALIVE_SECONDS <= 2, MOST_CONNECTIONS <= 16) == (True, True)


def test_a_refused_connection_is_said_to_be_one() -> None:
    address = f"http://127.0.0.1:{closed_port()}"

    with AIHub(base_url=address, token="t", max_retries=0) as hub, pytest.raises(ConnectionFailed) as caught:
        hub.searches.sql("select 1")
    assert (type(caught.value), f"no connection to {address}" in str(caught.value)) == (ConnectionFailed, True)


def test_a_connection_that_closes_after_a_write_loses_the_answer(server: Server) -> None:
    server.answer = lambda request: request.connection.shutdown(socket.SHUT_RDWR)

    with AIHub(base_url=server.address, token="t") as hub, pytest.raises(ResponseLost):
        hub.searches.sql("select 1")
    assert len(server.requests) == 1


def test_an_async_client_used_on_two_loops_gets_connections_on_each(server: Server) -> None:
    hub = AsyncAIHub(base_url=server.address, token="t")

    async def call() -> int:
        return (await hub.api.data_warehouse.get_search(id=7)).id

    with asyncio.Runner() as one, asyncio.Runner() as other:
        assert [one.run(call()), other.run(call()), one.run(call())] == [7, 7, 7]
        one.run(hub.close())
        other.run(hub.close())
    first, second, third = server.connections
    assert (first == third, first == second) == (True, False)


def test_many_tasks_share_at_most_sixteen_connections(server: Server) -> None:
    async def call_all() -> None:
        async with AsyncAIHub(base_url=server.address, token="t") as hub:
            await asyncio.gather(*(hub.api.data_warehouse.get_search(id=7) for _ in range(100)))

    asyncio.run(call_all())
    assert len(server.requests) == 100
    assert len(set(server.connections)) <= 16


class OneConnection(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A pool; the first one that is made is interrupted in its first exchange."""

    made: list["OneConnection"]

    def __init__(self) -> None:
        self.requests = 0
        self.is_closed = False
        self.made.append(self)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self is self.made[0]:
            raise KeyboardInterrupt
        return search()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return self.handle_request(request)
        except KeyboardInterrupt:
            raise asyncio.CancelledError from None

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.close()


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_connection_is_not_used_again_after_an_interrupt(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below us a connection may stay busy for ever when it is interrupted at the wrong moment."""
    OneConnection.made = []
    monkeypatch.setattr(f"aihub_sdk._wire.{kind}_transport.{kind}_pools", lambda _way: OneConnection)

    async def program() -> None:
        hub = AsyncAIHub(base_url="http://platform.example", token="t")
        with pytest.raises(asyncio.CancelledError):
            await hub.api.data_warehouse.get_search(id=7)
        await hub.api.data_warehouse.get_search(id=7)

    if kind == "async":
        asyncio.run(program())
    else:
        hub = AIHub(base_url="http://platform.example", token="t")
        with pytest.raises(KeyboardInterrupt):
            hub.api.data_warehouse.get_search(id=7)
        hub.api.data_warehouse.get_search(id=7)
    assert [(pool.requests, pool.is_closed) for pool in OneConnection.made] == [(1, True), (1, False)]


def test_a_call_that_is_cancelled_at_whatever_moment_leaves_a_client_that_works(server: Server) -> None:
    """It is cancelled each time that it looks at the clock, once before, between and after the pieces of its answer."""
    left = 0
    task: asyncio.Task[object] | None = None

    def look() -> float:
        nonlocal left
        left -= 1
        if left == 0 and task is not None:
            task.cancel()
        return time.monotonic()

    async def program() -> list[bool]:
        nonlocal left, task
        ended = []
        config = resolve(base_url=server.address, token="t", timeout=5, max_retries=0, environ={})
        async with AsyncAIHub._from_config(config, clock=Clock(monotonic=look)) as hub:
            for moment in range(1, 20):
                left, task = moment, asyncio.create_task(hub.api.data_warehouse.get_search(id=7))
                await asyncio.gather(task, return_exceptions=True)
                ended.append(task.cancelled())
                left, task = 0, None
                assert (await hub.api.data_warehouse.get_search(id=7)).id == 7
        return ended

    assert set(asyncio.run(program())) == {True, False}


def test_a_forked_child_gets_connections_of_its_own(server: Server) -> None:
    with AIHub(base_url=server.address, token="t") as hub:
        hub.api.data_warehouse.get_search(id=7)
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # a child that hangs must not outlive the test
            # Only the exit status tells: a child that ran pytest's own end would report twice.
            os._exit(0 if hub.api.data_warehouse.get_search(id=7).id == 7 else 1)
        assert os.waitpid(child, 0)[1] == 0
        hub.api.data_warehouse.get_search(id=7)

    mine, childs, mine_again = server.connections
    assert (mine == mine_again, mine == childs) == (True, False)


def test_a_closed_client_sends_nothing(client: MakeClient) -> None:
    c = client()
    c.done(c.hub.close())

    with pytest.raises(ConfigurationError, match="closed"):
        c.get_search()


def test_a_pickled_client_works_and_has_no_secret(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = AIHub(base_url=server.address, token="secret-token")
    frozen = pickle.dumps(hub)
    monkeypatch.setenv("AI_HUB_TOKEN", "other")

    with pickle.loads(frozen) as thawed:
        assert thawed.api.data_warehouse.get_search(id=7).id == 7
    assert b"secret-token" not in frozen
    assert server.requests[0][2]["Authorization"] == "Bearer other"


# --- proxies --------------------------------------------------------------------------------------

PROXY = "http://proxy.example:3128"
PROXY_CASES = [
    ({}, "http://platform.example", None),
    ({"HTTP_PROXY": PROXY}, "http://platform.example", PROXY),
    ({"http_proxy": PROXY}, "http://platform.example", PROXY),
    ({"HTTP_PROXY": "http://other.example", "http_proxy": PROXY}, "http://platform.example", PROXY),
    ({"HTTP_PROXY": PROXY}, "https://platform.example", None),
    ({"HTTPS_PROXY": PROXY}, "https://platform.example", PROXY),
    ({"ALL_PROXY": PROXY}, "https://platform.example", PROXY),
    ({"HTTP_PROXY": "proxy.example:3128"}, "http://platform.example", PROXY),
    ({"HTTP_PROXY": ""}, "http://platform.example", None),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "platform.example"}, "http://platform.example:80", None),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "other.example, .example"}, "http://platform.example", None),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "platform.example:81"}, "http://platform.example:80", PROXY),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "platform.example:80"}, "http://platform.example:80", None),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "form.example"}, "http://platform.example", PROXY),
    ({"HTTP_PROXY": PROXY, "no_proxy": "*"}, "http://platform.example", None),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": ""}, "http://platform.example", PROXY),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8, 192.168.0.0/16"}, "http://192.168.1.2:80", None),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "192.168.1.1/16"}, "http://192.168.1.2:80", None),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8"}, "http://192.168.1.2:80", PROXY),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "192.168.0.0/99,fd00::/8"}, "http://192.168.1.2:80", PROXY),
    ({"HTTP_PROXY": PROXY, "NO_PROXY": "0.0.0.0/0"}, "http://platform.example", PROXY),
    ({"HTTP_PROXY": PROXY}, "http://127.0.0.1:8021", None),
    ({"HTTP_PROXY": PROXY}, "http://localhost:8021", None),
    ({"HTTP_PROXY": PROXY}, "http://[::1]:8021", None),
]


@pytest.mark.parametrize(("environ", "address", "expected"), PROXY_CASES)
def test_the_proxy_of_an_address_comes_from_the_environment(
    environ: dict[str, str], address: str, expected: str | None
) -> None:
    assert proxy_for(address, environ) == expected


def test_a_call_goes_through_the_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.address)

    with AIHub(base_url="http://platform.example", token="t") as hub:
        assert hub.api.data_warehouse.get_search(id=7).id == 7
    assert server.requests[0][1] == "http://platform.example/data-warehouse/api/v1/searches/7"


def test_a_proxy_that_is_not_there_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = f"127.0.0.1:{closed_port()}"
    monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@{proxy}")

    hub = AIHub(base_url="http://platform.example", token="t", max_retries=0)
    with hub, pytest.raises(ConnectionFailed) as caught:
        hub.api.data_warehouse.get_search(id=7)
    assert f"no connection to http://platform.example through the proxy http://{proxy} (HTTP_PROXY" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("proxy", ["nonsense://user:secret@host", "http://user:secret@host:port", "socks5://h:1"])
def test_a_proxy_that_cannot_be_used_is_refused_without_its_password(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)

    with AIHub(base_url="http://platform.example", token="t") as hub, pytest.raises(ConfigurationError) as caught:
        hub.api.data_warehouse.get_search(id=7)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


# --- TLS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1, signed by an authority that nobody else knows."""
    return certificate_in(tmp_path_factory.mktemp("tls"), ["127.0.0.1"])


@pytest.fixture
def relay(certificate: Certificate) -> Iterator[Server]:
    """A TLS server with that certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate.chain_file, certificate.key_file)
    with serving(tls) as seen:
        seen.answer = lambda request: send(request, 200, b'{"code": 0, "data": {"path": "s3://b/k"}}')
        yield seen


def upload(hub: AIHub) -> str | None:
    with hub:
        body = UploadFileRequest(file=File(b"x"))
        return hub.api.s3_relay.upload_file(bucket="b", key="k", body=body).path


def test_plain_http_pays_for_no_authorities_and_trusts_nobody() -> None:
    context = _tls(way_to("http://platform.example"))

    assert (context.cert_store_stats()["x509"], context.verify_mode) == (0, ssl.CERT_REQUIRED)


def test_the_authorities_are_loaded_once_for_all() -> None:
    assert _tls(way_to("https://a.example")) is _tls(way_to("https://b.example"))


def test_verification_is_off_only_where_it_was_written_out() -> None:
    off = tls_of_its_own(verify=False)

    assert (off.verify_mode, off.check_hostname) == (ssl.CERT_NONE, False)
    assert tls_without_authorities().verify_mode == ssl.CERT_REQUIRED


def test_the_trust_of_the_relay_is_for_the_relay_alone() -> None:
    ways: list[Way] = []

    def make(way: Way) -> Callable[[], object]:
        ways.append(way)
        return object

    pools: Pools[object] = Pools(make, verify=False, clock=time.monotonic)
    pools.at("https://relay.example", "s3_relay")
    pools.at("https://relay.example", "evaluation")

    assert [way.verify for way in ways] == [False, True]


def test_a_ca_file_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")

    with pytest.raises(ConfigurationError) as caught:
        tls_of_its_own(str(file))
    assert caught.value.setting == "s3_verify"


def test_the_relay_is_trusted_by_its_ca_file(relay: Server, certificate: Certificate) -> None:
    hub = AIHub(services={"s3_relay": relay.address}, s3_token="t", s3_verify=certificate.ca_file)

    assert upload(hub) == "s3://b/k"


def test_the_relay_is_trusted_blindly_when_that_is_written_out(relay: Server) -> None:
    with pytest.warns(UserWarning, match="s3_verify=False"):
        hub = AIHub(services={"s3_relay": relay.address}, s3_token="t", s3_verify=False)

    assert upload(hub) == "s3://b/k"


def test_an_untrusted_certificate_is_refused_and_not_tried_again(relay: Server) -> None:
    with pytest.raises(ConfigurationError) as caught:
        upload(AIHub(services={"s3_relay": relay.address}, s3_token="t"))
    assert ("is not trusted" in caught.value.message, caught.value.attempts, relay.requests) == (True, 1, [])


def test_an_untrusted_certificate_names_the_setting_of_the_relay(relay: Server) -> None:
    with pytest.raises(ConfigurationError) as caught:
        upload(AIHub(services={"s3_relay": relay.address}, s3_token="t"))
    assert "s3_verify" in caught.value.hint

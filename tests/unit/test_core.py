"""One call: what is sent again, what is not, and what its error says. Every test runs sync and async."""

import logging
import pickle
from email.utils import formatdate

import httpx
import pytest

from aihub_api.s3_relay.models import UploadFileRequest
from aihub_api.types import File
from aihub_sdk.errors import (
    AIHubError,
    AuthenticationError,
    CallTimeout,
    ConfigurationError,
    ConnectionFailed,
    NameExists,
    NotFound,
    PermissionDenied,
    RateLimited,
    ResponseLost,
    SchemaMismatch,
    ServerError,
    ServerRefused,
    UnexpectedResponse,
)
from tests.unit.conftest import MakeClient
from tests.unit.scripted import NOW, Step, ok, page, refused, search

GET = "GET /data-warehouse/api/v1/searches/7"
POST = "POST /data-warehouse/api/v1/searches"

NOT_SENT = [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")]
MAYBE_SENT = [
    httpx.ReadError("reset"),
    httpx.ReadTimeout("slow"),
    httpx.WriteError("reset"),
    httpx.WriteTimeout("slow"),
    httpx.RemoteProtocolError("closed"),
]


def named(error: object) -> str:
    return type(error).__name__


# --- reads ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [*NOT_SENT, *MAYBE_SENT], ids=named)
def test_a_read_is_sent_again_whatever_broke(client: MakeClient, fault: Exception) -> None:
    c = client(fault, search())

    assert c.get_search().id == 7
    assert c.script.sent() == [GET, GET]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_read_is_sent_again_after_a_passing_status(client: MakeClient, status: int) -> None:
    c = client(page(status), search())

    assert c.get_search().id == 7
    assert c.script.sent() == [GET, GET]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413])
def test_a_read_is_not_sent_again_after_a_lasting_status(client: MakeClient, status: int) -> None:
    c = client(page(status))

    with pytest.raises(AIHubError):
        c.get_search()
    assert c.script.sent() == [GET]


def test_resends_are_counted_and_end_with_what_came_last(client: MakeClient) -> None:
    c = client(httpx.ConnectError("refused"), page(500), refused(1, "boom", 503), max_retries=2)

    with pytest.raises(ServerError) as caught:
        c.get_search()
    assert (caught.value.attempts, caught.value.status, caught.value.server_message) == (3, 503, "boom")


def test_a_client_without_retries_sends_once(client: MakeClient) -> None:
    c = client(httpx.ConnectError("refused"), max_retries=0)

    with pytest.raises(ConnectionFailed) as caught:
        c.get_search()
    assert caught.value.attempts == 1


def test_waits_double_and_their_jitter_is_full(client: MakeClient) -> None:
    c = client(*[page(500) for _ in range(6)], search(), max_retries=6)
    c.get_search()

    assert c.time.pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]

    quick = client(page(500), search())
    quick.time.chance = 0.25
    quick.get_search()

    assert quick.time.pauses == [0.125]


def test_retry_after_in_seconds_is_obeyed(client: MakeClient) -> None:
    c = client(page(429, {"Retry-After": "7"}), search())
    c.get_search()

    assert c.time.pauses == [7.0]


def test_retry_after_as_a_date_is_obeyed(client: MakeClient) -> None:
    c = client(page(503, {"Retry-After": formatdate(NOW + 12, usegmt=True)}), search())
    c.get_search()

    assert c.time.pauses == [12.0]


@pytest.mark.parametrize("text", ["soon", "-3", "", "1e9", "1.5"])
def test_a_retry_after_that_says_nothing_is_ignored(client: MakeClient, text: str) -> None:
    c = client(page(503, {"Retry-After": text}), search())
    c.get_search()

    assert c.time.pauses == [0.5]


def test_a_wait_that_does_not_fit_the_timeout_is_not_begun(client: MakeClient) -> None:
    c = client(page(429, {"Retry-After": "100"}), timeout=60)

    with pytest.raises(RateLimited) as caught:
        c.get_search()
    assert (caught.value.retry_after, c.time.pauses) == (100.0, [])


def test_the_timeout_is_for_all_attempts_together(client: MakeClient) -> None:
    """Three seconds an attempt, ten in all: the fourth attempt has no time left to be waited for."""

    def slow(_request: httpx.Request) -> httpx.Response:
        c.time.now += 3
        raise httpx.ReadTimeout("slow")

    c = client(*[slow] * 3, timeout=10, max_retries=9)
    c.time.chance = 0.9

    with pytest.raises(CallTimeout) as caught:
        c.get_search()
    assert (caught.value.attempts, caught.value.timeout) == (3, 10.0)
    assert caught.value.elapsed is not None
    assert caught.value.elapsed <= 11


def test_each_step_of_an_exchange_gets_what_is_left_of_the_timeout(client: MakeClient) -> None:
    seen = []

    def look(request: httpx.Request) -> httpx.Response:
        timeouts = request.extensions["timeout"]
        seen.append((timeouts.get("connect"), timeouts.get("read")))
        c.time.now += 18
        seen.append((timeouts.get("connect"), timeouts.get("read")))
        return search()

    c = client(look, timeout=20)
    c.get_search()

    assert seen == [(10.0, 20.0), (2.0, 2.0)]


def test_an_answer_that_trickles_in_past_the_timeout_is_cut(client: MakeClient) -> None:
    class Trickle(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):  # type: ignore[no-untyped-def]  # a generator of bytes
            for _ in range(100):
                c.time.now += 1
                yield b" "

        async def __aiter__(self):  # type: ignore[no-untyped-def]  # a generator of bytes
            for piece in self:
                yield piece

    c = client(httpx.Response(200, stream=Trickle()), timeout=5, max_retries=0)

    with pytest.raises(CallTimeout):
        c.get_search()
    assert c.time.now == 5


# --- writes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", NOT_SENT, ids=named)
def test_a_write_that_was_certainly_not_sent_is_sent_again(client: MakeClient, fault: Exception) -> None:
    c = client(fault, ok({"id": 7}))

    assert c.create_search().id == 7
    assert c.script.sent() == [POST, POST]


@pytest.mark.parametrize("answer", [page(429), page(503, {"Retry-After": "1"})], ids=["429", "503"])
def test_a_write_is_sent_again_when_the_server_asks_for_it(client: MakeClient, answer: httpx.Response) -> None:
    c = client(answer, ok({"id": 7}))

    assert c.create_search().id == 7
    assert c.script.sent() == [POST, POST]


@pytest.mark.parametrize("lost", [*MAYBE_SENT, page(502), page(504)], ids=repr)
def test_a_write_whose_answer_was_lost_is_sent_once_and_says_how_to_check(client: MakeClient, lost: Step) -> None:
    c = client(lost)

    with pytest.raises(ResponseLost) as caught:
        c.create_search()
    assert c.script.sent() == [POST]
    assert caught.value.maybe_applied is True
    assert "web console" in str(caught.value)


@pytest.mark.parametrize("answer", [page(503), page(500), refused(3, "db", 500)], ids=["503", "500", "envelope"])
def test_a_write_is_not_sent_again_after_a_server_error(client: MakeClient, answer: httpx.Response) -> None:
    c = client(answer)

    with pytest.raises(ServerError) as caught:
        c.create_search()
    assert c.script.sent() == [POST]
    assert "may have taken effect" in str(caught.value)


def test_a_stop_whose_answer_was_lost_names_the_call_that_tells(client: MakeClient) -> None:
    c = client(httpx.ReadError("reset"))

    with pytest.raises(ResponseLost) as caught:
        c.done(c.hub.api.model_training.stop_training(id=3))
    assert (caught.value.check, "hub.api.model_training.get_training(...)" in caught.value.hint) == (
        "getTraining",
        True,
    )


# --- the other method -----------------------------------------------------------------------------


RUN = "/workflow-center/api/v1/runs/5"


@pytest.mark.parametrize("status", [404, 405])
def test_get_run_falls_back_to_get_once_and_remembers(client: MakeClient, status: int) -> None:
    c = client(page(status), ok({"id": 5}), ok({"id": 5}), max_retries=0)

    for _ in range(2):
        assert c.done(c.hub.api.workflow_center.get_run(id=5)).id == 5
    assert c.script.sent() == [f"POST {RUN}", f"GET {RUN}", f"GET {RUN}"]


def test_a_run_that_is_not_found_is_an_answer_and_no_reason_to_fall_back(client: MakeClient) -> None:
    c = client(refused(2, "no such run", 404))

    with pytest.raises(NotFound):
        c.done(c.hub.api.workflow_center.get_run(id=5))
    assert c.script.sent() == [f"POST {RUN}"]


def test_a_fallback_that_does_not_help_is_not_remembered(client: MakeClient) -> None:
    c = client(page(404), page(404), page(404), page(404))

    for _ in range(2):
        with pytest.raises(NotFound):
            c.done(c.hub.api.workflow_center.get_run(id=5))
    assert c.script.sent() == [f"POST {RUN}", f"GET {RUN}"] * 2


def test_other_operations_have_no_fallback(client: MakeClient) -> None:
    c = client(page(405))

    with pytest.raises(UnexpectedResponse):
        c.create_search()
    assert c.script.sent() == [POST]


# --- what an answer means -------------------------------------------------------------------------


MEANINGS = [
    (refused(2, "w"), NotFound),
    (refused(2, "w", 500), NotFound),
    (refused(8, "w"), NameExists),
    (refused(401, "w", 401), AuthenticationError),
    (refused(1, "w", 403), PermissionDenied),
    (refused(1, "w", 404), NotFound),
    (refused(9, "w", 429), RateLimited),
    (refused(9, "w", 500), ServerError),
    (refused(1, "w"), ServerError),
    (refused(3, "w"), ServerError),
    (refused(400, "w"), ServerRefused),
    (refused(0, "w", 400), UnexpectedResponse),
]


@pytest.mark.parametrize(("answer", "expected"), MEANINGS, ids=[f"{a.text} {a.status_code}" for a, _ in MEANINGS])
def test_an_envelope_means(client: MakeClient, answer: httpx.Response, expected: type[AIHubError]) -> None:
    c = client(answer, max_retries=0)

    with pytest.raises(AIHubError) as caught:
        c.get_search()
    assert type(caught.value) is expected
    assert "w" in caught.value.message
    assert caught.value.hint != "", "it does not say what to do"


@pytest.mark.parametrize(
    ("settings", "source"),
    [
        ({}, "argument token"),
        ({"token": None, "environ": {"AI_HUB_TOKEN": "t1"}}, "AI_HUB_TOKEN"),
    ],
)
def test_a_refused_token_is_named_by_where_it_came_from(
    client: MakeClient, settings: dict[str, object], source: str
) -> None:
    c = client(refused(1, "token invalid", 401), **settings)

    with pytest.raises(AuthenticationError) as caught:
        c.get_search()
    assert caught.value.source == source
    assert caught.value.hint.startswith(f"The server does not accept the token from {source};")


@pytest.mark.parametrize("data", [None, {}, "", [], "missing"], ids=repr)
def test_a_refusal_is_raised_whatever_its_data_is(client: MakeClient, data: object) -> None:
    body = {"code": 8, "msg": "名称已存在"} if data == "missing" else {"code": 8, "msg": "名称已存在", "data": data}
    c = client(httpx.Response(200, json=body))

    with pytest.raises(NameExists) as caught:
        c.create_search()
    assert (caught.value.server_message, caught.value.code, caught.value.status) == ("名称已存在", 8, 200)


ODD = [page(200), httpx.Response(200, json=[1]), httpx.Response(200), ok(None), httpx.Response(204)]


@pytest.mark.parametrize("answer", ODD, ids=["html", "list", "empty", "no data", "204"])
def test_what_is_not_an_envelope_with_data_is_unexpected(client: MakeClient, answer: httpx.Response) -> None:
    c = client(answer)

    with pytest.raises(UnexpectedResponse) as caught:
        c.get_search()
    assert "hub.config.explain()" in caught.value.hint


@pytest.mark.parametrize("data", [[1], "", 7, True], ids=repr)
def test_data_that_is_no_object_is_not_handed_out_as_one(client: MakeClient, data: object) -> None:
    c = client(ok(data))

    with pytest.raises(UnexpectedResponse, match="reported success, and its data is no object"):
        c.get_search()


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_that_is_not_the_platforms_own_points_at_the_address(client: MakeClient, status: int) -> None:
    c = client(page(status))

    with pytest.raises((PermissionDenied, NotFound)) as caught:
        c.get_search()
    assert caught.value.hint.startswith("The answer is not the platform's own. Check the address")


def test_an_error_says_where_it_happened_and_survives_pickling(client: MakeClient) -> None:
    c = client(page(500), refused(2, "没有该任务"), env="internal-test")
    c.time.chance = 1.0

    with pytest.raises(NotFound) as caught:
        c.get_search()
    thawed = pickle.loads(pickle.dumps(caught.value))
    assert str(thawed) == (
        "没有该任务\n  [data_warehouse.getSearch on internal-test, HTTP 200, code 2, 2 attempts, 0.5 s] "
        "Check the id or the name, and the environment: ids differ from one to the next."
    )


def test_the_low_level_error_is_kept_as_the_cause(client: MakeClient) -> None:
    fault = httpx.ReadError("reset")
    c = client(fault)

    with pytest.raises(ResponseLost) as caught:
        c.create_search()
    assert caught.value.__cause__ is fault


# --- decoding -------------------------------------------------------------------------------------


def test_strict_mode_raises_what_else_is_kept(client: MakeClient) -> None:
    answer = {"id": "7", "status": 3}

    assert client(ok(answer)).get_search().id == 7
    with pytest.raises(SchemaMismatch) as caught:
        client(ok(answer), strict=True).get_search()
    assert caught.value.drifts != ()


def test_a_difference_from_the_spec_is_told_once_a_client(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    c = client(*[ok({"id": "7"}) for _ in range(3)])

    with caplog.at_level(logging.WARNING, "aihub_sdk"):
        for _ in range(3):
            c.get_search()
    assert [record.message for record in caplog.records] == [
        "getSearch: the answer differs from the spec: Search.id: expected integer, got string"
    ]


# --- logging --------------------------------------------------------------------------------------


def test_a_call_logs_one_line_without_token_or_body(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    c = client(page(500), search(name="secret-name"), token="secret-token")

    with caplog.at_level(logging.DEBUG, "aihub_sdk"):
        c.get_search()
    lines = [record.message for record in caplog.records if record.name == "aihub_sdk"]
    assert lines == ["GET data_warehouse.getSearch: HTTP 200, code 0, 2 sent, 0.500 s"]


def test_a_failed_call_logs_its_error(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    c = client(refused(2, "no"))

    with caplog.at_level(logging.DEBUG, "aihub_sdk"), pytest.raises(NotFound):
        c.get_search()
    assert [r.message for r in caplog.records if r.name == "aihub_sdk"] == [
        "GET data_warehouse.getSearch: NotFound, 1 sent, 0.000 s"
    ]


# --- settings -------------------------------------------------------------------------------------


def test_the_relay_wants_its_own_token(client: MakeClient) -> None:
    body = UploadFileRequest(file=File(b"x"))
    c = client()

    with pytest.raises(AuthenticationError) as caught:
        c.done(c.hub.api.s3_relay.upload_file(bucket="b", key="k", body=body))
    assert "AI_HUB_S3_TOKEN" in caught.value.hint


def test_an_unconfigured_service_names_its_variable(client: MakeClient) -> None:
    c = client(base_url=None, env="production")

    with pytest.raises(ConfigurationError) as caught:
        c.done(c.hub.api.quota_schedule.get_quota_task(id=1))
    assert caught.value.setting == "AI_HUB_QUOTA_SCHEDULE_URL"

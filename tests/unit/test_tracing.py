"""Spans of OpenTelemetry: one a call, without secrets, and none where nobody uses it. Runs sync and async."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from aihub_sdk._calls.tracing import Spans
from aihub_sdk.errors import AIHubError, NotFound
from tests.unit.conftest import MakeClient
from tests.unit.made_up_tokens import jwt
from tests.unit.scripted import ok, page, refused, search

TOKEN = jwt(exp=4_000_000_000)


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What a program's exporter gets; the process-wide provider stays as it is."""
    provider, memory = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield memory
    provider.shutdown()


def facts(span: ReadableSpan) -> dict[str, Any]:
    return {name.removeprefix("aihub."): value for name, value in (span.attributes or {}).items()}


def test_a_call_is_one_span_with_what_came_of_it(client: MakeClient, exporter: InMemorySpanExporter) -> None:
    c = client(page(500), page(503), search())
    c.get_search()
    (span,) = exporter.get_finished_spans()

    assert (span.name, span.kind) == ("data_warehouse.getSearch", trace.SpanKind.CLIENT)
    assert (span.status.status_code, span.events) == (trace.StatusCode.UNSET, ())
    assert facts(span) == {
        "service": "data_warehouse",
        "operation": "getSearch",
        "environment": "custom",
        "attempts": 3,
        "http.response.status_code": 200,
        "code": 0,
    }


@pytest.mark.parametrize(
    ("step", "error", "expected"),
    [
        (refused(2, "secret-words"), NotFound, {"attempts": 1, "http.response.status_code": 200, "code": 2}),
        (page(404), NotFound, {"attempts": 1, "http.response.status_code": 404}),
        (TimeoutError("secret-words"), TimeoutError, {"attempts": 1}),
    ],
)
def test_a_failure_is_named_and_its_words_are_left_out(
    client: MakeClient, exporter: InMemorySpanExporter, step: Any, error: type[Exception], expected: dict[str, Any]
) -> None:
    c = client(step)
    with pytest.raises(error):
        c.get_search()
    (span,) = exporter.get_finished_spans()
    seen = facts(span)

    assert {name: seen[name] for name in seen if name not in {"service", "operation", "environment"}} == {
        "error.type": error.__name__,
        **expected,
    }
    assert (span.status.status_code, span.status.description, span.events) == (trace.StatusCode.ERROR, None, ())


def test_no_secret_no_argument_and_no_body_is_on_a_span(client: MakeClient, exporter: InMemorySpanExporter) -> None:
    c = client(
        ok({"id": 5, "token": TOKEN}),
        ok({"id": 7, "name": "secret-answer"}),
        refused(1, "secret-words"),
        token=None,
        username="user",
        password="secret-password",
        max_retries=0,
    )
    c.create_search()
    with pytest.raises(AIHubError):
        c.done(c.hub.request("POST", "data_warehouse", "/x", query={"k": "secret-key"}, json={"sql": "secret-sql"}))
    spans = exporter.get_finished_spans()

    assert [word for span in spans for word in ("secret", TOKEN) if word in span.to_json()] == []
    assert [span.name for span in spans] == [
        "user_system.login",
        "data_warehouse.createSearch",
        "data_warehouse.POST",
    ]


def test_a_login_is_a_child_of_the_call_that_needs_it(client: MakeClient, exporter: InMemorySpanExporter) -> None:
    c = client(ok({"id": 5, "token": TOKEN}), search(), token=None, username="user", password="p")
    c.get_search()
    login, call = exporter.get_finished_spans()

    assert login.parent is not None
    assert login.parent.span_id == call.get_span_context().span_id  # type: ignore[union-attr]  # a finished span has one


def test_a_call_is_a_child_of_the_programs_own_span(client: MakeClient, exporter: InMemorySpanExporter) -> None:
    c = client(search())
    with trace.get_tracer("program").start_as_current_span("mine") as mine:
        c.get_search()
    call = exporter.get_finished_spans()[0]

    assert call.parent is not None
    assert call.parent.span_id == mine.get_span_context().span_id


def test_a_client_on_other_terms_makes_spans_too(client: MakeClient, exporter: InMemorySpanExporter) -> None:
    c = client(search())
    c.done(c.hub.with_options(timeout=5).api.data_warehouse.get_search(id=7))

    assert len(exporter.get_finished_spans()) == 1


def test_a_call_of_a_program_without_tracing_makes_none(client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "opentelemetry.trace")
    monkeypatch.setattr(Spans, "of", None)
    c = client(search())
    c.get_search()

    assert c.hub._session.terms.spans is None


def test_a_call_does_not_load_opentelemetry() -> None:
    program = (
        "import sys; from aihub_sdk import AIHub, AIHubError\n"
        "try:\n"
        "    AIHub(base_url='http://127.0.0.1:1', token='t', max_retries=0).searches.get(1)\n"
        "except AIHubError as error:\n"
        "    print(type(error).__name__, [name for name in sys.modules if name.startswith('opentelemetry')])"
    )

    finished = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert finished.stdout.strip() == "ConnectionFailed []"

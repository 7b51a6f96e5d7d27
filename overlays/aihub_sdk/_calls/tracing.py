"""A span of OpenTelemetry for each call, in programs that use it; nothing at all in those that do not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from aihub_api import tables
from aihub_api.types import Answer, Operation
from aihub_sdk._version import __version__
from aihub_sdk._wire.effects import Send
from aihub_sdk.errors import AIHubError

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from .core import CallFlow

__all__ = ["CallSpan", "Spans", "find_spans"]

T = TypeVar("T")


def find_spans() -> Spans | None:
    """What makes spans, None in a program that has not loaded OpenTelemetry.

    It is never loaded from here, which would cost 40 ms: a program that exports spans has done so before it calls.
    """
    trace = sys.modules.get("opentelemetry.trace")
    return None if trace is None else Spans(trace)


class Spans:
    """Makes the spans of one client, with the tracer provider of the program.

    Args:
        trace: The module `opentelemetry.trace`.
    """

    def __init__(self, trace: Any) -> None:
        self._trace = trace
        self._tracer = trace.get_tracer("aihub_sdk", __version__)

    @contextmanager
    def of(self, operation: Operation[Any], environment: str) -> Iterator[CallSpan]:
        """The span of one call, current until the block ends; an error that leaves the block is noted on it.

        Neither arguments nor bodies nor the words of an error are put on it: they may be anybody's data.
        """
        is_listed = operation.id in tables.OPERATIONS
        # The name has to be one of few: a path may hold ids.
        name = f"{operation.service}.{operation.id if is_listed else operation.method}"
        attributes = {
            "aihub.service": operation.service,
            "aihub.operation": operation.id,
            "aihub.environment": environment,
        }
        with self._tracer.start_as_current_span(
            name,
            kind=self._trace.SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            seen = CallSpan(span)
            try:
                yield seen
            except BaseException as error:
                span.set_status(self._trace.Status(self._trace.StatusCode.ERROR))
                seen.failed(error)
                raise


class CallSpan:
    """The span of one call, and how often it was sent."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._attempts = 0

    def counted(self, flow: CallFlow[T]) -> CallFlow[T]:
        """The same effects; those that send are counted."""
        try:
            effect = next(flow)
            while True:
                self._attempts += type(effect) is Send
                effect = flow.send((yield effect))
        except StopIteration as done:
            answer: Answer[T] = done.value
            return answer

    def answered(self, answer: Answer[T]) -> Answer[T]:
        """The answer, which is noted."""
        self._note(answer.status, answer.code)
        return answer

    def failed(self, error: BaseException) -> None:
        """Note what was raised."""
        self._span.set_attribute("error.type", type(error).__name__)
        if isinstance(error, AIHubError):
            self._note(error.status, error.code)
        else:
            self._note(None, None)

    def _note(self, status: int | None, code: int | None) -> None:
        self._span.set_attribute("aihub.attempts", self._attempts)
        if status is not None:
            self._span.set_attribute("http.response.status_code", status)
        if code is not None:
            self._span.set_attribute("aihub.code", code)

"""`FakeHub`: clients whose platform is a script."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aihub_sdk._wire.transport import (
    AsyncBody,
    AsyncPool,
    ConnectionBroke,
    NoAnswerInTime,
    NotConnected,
    Request,
    Response,
    SyncBody,
    SyncPool,
)
from aihub_sdk.client import AIHub, AsyncAIHub

from . import _spec
from ._settings import sealed_config
from .clock import VirtualClock, client_clock
from .failures import Failure, GatewayAnswer, Refused, Unreachable
from .script import FakeCall, Script, Step, UnscriptedCall, UnusedAnswers

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["FakeHub"]

_ADDRESS = "http://fake.invalid"
_S3_TOKEN = "fake"  # noqa: S105  # nobody's


class FakeHub:
    """A platform that answers what it was told to, and clients of it. Nothing leaves the process.

    Every request is checked against the spec: one that is not what the spec says raises `UnfitRequest`, and one that
    no answer is left for raises `UnscriptedCall`. Answers are checked when they are scripted. Time is virtual: retries
    and waits sleep on `clock`, which takes no time.

    Use it in a `with` block: at its end, answers that nobody asked for raise `UnusedAnswers`, and so does an unfit or
    unscripted call again, in case the program under test swallowed it.

    Args:
        env: Name of the environment that handles and errors show.
        timeout: Seconds that one call may take in all, as for `AIHub`.
        max_retries: How often a call may be sent again, as for `AIHub`.
        strict: Whether an answer that does not fit the spec is an error, as for `AIHub`.

    Attributes:
        clock: The clients' time; `clock.elapsed` is how long they have slept.
        calls: Every request so far, in order.

    Raises:
        ConfigurationError: The extra `emulator` is not installed, or a setting cannot be used.
    """

    def __init__(
        self,
        *,
        env: str = "local",
        timeout: float | timedelta | None = None,
        max_retries: int | None = None,
        strict: bool | None = None,
    ) -> None:
        _spec.emulator_module("requests.checking")
        self.clock = VirtualClock()
        self.calls: list[FakeCall] = []
        self._script = Script()
        self._files: dict[str, bytes] = {}
        self._problems: list[AssertionError] = []
        self._wire = _Wire(self)
        self._config = sealed_config(
            env,
            _ADDRESS,
            token=_token(),
            s3_token=_S3_TOKEN,
            timeout=timeout,
            max_retries=max_retries,
            strict=strict,
        )

    @cached_property
    def hub(self) -> AIHub:
        """The client for code that blocks. Both clients share the script."""
        clock = client_clock(self.clock)
        return AIHub._from_config(self._config, transport=self._wire, clock=clock, sleep=self.clock.sleep)  # noqa: SLF001  # the SDK's own way in for tests

    @cached_property
    def async_hub(self) -> AsyncAIHub:
        """The client for asyncio."""
        clock = client_clock(self.clock)
        return AsyncAIHub._from_config(self._config, transport=self._wire, clock=clock, sleep=self.clock.sleep_async)  # noqa: SLF001  # as in hub

    def answer(
        self, operation: str, *data: object, times: int = 1, seconds: float | timedelta = 0.0, strict: bool = True
    ) -> None:
        """Answer the next calls of an operation with success, one after the other with each of `data`.

        Args:
            operation: The operationId, such as `getTraining`.
            data: The envelope's data as JSON, with wire names; without any, the spec's own example.
            times: How often all of `data` is given.
            seconds: How long the last of them stays the answer, on the fake's clock, from the first time it is asked
                for; 0 for a single call.
            strict: Whether data has to be what the spec lets the platform answer. False answers it anyhow, such as a
                status that no enum lists.

        Raises:
            ValueError: There is no such operation, or a number makes no sense.
            UnfitAnswer: The data does not fit the spec.
        """
        facts = _spec.operation_named(operation)
        stay = seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
        if times < 1 or stay < 0:
            raise ValueError(f"times is {times!r}, and seconds is {seconds!r}: give 1 or more, and 0 or more")
        envelopes = [{"code": 0, "msg": "", "data": each} for each in data] or [_spec.example(operation)]
        for envelope in envelopes if strict else ():
            _spec.check_answer(facts, envelope)
        steps = [Step(envelope) for envelope in envelopes] * times
        steps[-1] = Step(steps[-1].outcome, stay)
        self._script.add(operation, steps)

    def fail(self, operation: str, failure: Failure, *, times: int = 1) -> None:
        """Let the next calls of an operation fail.

        Args:
            operation: The operationId.
            failure: `Refused`, `GatewayAnswer`, `AnswerLost` or `Unreachable`.
            times: How often.

        Raises:
            ValueError: There is no such operation, `failure` is none, or `times` is less than 1.
        """
        _spec.operation_named(operation)
        if times < 1 or not isinstance(failure, Failure):
            raise ValueError(f"times is {times!r}, and the failure is {failure!r}: give 1 or more, and a Failure")
        self._script.add(operation, [Step(failure)] * times)

    def serve(self, url: str, content: bytes) -> None:
        """Have a file at an address, such as a search's `result_url`, as often as it is fetched."""
        self._files[url] = content

    @staticmethod
    def example(operation: str, name: str = "") -> Any:
        """The data of one of the spec's examples, to be changed and scripted.

        Args:
            operation: The operationId.
            name: The example, such as `success-running`; the first success when it is left out.

        Raises:
            ValueError: There is no such operation or example.
        """
        return _spec.example(operation, name).get("data")

    def calls_of(self, operation: str) -> list[FakeCall]:
        """The requests of one operation so far, in order."""
        return [call for call in self.calls if call.operation == operation]

    def verify(self) -> None:
        """Return if every request was scripted and fit the spec, and every answer was asked for.

        Raises:
            UnscriptedCall, UnfitRequest: The first request of which this is not so.
            UnusedAnswers: Answers are left.
        """
        if self._problems:
            raise self._problems[0]
        unused = self._script.unused()
        if unused:
            left = ", ".join(f"{count} of {name}" for name, count in unused.items())
            raise UnusedAnswers(f"scripted answers were never asked for: {left}")

    def __enter__(self) -> FakeHub:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.verify()

    def _answered(self, request: Request, content: bytes) -> Response:
        try:
            return self._scripted(request, content)
        except AssertionError as problem:
            self._problems.append(problem)
            raise

    def _scripted(self, request: Request, content: bytes) -> Response:
        url = str(request.url)
        if not url.startswith(f"{_ADDRESS}/"):
            return self._file(request.method, url)
        call = _spec.received(request.method, request.url.raw_path.decode(), request.headers, content)
        if call is None:
            raise UnscriptedCall(f"no operation of the spec has the path of {request.method} {request.url.path}")
        self.calls.append(call)
        outcome = self._script.take(call.operation, self.clock.elapsed)
        if isinstance(outcome, Failure):
            return _failed(outcome)
        return Response(200, json=dict(outcome))

    def _file(self, method: str, url: str) -> Response:
        self.calls.append(FakeCall("", method, url))
        if url not in self._files:
            raise UnscriptedCall(f'{url} was fetched, and there is no such file. Have one: fake.serve("{url}", …).')
        content = self._files[url]
        return Response(200, headers={"Content-Length": str(len(content))}, stream=_Content(content))


def _token() -> str:
    """A token of the user `demo` that nobody has signed and that never ends."""
    parts = [{"alg": "none"}, {"id": 2, "username": "demo"}, {}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def _failed(failure: Failure) -> Response:
    """The answer that a failure gives, if it gives one."""
    if isinstance(failure, Refused):
        envelope = {"code": failure.code, "msg": failure.message, "data": None}
        return Response(failure.status, json=envelope)
    if isinstance(failure, GatewayAnswer):
        headers = {} if failure.retry_after is None else {"Retry-After": str(failure.retry_after)}
        return Response(failure.status, headers=headers, html="<h1>scripted gateway</h1>")
    if isinstance(failure, Unreachable):
        raise NotConnected("scripted: nobody listens")
    if failure.is_timeout:
        raise NoAnswerInTime("scripted: no answer")
    raise ConnectionBroke("scripted: the connection was reset")


class _Content(SyncBody, AsyncBody):
    """A file that is read piece by piece, as from a connection."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


class _Wire(SyncPool, AsyncPool):
    """What the clients' requests go through, in place of connections."""

    def __init__(self, fake: FakeHub) -> None:
        self._fake = fake

    def handle_request(self, request: Request) -> Response:
        stream: Iterator[bytes] | Any = request.stream
        return self._fake._answered(request, b"".join(stream))  # noqa: SLF001  # the fake's own wire

    async def handle_async_request(self, request: Request) -> Response:
        stream: AsyncIterator[bytes] | Any = request.stream
        return self._fake._answered(request, b"".join([piece async for piece in stream]))  # noqa: SLF001  # as above

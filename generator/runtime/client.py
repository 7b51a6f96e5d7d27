"""A plain client: one attempt a call, no retries, no environments. `aihub_sdk` puts those on top."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx

from .envelope import OnDrift, open_answer
from .operation import Answer, Call

__all__ = ["AsyncClient", "Client", "open_response", "request_for"]

T = TypeVar("T")


def request_for(
    call: Call[Any], base_url: str, headers: Mapping[str, str], timeout: Mapping[str, float | None]
) -> httpx.Request:
    """The HTTP request of `call` against `base_url`, which may carry a path prefix.

    Args:
        timeout: Seconds for `connect`, `read`, `write` and `pool`. A request sent without it waits for ever:
            httpx adds the client's timeout only to requests that it builds itself.
    """
    url = base_url + call.target
    extensions = {"timeout": dict(timeout)}
    method = call.operation.method
    if call.form is not None:
        files = {name: (f.filename, f.content, f.media_type) for name, f in call.form.files.items()}
        # httpx picks the boundary at random; a fixed one lets a file's bytes pass for another form field.
        return httpx.Request(method, url, headers=headers, data=call.form.fields, files=files, extensions=extensions)
    if call.content is not None:
        headers = {**headers, "Content-Type": "application/json"}
    return httpx.Request(method, url, headers=headers, content=call.content, extensions=extensions)


def open_response(
    call: Call[T],
    response: httpx.Response,
    body: bytes,
    *,
    elapsed: float,
    is_strict: bool = False,
    on_drift: OnDrift | None = None,
) -> Answer[T]:
    """The opened answer in `response`, whose whole body is `body`.

    Raises:
        EnvelopeError, UnexpectedAnswer, SchemaMismatch: As `open_answer`.
    """
    head, data = open_answer(
        call.operation,
        status=response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        body=body,
        is_strict=is_strict,
        on_drift=on_drift,
    )
    return Answer(
        data=data,
        code=head.code,
        message=head.message,
        status=response.status_code,
        headers=response.headers,
        elapsed=elapsed,
    )


def _auth_headers(call: Call[Any], token: str | None, relay_token: str | None) -> dict[str, str]:
    if call.operation.security == "bearerAuth" and token:
        return {"Authorization": f"Bearer {token}"}
    if call.operation.security == "relayToken" and relay_token:
        return {"Token": relay_token}
    return {}


class Client:
    """Sends calls to one host and opens their answers.

    Args:
        base_url: Scheme, host, port and optional path prefix that serve every operation called.
        token: JWT for the operations that want a bearer token.
        relay_token: Token of the S3 relay.
        is_strict: Raise `SchemaMismatch` when data does not fit the spec, instead of keeping what came.
        on_drift: Told what did not fit.
        http: The httpx client to use; one with httpx's defaults otherwise.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        relay_token: str | None = None,
        is_strict: bool = False,
        on_drift: OnDrift | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._relay_token = relay_token
        self._is_strict = is_strict
        self._on_drift = on_drift
        self._http = http or httpx.Client()

    def build(self, make: Callable[[], Call[T]]) -> Call[T]:
        """The call that `make` makes."""
        return make()

    def send(self, call: Call[T]) -> Answer[T]:
        """The opened answer to `call`, after exactly one attempt.

        Raises:
            EnvelopeError, UnexpectedAnswer, SchemaMismatch: As `open_answer`.
            httpx.HTTPError: The exchange itself failed.
        """
        headers = _auth_headers(call, self._token, self._relay_token)
        started = time.perf_counter()
        response = self._http.send(request_for(call, self._base_url, headers, self._http.timeout.as_dict()))
        return open_response(
            call,
            response,
            response.content,
            elapsed=time.perf_counter() - started,
            is_strict=self._is_strict,
            on_drift=self._on_drift,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncClient:
    """`Client` for asyncio: the same arguments, with an `httpx.AsyncClient`."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        relay_token: str | None = None,
        is_strict: bool = False,
        on_drift: OnDrift | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._relay_token = relay_token
        self._is_strict = is_strict
        self._on_drift = on_drift
        self._http = http or httpx.AsyncClient()

    def build(self, make: Callable[[], Call[T]]) -> Call[T]:
        """The call that `make` makes."""
        return make()

    async def send(self, call: Call[T]) -> Answer[T]:
        """The opened answer to `call`, after exactly one attempt.

        Raises:
            EnvelopeError, UnexpectedAnswer, SchemaMismatch: As `open_answer`.
            httpx.HTTPError: The exchange itself failed.
        """
        headers = _auth_headers(call, self._token, self._relay_token)
        started = time.perf_counter()
        response = await self._http.send(request_for(call, self._base_url, headers, self._http.timeout.as_dict()))
        return open_response(
            call,
            response,
            response.content,
            elapsed=time.perf_counter() - started,
            is_strict=self._is_strict,
            on_drift=self._on_drift,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

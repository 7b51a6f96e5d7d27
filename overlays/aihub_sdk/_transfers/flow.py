"""Fetching a file by its URL, without any I/O: when to ask again, what to write, and how it ends.

The URL was given out by the platform; it is asked for without the token, which is nobody's business but the platform's.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

from aihub_sdk._calls.core import Terms
from aihub_sdk._calls.policy import is_worth_resending, retry_after_seconds
from aihub_sdk._wire.effects import Fault, Opened, Reply, Sent, Sleep
from aihub_sdk._wire.routes import host_of, origin_of
from aihub_sdk.errors import ErrorContext, TransferFailed

__all__ = ["Commit", "FetchFlow", "Open", "Pull", "Restart", "Source", "Write", "fetch_flow", "open_flow", "pulled"]

# Larger writes cost fewer system calls, and on an event loop fewer switches to a thread.
WRITE_BYTES = 1 << 20
# What a storage answers for an address that was good for some time only, or for a file that was since removed.
_RUN_OUT = frozenset({401, 403, 404, 410})


class Source(NamedTuple):
    """What to fetch.

    Attributes:
        url: Where it is.
        what: What it is, for messages, such as `the result of search 7`.
        context: Where it belongs.
        path: Where it goes, `""` when it goes to no file.
    """

    url: str
    what: str
    context: ErrorContext
    path: str = ""


class Open(NamedTuple):
    """Ask for the file; answered with the head of the answer or a `Fault`. Ends the answer before, if there is one."""

    url: str
    stall: float


class Pull(NamedTuple):
    """Read on; answered with bytes, None at the end, or a `Fault`."""


class Restart(NamedTuple):
    """Forget what was written."""


class Write(NamedTuple):
    """Append to the file."""

    data: bytes


class Commit(NamedTuple):
    """Append the last bytes and put the file in its place: one step, so that a small file is one visit to the disk."""

    data: bytes


FetchEffect = Open | Pull | Restart | Write | Commit | Sleep
FetchFlow = Generator[FetchEffect, Any, None]


def fetch_flow(source: Source, terms: Terms) -> FetchFlow:
    """The effects that bring a file to its place, whole or not at all.

    Raises:
        TransferFailed: It could not be fetched; what was at its place before is still there.
    """
    tries = _Tries(source, terms)
    while True:
        opened = yield from _opened(tries)
        outcome = yield from _copied(opened)
        if isinstance(outcome, bytes):
            yield Commit(outcome)
            return
        pause = tries.pause_after(outcome)
        yield Restart()
        yield pause


def open_flow(source: Source, terms: Terms) -> Generator[FetchEffect, Any, None]:
    """The effects that bring the beginning of a file; the caller pulls the rest.

    Raises:
        TransferFailed: It could not be opened.
    """
    yield from _opened(_Tries(source, terms))


def pulled(piece: bytes | Fault | None, source: Source) -> bytes | None:
    """The piece, when the answer has not broken off.

    Raises:
        TransferFailed: It has; what was read before cannot be read again from here.
    """
    if isinstance(piece, Fault):
        message = f"Reading {source.what} broke off: {piece.reason}."
        raise TransferFailed(message, context=source.context, hint="Read it again from the start.") from piece.error
    return piece


def _opened(tries: _Tries) -> Generator[FetchEffect, Any, Opened]:
    while True:
        answer = yield Open(tries.url, tries.stall)
        if isinstance(answer, Opened) and answer.status == 200:
            return answer
        yield tries.pause_after(answer)


def _copied(opened: Opened) -> Generator[FetchEffect, Any, Fault | bytes]:
    """Writes all but the last bytes; gives those when everything has come."""
    waiting: list[bytes] = []
    waiting_bytes = got_bytes = 0
    while (piece := (yield Pull())) is not None:
        if isinstance(piece, Fault):
            return piece
        waiting.append(piece)
        waiting_bytes += len(piece)
        got_bytes += len(piece)
        if waiting_bytes >= WRITE_BYTES:
            yield Write(b"".join(waiting))
            waiting, waiting_bytes = [], 0
    if opened.size_bytes is not None and opened.size_bytes != got_bytes:
        reason = f"{got_bytes} of {opened.size_bytes} bytes came"
        return Fault(Sent.MAYBE, is_timeout=False, reason=reason, error=None)
    return b"".join(waiting)


class _Tries:
    """How often a file was asked for, and what to do when that did not work."""

    def __init__(self, source: Source, terms: Terms) -> None:
        self._source = source
        self._terms = terms
        self._resends = 0
        self._started = terms.clock.monotonic()
        self.url = source.url
        # A file takes as long as it takes; what must not happen is that nothing happens.
        self.stall = terms.config.timeout
        if not source.url.lower().startswith(("http://", "https://")):
            raise self._failure("its address is not one of http or https")
        if not host_of(source.url):
            raise self._failure("its address names no host")

    def pause_after(self, answer: Opened | Fault) -> Sleep:
        """The wait before asking again.

        Raises:
            TransferFailed: Asking again is no use, or was tried often enough.
        """
        outcome = Reply(answer.status, answer.headers, []) if isinstance(answer, Opened) else answer
        clock = self._terms.clock
        if is_worth_resending(outcome, is_retry_safe=True) and self._resends < self._terms.config.max_retries:
            asked = retry_after_seconds(outcome, clock.wall) if isinstance(outcome, Reply) else None
            wait = self._terms.backoff.seconds(self._resends, clock.random) if asked is None else asked
            if wait <= self.stall:
                self._resends += 1
                return Sleep(wait)
        if isinstance(answer, Fault):
            raise self._failure(answer.reason) from answer.error
        raise self._failure(_refused(answer, self.url), answer.status)

    def _failure(self, reason: str, status: int | None = None) -> TransferFailed:
        elapsed = self._terms.clock.monotonic() - self._started
        context = self._source.context._replace(status=status, attempts=self._resends + 1, elapsed=elapsed)
        what = self._source.what
        # Words begin a sentence; the name of a file stays as it is.
        shown = f"The {what[4:]}" if what.startswith("the ") else what
        return TransferFailed(
            f"{shown} could not be fetched: {reason}.",
            path=self._source.path,
            on_disk="Nothing was changed." if self._source.path else "",
            context=context,
            hint=self._hint(status),
        )

    def _hint(self, status: int | None) -> str:
        if status in _RUN_OUT:
            return (
                "The address may have run out: refresh() brings how the job is now, with its address; then start again."
            )
        return "Start it again; it begins anew." if self._source.path else ""


def _refused(answer: Opened, url: str) -> str:
    if 300 <= answer.status < 400:
        host = host_of(answer.headers.get("Location", "")) or "itself"
        return f"{origin_of(url)} redirects to {host}, and redirects are not followed"
    return f"{origin_of(url)} answered HTTP {answer.status}"

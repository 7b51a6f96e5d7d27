"""One call from its first request to its answer or its error, without any I/O.

`call_flow` is a generator: it yields what it needs (`Send`, `Sleep`, `Renew`) and is sent what came of it. The sync
and the async driver in `sessions` do nothing but carry out these effects, so both follow the same rules.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from aihub_api import tables
from aihub_api.errors import ApiError
from aihub_api.types import Answer, Call, Drift, Operation
from aihub_sdk._auth.identity import Identity
from aihub_sdk._settings.config import Config
from aihub_sdk._wire.effects import Effect, Fault, Outcome, Renew, Reply, Send, Sleep
from aihub_sdk.errors import AIHubError, AuthenticationError, ErrorContext

from .envelope import error_for_fault, error_for_reply, has_envelope, open_reply
from .policy import Backoff, is_worth_resending, retry_after_seconds
from .tracing import Spans

__all__ = ["CallFlow", "Clock", "Terms", "call_flow"]

T = TypeVar("T")
CallFlow = Generator[Effect, Outcome, Answer[T]]
log = logging.getLogger("aihub_sdk")


@dataclass(frozen=True)
class Clock:
    """Time and chance, so that tests decide both.

    Attributes:
        monotonic: Seconds that only ever grow; deadlines are on this clock.
        wall: Seconds since the epoch, for HTTP dates.
        random: A number from 0 to 1.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    random: Callable[[], float] = random.random


@dataclass(frozen=True)
class Terms:
    """What all calls of one client share.

    Attributes:
        config: The resolved settings.
        identity: Who asks; a login changes it.
        clock: Time and chance.
        backoff: How long to wait before sending again.
        methods: operationId to the HTTP method that turned out to work, filled when a fallback did.
        told: Drifts that were already reported; each is told once a client.
        spans: What makes a span of each call, None where nobody wants one.
    """

    config: Config
    identity: Identity
    clock: Clock = field(default_factory=Clock)
    backoff: Backoff = field(default_factory=Backoff)
    methods: dict[str, str] = field(default_factory=dict)
    told: set[Drift] = field(default_factory=set)
    spans: Spans | None = None

    def changed(self, config: Config) -> Terms:
        """These terms with other settings; who asks stays the same where the settings say nothing else."""
        is_same = config.token_source is self.config.token_source
        return replace(self, config=config, identity=self.identity if is_same else Identity(config.token_source))

    def timeout_within(self, seconds: float | None) -> float:
        """The client's timeout, or fewer seconds when no more are left."""
        return self.config.timeout if seconds is None else min(self.config.timeout, seconds)

    def on_drift(self, operation: Operation[Any], drifts: tuple[Drift, ...]) -> None:
        """Log each difference from the spec that was not logged before."""
        for drift in drifts:
            if drift not in self.told:
                self.told.add(drift)
                log.warning("%s: the answer differs from the spec: %s", operation.id, drift)


def call_flow(call: Call[T], terms: Terms, timeout: float | None = None, stall: float | None = None) -> CallFlow[T]:
    """The effects of one call.

    Args:
        timeout: Seconds for all attempts and waits together; the client's own when None.
        stall: Seconds that nothing may happen within an attempt, None for no such limit.

    Returns:
        The opened answer.

    Raises:
        AIHubError: Whatever came of it instead.
    """
    run = _Run(call, terms, timeout, stall)
    while True:
        credential = run.credential()
        if credential is None and run.is_token_missing:
            yield run.renewal()
            continue
        run.attempts += 1
        outcome = yield Send(call, run.method, run.address, credential, run.deadline, stall)
        if type(outcome) is Reply and outcome.status < 300:
            return run.opened(outcome)
        again = run.again_after(outcome) if outcome is not None else None
        if again is not None:
            yield again


class _Run(Generic[T]):
    """The state of one call: what has been tried, and what is left to try."""

    __slots__ = (
        "_call",
        "_has_fallen_back",
        "_is_renewed",
        "_longest_pause",
        "_resends",
        "_started",
        "_terms",
        "_timeout",
        "_token",
        "address",
        "attempts",
        "deadline",
        "is_token_missing",
        "method",
    )

    def __init__(self, call: Call[T], terms: Terms, timeout: float | None, stall: float | None) -> None:
        operation = call.operation
        self._call = call
        self._terms = terms
        self._timeout = terms.config.timeout if timeout is None else timeout
        # A pause is a time in which nothing happens, too.
        self._longest_pause = self._timeout if stall is None else stall
        self._started = terms.clock.monotonic()
        self._token: str | None = None
        self._resends = 0
        self._is_renewed = False
        self._has_fallen_back = False
        self.is_token_missing = False
        self.attempts = 0
        self.deadline = self._started + self._timeout
        self.address = terms.config.address(operation.service)
        self.method = terms.methods.get(operation.id, operation.method)

    def credential(self) -> tuple[str, str] | None:
        """The header that says who asks, as the operation's security scheme wants it.

        Raises:
            AuthenticationError: There is nothing to send, or it is known to be of no use.
        """
        security = self._call.operation.security
        if security == "bearerAuth":
            try:
                self._token = self._terms.identity.source.current()
            except AIHubError as error:
                error.context = error.context if error.operation else self._context()
                raise
            self.is_token_missing = self._token is None
            return None if self._token is None else ("Authorization", f"Bearer {self._token}")
        if security == "relayToken":
            return ("Token", self._relay_token())
        return None

    def _relay_token(self) -> str:
        token = self._terms.config.s3_token
        if token is None:
            raise AuthenticationError(
                "The S3 relay has a token of its own, and none is configured.",
                context=self._context(),
                hint="Ask an administrator for it and pass s3_token=, or set AI_HUB_S3_TOKEN.",
            )
        return token

    def renewal(self) -> Renew:
        """The effect that gets a token where there is none, or a new one for one that was refused."""
        return Renew(self._token, self.deadline)

    def opened(self, reply: Reply) -> Answer[T]:
        """The opened answer in a reply whose status is no error."""
        terms = self._terms
        elapsed = terms.clock.monotonic() - self._started
        try:
            answer = open_reply(
                self._call,
                reply,
                elapsed=elapsed,
                is_strict=terms.config.is_strict,
                on_drift=terms.on_drift,
            )
        except ApiError as error:
            if self._has_fallen_back and has_envelope(reply):
                self._remember_method()
            raise self._failure(reply, error) from error
        if self._has_fallen_back:
            self._remember_method()
        if log.isEnabledFor(logging.DEBUG):
            self._log(f"HTTP {reply.status}, code {answer.code}")
        return answer

    def again_after(self, outcome: Reply | Fault) -> Effect | None:
        """What to do before the next attempt; None when it may go at once.

        Raises:
            AIHubError: There is to be no next attempt.
        """
        if isinstance(outcome, Reply):
            if outcome.status == 401 and self._has_another_token():
                return self.renewal() if self._terms.identity.source.can_renew else None
            if self._falls_back(outcome):
                return None
        is_worth_it = is_worth_resending(outcome, is_retry_safe=self._call.operation.is_retry_safe)
        if is_worth_it and self._resends < self._terms.config.max_retries:
            wait = self._wait(outcome)
            if wait < self._longest_pause and self._terms.clock.monotonic() + wait < self.deadline:
                self._resends += 1
                return Sleep(wait)
        raise self._failure(outcome, None) from (outcome.error if isinstance(outcome, Fault) else None)

    def _wait(self, outcome: Reply | Fault) -> float:
        clock = self._terms.clock
        asked = retry_after_seconds(outcome, clock.wall) if isinstance(outcome, Reply) else None
        return self._terms.backoff.seconds(self._resends, clock.random) if asked is None else asked

    def _has_another_token(self) -> bool:
        """Whether the refused token can be replaced: once a call, or it would go round in circles."""
        token, source = self._token, self._terms.identity.source
        if token is None or self._is_renewed:
            return False
        self._is_renewed = True
        source.refused(token)
        if source.can_renew:
            return True
        try:
            return source.current() != token
        except AIHubError:
            # The server's own words say more than "there is no token any more".
            return False

    def _falls_back(self, reply: Reply) -> bool:
        """Whether to try the other method the spec allows; a refusal in an envelope is an answer, not a reason."""
        row = tables.FALLBACKS.get(self._call.operation.id)
        if row is None or self._has_fallen_back or self.method == row.method:
            return False
        if reply.status not in row.when_status or has_envelope(reply):
            return False
        self._has_fallen_back = True
        self.method = row.method
        return True

    def _remember_method(self) -> None:
        self._terms.methods[self._call.operation.id] = self.method

    def _context(self) -> ErrorContext:
        operation = self._call.operation
        return ErrorContext(
            service=operation.service,
            operation=operation.id,
            environment=self._terms.config.environment,
            attempts=self.attempts,
            elapsed=self._terms.clock.monotonic() - self._started,
        )

    def _failure(self, outcome: Reply | Fault, opening: ApiError | None) -> AIHubError:
        context = self._context()
        if isinstance(outcome, Reply):
            after = retry_after_seconds(outcome, self._terms.clock.wall)
            source = self._terms.identity.source.origin if self._token else ""
            error = error_for_reply(
                self._call, outcome, error=opening, context=context, retry_after=after, source=source
            )
        else:
            is_time_up = self._terms.clock.monotonic() >= self.deadline
            error = error_for_fault(self._call, outcome, context=context, timeout=self._timeout, is_time_up=is_time_up)
        if log.isEnabledFor(logging.DEBUG):
            self._log(type(error).__name__)
        return error

    def _log(self, result: str) -> None:
        """The one line of this call: what was called and what came of it, no address, no body, no secret."""
        operation = self._call.operation
        elapsed = self._terms.clock.monotonic() - self._started
        # The name of an operation that is not in the spec is its method and its path.
        name = f".{operation.id}" if operation.id in tables.OPERATIONS else operation.id[len(self.method) :]
        words = "%s %s%s: %s, %d sent, %.3f s"
        log.debug(words, self.method, operation.service, name, result, self.attempts, elapsed)

"""What a call asks of the world, and what the world answers: plain values between the core and its drivers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from aihub_api.types import Call

__all__ = ["Effect", "Fault", "Opened", "Outcome", "Renew", "Reply", "Send", "Sent", "Sleep"]


class Send(NamedTuple):
    """Send one request; answered with a `Reply` or a `Fault`, never with an exception of the HTTP library.

    Attributes:
        call: The checked and encoded call.
        method: HTTP method, which a fallback may have changed.
        address: Scheme, host, port and optional path prefix of the service.
        credential: Name and value of the header that says who asks, None when the operation wants none.
        deadline: Time on the driver's clock by which the answer must be complete.
        stall: Seconds that nothing may happen, None for as long as the deadline allows.
    """

    call: Call[Any]
    method: str
    address: str
    credential: tuple[str, str] | None
    deadline: float
    stall: float | None = None


class Sleep(NamedTuple):
    """Wait before going on."""

    seconds: float


class Renew(NamedTuple):
    """Get a new token, unless somebody else has replaced the rejected one meanwhile.

    Attributes:
        rejected: The token that did not do, None when there was none yet.
        deadline: Time on the driver's clock by which it must be there.
    """

    rejected: str | None
    deadline: float


class Reply(NamedTuple):
    """A complete HTTP answer, whatever its status.

    Attributes:
        body: Its bytes, in the pieces in which they came. Opening a long page gives its pieces up: what stays is the
            envelope without the items.
    """

    status: int
    headers: Mapping[str, str]
    body: list[bytes]

    @property
    def content(self) -> bytes:
        """The body in one piece."""
        return b"".join(self.body)


class Sent(Enum):
    """What is known about a request whose answer did not arrive."""

    NO = "no"
    """It certainly did not reach the server; sending it again cannot do anything twice."""
    MAYBE = "maybe"
    """Part of it or all of it may have arrived."""
    NEVER = "never"
    """It did not leave, and trying again would end the same way."""


class Opened(NamedTuple):
    """The head of an answer whose body is still to be read.

    Attributes:
        size_bytes: Size of the body, None when the server did not say.
    """

    status: int
    headers: Mapping[str, str]
    size_bytes: int | None


class Fault(NamedTuple):
    """An exchange that brought no answer.

    Attributes:
        sent: Whether the request may have reached the server.
        is_timeout: Whether time ran out, rather than something breaking.
        reason: What happened, in words without secrets.
        error: The HTTP library's exception, kept as the cause of what is raised.
    """

    sent: Sent
    is_timeout: bool
    reason: str
    error: Exception | None


Effect = Send | Sleep | Renew
Outcome = Reply | Fault | None

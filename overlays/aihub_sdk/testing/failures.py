"""What a scripted call can end with instead of data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AnswerLost", "Failure", "GatewayAnswer", "Refused", "Unreachable"]


@dataclass(frozen=True)
class Refused:
    """The platform says no, in its envelope: `code` other than 0.

    Attributes:
        code: 2 is not found, 8 a name that exists, 3 the database, 1 anything else.
        message: The platform's words.
        status: HTTP status; the platform refuses with 200.
    """

    code: int = 1
    message: str = "refused by the script"
    status: int = 200


@dataclass(frozen=True)
class GatewayAnswer:
    """An HTTP status with a page that is no envelope, as a gateway answers it.

    Attributes:
        status: HTTP status.
        retry_after: The header of that name: seconds, or an HTTP date; None leaves it out.
    """

    status: int = 503
    retry_after: int | str | None = None


@dataclass(frozen=True)
class AnswerLost:
    """The request arrives, and no answer comes back: the connection breaks, or time runs out.

    Attributes:
        is_timeout: Whether time runs out.
    """

    is_timeout: bool = False


@dataclass(frozen=True)
class Unreachable:
    """There is no connection: nothing is sent."""


Failure = Refused | GatewayAnswer | AnswerLost | Unreachable

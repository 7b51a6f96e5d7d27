"""What the low-level clients raise. Plain data, picklable, without secrets or bodies.

ApiError
├── InvalidArgument (ValueError)    an argument does not fit the spec; nothing was sent
├── EnvelopeError                   the server answered with `code` other than 0
├── UnexpectedAnswer                the answer is not an envelope, or a successful one without its data
└── SchemaMismatch (ValueError)     strict mode: the data does not fit the spec
"""

from __future__ import annotations

from typing import Any

__all__ = ["ApiError", "EnvelopeError", "InvalidArgument", "SchemaMismatch", "UnexpectedAnswer"]


class ApiError(Exception):
    """Base of everything the low-level clients raise on their own account."""

    def __init__(self, message: str, *, operation: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions rebuild from `args` by default, which loses keyword-only attributes.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[ApiError], args: tuple[Any, ...], state: dict[str, Any]) -> ApiError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidArgument(ApiError, ValueError):
    """An argument does not fit the spec. Nothing was sent.

    Attributes:
        field: The argument or body field, as a path such as `body.images[0].box`.
        remedy: What to pass instead.
    """

    def __init__(self, problem: str, *, operation: str, field: str, remedy: str) -> None:
        super().__init__(f"{operation}: {field} {problem}. {remedy}", operation=operation)
        self.field = field
        self.remedy = remedy


class EnvelopeError(ApiError):
    """The server refused: its envelope carries a `code` other than 0.

    Attributes:
        code: The server's code.
        server_message: The server's own words, `""` when it sent none.
        status: HTTP status, 200 for most refusals.
    """

    def __init__(self, *, operation: str, code: int, server_message: str, status: int) -> None:
        words = server_message or "(the server sent no message)"
        super().__init__(f"{operation}: {words} [code {code}, HTTP {status}]", operation=operation)
        self.code = code
        self.server_message = server_message
        self.status = status


class UnexpectedAnswer(ApiError):
    """The answer is not the platform's envelope, or it claims success and carries no data.

    Attributes:
        status: HTTP status.
        content_type: The answer's media type, `""` when it named none.
        reason: What was wrong with it.
    """

    def __init__(self, *, operation: str, status: int, content_type: str, reason: str) -> None:
        kind = content_type or "no content type"
        super().__init__(f"{operation}: {reason} [HTTP {status}, {kind}]", operation=operation)
        self.status = status
        self.content_type = content_type
        self.reason = reason


class SchemaMismatch(ApiError, ValueError):
    """Strict mode only: the data does not fit the spec.

    Attributes:
        drifts: Every difference found, as `Schema.field: expected …, got …`.
    """

    def __init__(self, *, operation: str, drifts: tuple[str, ...]) -> None:
        shown = "; ".join(drifts[:5]) + (f"; and {len(drifts) - 5} more" if len(drifts) > 5 else "")
        super().__init__(f"{operation}: the answer does not fit the spec: {shown}", operation=operation)
        self.drifts = drifts

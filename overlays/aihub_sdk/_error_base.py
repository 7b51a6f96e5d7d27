"""What every error of the SDK is made of: a message, where it happened, and what to do about it."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["NO_CONTEXT", "AIHubError", "ErrorContext"]

# What users see and pickles record is the public module, which exports these classes.
PUBLIC = "aihub_sdk.errors"


class ErrorContext(NamedTuple):
    """Where an error happened. What is not known is `""`, `None` or 0.

    Attributes:
        service: Service key, such as `data_warehouse`.
        operation: operationId, such as `createSearch`.
        environment: Environment name, such as `internal-test`.
        status: HTTP status of the last answer.
        code: Envelope code of the last answer.
        attempts: How often the request was sent.
        elapsed: Seconds from the call's start to the error, waiting between attempts included.
    """

    service: str = ""
    operation: str = ""
    environment: str = ""
    status: int | None = None
    code: int | None = None
    attempts: int = 0
    elapsed: float | None = None

    def __str__(self) -> str:
        place = ".".join(part for part in (self.service, self.operation) if part)
        if self.environment:
            place = f"{place} on {self.environment}" if place else self.environment
        facts = [
            place,
            f"HTTP {self.status}" if self.status is not None else "",
            f"code {self.code}" if self.code is not None else "",
            f"{self.attempts} attempts" if self.attempts > 1 else "1 attempt" if self.attempts else "",
            f"{self.elapsed:.1f} s" if self.elapsed is not None else "",
        ]
        return ", ".join(fact for fact in facts if fact)


ErrorContext.__module__ = PUBLIC

NO_CONTEXT = ErrorContext()


class AIHubError(Exception):
    """Base of every error the SDK raises on its own account: catch it to catch them all.

    Attributes:
        message: What happened, in one sentence.
        hint: What to do about it, `""` when there is nothing to say.
        context: Where it happened, an `ErrorContext`.
    """

    __module__ = PUBLIC

    def __init__(self, message: str, *, context: ErrorContext = NO_CONTEXT, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.context = context

    def __str__(self) -> str:
        where = f"[{self.context}]" if str(self.context) else ""
        second = " ".join(part for part in (where, self.hint) if part)
        lines = [self.message, f"  {second}"] if second else [self.message]
        return "\n".join(map(_on_one_line, lines))

    def __reduce__(self) -> tuple[Any, ...]:
        # The default rebuilds an exception from `args` alone: it would lose or demand the keyword-only attributes.
        return _rebuild, (type(self), self.args, self.__dict__)

    @property
    def service(self) -> str:
        """Service key, `""` when no service was involved."""
        return self.context.service

    @property
    def operation(self) -> str:
        """operationId, `""` when no operation was involved."""
        return self.context.operation

    @property
    def environment(self) -> str:
        """Environment name, `""` when none was resolved."""
        return self.context.environment

    @property
    def status(self) -> int | None:
        """HTTP status of the last answer, None when there was no answer."""
        return self.context.status

    @property
    def code(self) -> int | None:
        """Envelope code of the last answer, None when it had no envelope."""
        return self.context.code

    @property
    def attempts(self) -> int:
        """How often the request was sent; 0 when it never was."""
        return self.context.attempts

    @property
    def elapsed(self) -> float | None:
        """Seconds from the call's start to the error, None when no call was made."""
        return self.context.elapsed


def _rebuild(cls: type[AIHubError], args: tuple[Any, ...], state: dict[str, Any]) -> AIHubError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


def _on_one_line(text: str) -> str:
    """The text with control characters as escapes: a server's words cannot forge log lines or drive a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)

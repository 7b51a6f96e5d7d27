"""What an operation answers: data, or a refusal, in the platform's envelope."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from starlette.responses import JSONResponse

__all__ = ["MARK", "Answer", "Code", "Refusal", "refused", "succeeded"]

# The header that tells an answer the spec made up from one that the emulator worked for.
MARK = "X-AIHub-Emulator"


class Code(IntEnum):
    """The envelope codes that the emulator sends.

    Below 100 they are the platform's (`codes` in spec/behaviours.yaml). The others are the emulator's own, since
    the platform's are unknown for these cases; they look like HTTP statuses so that nobody takes them for its own.
    """

    UNKNOWN = 1
    NOT_FOUND = 2
    NAME_EXISTS = 8
    INVALID_REQUEST = 400
    NOT_AUTHENTICATED = 401
    FORBIDDEN = 403
    TOO_LARGE = 413


@dataclass(frozen=True)
class Answer:
    """A success.

    Attributes:
        data: JSON data; None for operations that answer none.
        is_example: Whether the spec's example stands in for work that the emulator does not do yet.
    """

    data: Any = None
    is_example: bool = False


class Refusal(Exception):
    """A failure for the caller to read.

    Attributes:
        code: The envelope's code.
        message: What is wrong, and what to do.
        status: The HTTP status; the platform reports failures with 200.
    """

    def __init__(self, code: Code, message: str, *, status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def succeeded(answer: Answer) -> JSONResponse:
    """The envelope of a success."""
    envelope = {"code": 0, "msg": ""}
    content = envelope if answer.data is None else {**envelope, "data": answer.data}
    return JSONResponse(content, headers={MARK: "example"} if answer.is_example else None)


def refused(refusal: Refusal, *, has_data: bool) -> JSONResponse:
    """The envelope of a failure, with a null for the data where the operation's envelope has data at all."""
    envelope: dict[str, Any] = {"code": int(refusal.code), "msg": refusal.message}
    content = {**envelope, "data": None} if has_data else envelope
    # RFC 9110 wants every 401 to name its scheme.
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else None
    return JSONResponse(content, status_code=refusal.status, headers=headers)

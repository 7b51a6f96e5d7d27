"""From what came back to what the caller gets: the opened answer, or the one error that says what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import attrs
import msgspec

from aihub_api import tables
from aihub_api._runtime.envelope import Head, OnDrift, open_answer, read_head
from aihub_api.errors import ApiError, InvalidArgument, UnexpectedAnswer
from aihub_api.errors import SchemaMismatch as DataMismatch
from aihub_api.types import Answer, Call, Operation
from aihub_sdk._wire.effects import Fault, Reply, Sent
from aihub_sdk._wire.routes import host_of
from aihub_sdk.errors import (
    AIHubError,
    AuthenticationError,
    CallTimeout,
    ConfigurationError,
    ConnectionFailed,
    ErrorContext,
    InvalidRequest,
    NameExists,
    NotFound,
    PermissionDenied,
    RateLimited,
    ResponseLost,
    SchemaMismatch,
    ServerError,
    ServerRefused,
    UnexpectedResponse,
)

__all__ = ["checked_call", "error_for_fault", "error_for_reply", "has_envelope", "open_reply"]

T = TypeVar("T")

LOGIN = "login"
# A gateway that gave up on the service behind it: the service may still do what it was asked.
_GATEWAY_GAVE_UP = frozenset({502, 504})
_CHECK_ADDRESS = "Check the address: hub.config.explain() shows where it comes from."
# The codes that name one thing, by the names that the spec gives them.
_BY_MEANING: dict[str, type[ServerRefused]] = {"NOT_FOUND": NotFound, "NAME_EXISTS": NameExists}
# What to do where nothing more is known than the kind of refusal.
_REMEDIES: dict[type[ServerRefused], str] = {
    NotFound: "Check the id or the name, and the environment: ids differ from one to the next.",
    NameExists: "Nothing was created: choose another name, or use the object that has this one.",
    PermissionDenied: "Ask an administrator for the permission; another token of the same user changes nothing.",
    ServerRefused: "Correct what these words name; the code itself is not documented.",
    ServerError: "Try again later; if it stays so, show this message to an administrator.",
}
_CHECK_RELAY = (
    "Check s3_verify= (AI_HUB_S3_CA_FILE, AI_HUB_S3_FINGERPRINT), which says whose certificate counts, and the address."
)


def has_envelope(reply: Reply) -> bool:
    """Whether the platform itself answered, rather than something on the way to it."""
    return read_head(reply.content) is not None


def open_reply(call: Call[T], reply: Reply, *, elapsed: float, is_strict: bool, on_drift: OnDrift | None) -> Answer[T]:
    """The opened answer.

    Raises:
        ApiError: It is not a success; `error_for_reply` says what it is.
    """
    head, data = open_answer(
        call.operation,
        status=reply.status,
        content_type="",
        body=reply.body,
        is_strict=is_strict,
        on_drift=on_drift,
    )
    if call.operation.data is None and head.has_data and call.operation.id not in tables.OPERATIONS:
        data = _plain(call.operation, reply, head)
    lack = _lack(call.operation, data)
    if lack:
        reason = f"the server reported success, and {lack}"
        raise UnexpectedAnswer(operation=call.operation.id, status=reply.status, content_type="", reason=reason)
    return Answer(data, head.code, head.message, reply.status, reply.headers, elapsed)


def _lack(operation: Operation[T], data: object) -> str:
    """What the data of an answer cannot be without, as a part of a sentence; `""` when it is all there.

    A field that does not fit is kept as it came. But what is no object has no fields at all, and whoever has created
    something and gets no id would never find it again.
    """
    wanted: Any = operation.data
    if wanted is None or not attrs.has(wanted):
        return ""
    if not isinstance(data, wanted):
        return "its data is no object"
    if operation.is_retry_safe:
        return ""
    missing = [each.name for each in attrs.fields(wanted) if each.default is attrs.NOTHING]
    missing = [name for name in missing if getattr(data, name) is None]
    return f"its data has no {' and no '.join(missing)}" if missing else ""


def _plain(operation: Operation[T], reply: Reply, head: Head) -> T:
    """The data of an operation that is not in the spec, as JSON has it."""
    try:
        data: T = msgspec.json.decode(head.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = f"the envelope's data is not valid JSON ({error})"
        raise UnexpectedAnswer(operation=operation.id, status=reply.status, content_type="", reason=reason) from error
    return data


def checked_call(build: Callable[[], Call[T]], environment: str) -> Call[T]:
    """The call that `build` makes.

    Raises:
        InvalidRequest: An argument does not fit the spec.
    """
    try:
        call = build()
        for text in call.form.fields.values() if call.form is not None else ():
            text.encode()
    except UnicodeEncodeError as error:
        # So Python writes the bytes of a file's name that is not in UTF-8; nobody else can read that as text.
        message = f"An argument is no text that can be sent: {error.reason} at position {error.start}."
        hint = "Text is sent as UTF-8. Rename a file whose name is in another encoding, or name a key of your own."
        context = ErrorContext(environment=environment)
        # The error itself holds the whole text, which may be a password.
        raise InvalidRequest(message, context=context, hint=hint) from None
    except InvalidArgument as error:
        row = tables.OPERATIONS.get(error.operation)
        context = ErrorContext(row.service if row is not None else "", error.operation, environment)
        problem = error.message.removesuffix(f" {error.remedy}")
        raise InvalidRequest(problem, field=error.field, context=context, hint=f"{error.remedy}.") from error
    return call


def error_for_reply(
    call: Call[T],
    reply: Reply,
    *,
    error: ApiError | None,
    context: ErrorContext,
    retry_after: float | None,
    source: str = "",
) -> AIHubError:
    """The error for an answer that is not a success.

    Precedence, first match wins:
    1. An envelope code that names one thing (not found, name exists): the service knows best.
    2. The HTTP status (401, 403, 404, 429, 5xx), with the envelope's words where there are any.
    3. Any other envelope code. Unknown and database are the server's own faults; of a login only the latter is, and
       every other refusal is a wrong login.
    4. What is wrong with an answer that is not an envelope.

    Args:
        error: What opening the reply raised; None when it was not opened.
        retry_after: The seconds the server asked to wait.
        source: Where the token came from.
    """
    head = read_head(reply.content)
    code = head.code if head is not None else None
    context = context._replace(status=reply.status, code=code)
    meaning = tables.CODES[code].name if code in tables.CODES else ""
    if meaning in _BY_MEANING:
        return _refusal(_BY_MEANING[meaning], call.operation, head, context)
    if reply.status == 401:
        return _not_known(call.operation, head, context, source)
    by_status = _by_status(call.operation, reply, head, context, retry_after)
    if by_status is not None:
        return by_status
    if head is not None and head.code != 0:
        is_own_fault = meaning == "DATABASE" or (meaning == "UNKNOWN" and call.operation.id != LOGIN)
        if call.operation.id == LOGIN and not is_own_fault:
            return _not_known(call.operation, head, context)
        return _refusal(ServerError if is_own_fault else ServerRefused, call.operation, head, context)
    return _unexpected(call.operation, reply, error, context)


def _by_status(
    operation: Operation[T], reply: Reply, head: Head | None, context: ErrorContext, retry_after: float | None
) -> AIHubError | None:
    status = reply.status
    if status in {403, 404}:
        hint = "" if head is not None else f"The answer is not the platform's own. {_CHECK_ADDRESS}"
        return _refusal(PermissionDenied if status == 403 else NotFound, operation, head, context, hint)
    if status == 429:
        words, said = _words(operation, head, status)
        hint = "Call less often, or allow more retries (max_retries=) and more time (timeout=)."
        return RateLimited(words, retry_after=retry_after, server_message=said, context=context, hint=hint)
    if status in _GATEWAY_GAVE_UP and head is None and not operation.is_retry_safe:
        return _lost(operation, f"a gateway answered HTTP {status} in the server's place", context)
    if status >= 500:
        hint = "" if operation.is_retry_safe else f"It may have taken effect. {_check(operation)}"
        return _refusal(ServerError, operation, head, context, hint)
    return None


def _words(operation: Operation[T], head: Head | None, status: int) -> tuple[str, str]:
    """What to say, and what the server said."""
    said = head.message if head is not None else ""
    return said or f"The server refused {operation.id} without a message (HTTP {status}).", said


def _refusal(
    kind: type[ServerRefused], operation: Operation[T], head: Head | None, context: ErrorContext, hint: str = ""
) -> ServerRefused:
    words, said = _words(operation, head, context.status or 0)
    return kind(words, server_message=said, context=context, hint=hint or _REMEDIES.get(kind, ""))


def _not_known(
    operation: Operation[T], head: Head | None, context: ErrorContext, source: str = ""
) -> AuthenticationError:
    words, _ = _words(operation, head, context.status or 0)
    if operation.id == LOGIN:
        return AuthenticationError(words, context=context, hint="Check the user name and the password.")
    whose = f" from {source}" if source else ""
    hint = f"The server does not accept the token{whose}; pass a fresh one as token= (AI_HUB_TOKEN), or log in."
    if operation.security == "relayToken":
        remedy = "ask an administrator for another one and pass it as s3_token= (AI_HUB_S3_TOKEN)"
        hint = f"The relay does not accept its token; {remedy}."
    return AuthenticationError(words, source=source, context=context, hint=hint)


def _unexpected(
    operation: Operation[T], reply: Reply, error: ApiError | None, context: ErrorContext
) -> UnexpectedResponse:
    content_type = reply.headers.get("Content-Type", "")
    if isinstance(error, DataMismatch):
        return SchemaMismatch(error.message, drifts=error.drifts, context=context)
    reason = error.reason if isinstance(error, UnexpectedAnswer) else "the answer is not a success"
    if 300 <= reply.status < 400:
        host = host_of(reply.headers.get("Location", ""))
        target = f"to {host}" if host else "elsewhere on the same host"
        reason = f"the server redirects {target}; redirects are not followed, because they would carry the token along"
    message = f"{operation.id}: {reason} ({content_type or 'no content type'})."
    hint = _CHECK_ADDRESS
    if not operation.is_retry_safe:
        hint = f"{_check(operation)} {hint}"
    return UnexpectedResponse(message, content_type=content_type, reason=reason, context=context, hint=hint)


def error_for_fault(
    call: Call[T], fault: Fault, *, context: ErrorContext, timeout: float, is_time_up: bool
) -> AIHubError:
    """The error for an exchange that brought no answer: whether it was sent decides, then whether time ran out."""
    operation = call.operation
    if fault.sent is Sent.NEVER:
        hint = _CHECK_RELAY if operation.security == "relayToken" else _CHECK_ADDRESS
        return ConfigurationError(f"{operation.id} cannot be sent: {fault.reason}.", context=context, hint=hint)
    if fault.sent is Sent.MAYBE and not operation.is_retry_safe:
        return _lost(operation, fault.reason, context)
    if fault.is_timeout and (is_time_up or fault.sent is Sent.MAYBE):
        message = f"{operation.id} did not finish within {timeout:g} s: {fault.reason}."
        return CallTimeout(message, timeout=timeout, context=context, hint="Allow more time with timeout=.")
    return ConnectionFailed(f"{operation.id}: {fault.reason}.", context=context, hint=_CHECK_ADDRESS)


def _lost(operation: Operation[T], reason: str, context: ErrorContext) -> ResponseLost:
    check = _check(operation)
    message = f"{operation.id} was sent and its answer was lost: {reason}."
    hint = f"It may have taken effect and was not sent again. {check}"
    return ResponseLost(message, check=_check_row(operation), context=context, hint=hint)


def _check_row(operation: Operation[T]) -> str:
    row = tables.OPERATIONS.get(operation.id)
    return row.check if row is not None else "Look on the platform whether it did."


def _check(operation: Operation[T]) -> str:
    """How to find out whether a write took effect, as a sentence."""
    check = _check_row(operation)
    if check in tables.OPERATIONS:
        row = tables.OPERATIONS[check]
        return f"Check with hub.api.{row.service}.{row.function}(...)."
    return check

"""Everything the SDK raises: one tree, plain data, picklable, without secrets or bodies.

AIHubError
├── ConfigurationError (ValueError)         a setting is missing, unknown or unusable; nothing was sent
├── InvalidRequest (ValueError)             an argument does not fit the operation; nothing was sent
├── AuthenticationError (PermissionError)   no token, an expired token, a wrong login, HTTP 401
├── ServerRefused                           the envelope's code is not 0, or the HTTP status is an error
│   ├── NotFound (LookupError)              code 2, or HTTP 404
│   ├── NameExists (ValueError)             code 8
│   ├── PermissionDenied (PermissionError)  HTTP 403
│   ├── RateLimited                         HTTP 429
│   └── ServerError                         codes 1 and 3, or HTTP 5xx
├── UnexpectedResponse                      not an envelope, or success without the data it promises
│   └── SchemaMismatch (ValueError)         strict mode only: the data does not fit the spec
├── ConnectionFailed (ConnectionError)      no connection, or it broke before the request had left
│   └── ResponseLost                        a write left and its answer did not arrive
├── CallTimeout (TimeoutError)              one call's total time ran out
├── JobFailed                               a job ended in a failure state
├── JobStopped                              a job was stopped or terminated
├── WaitTimeout (TimeoutError)              the wait's deadline passed; the job goes on
└── TransferFailed (OSError)                an upload or download did not complete

A message has two lines: what happened, in the server's own words where there are any; then where it happened
and what to do. The same facts are attributes, so no program needs to read the text.
"""

from __future__ import annotations

from ._error_base import NO_CONTEXT, AIHubError, ErrorContext
from ._job_errors import JobFailed, JobStopped, WaitTimeout

__all__ = [
    "AIHubError",
    "AuthenticationError",
    "CallTimeout",
    "ConfigurationError",
    "ConnectionFailed",
    "ErrorContext",
    "InvalidRequest",
    "JobFailed",
    "JobStopped",
    "NameExists",
    "NotFound",
    "PermissionDenied",
    "RateLimited",
    "ResponseLost",
    "SchemaMismatch",
    "ServerError",
    "ServerRefused",
    "TransferFailed",
    "UnexpectedResponse",
    "WaitTimeout",
]


class ConfigurationError(AIHubError, ValueError):
    """A setting is missing, unknown or unusable. Nothing was sent.

    Cause: no environment or address was chosen, a name is misspelt, an address or a profile cannot be used.
    Remedy: the hint names the argument, the variable or the file to change; `hub.config.explain()` and
    `aihub config explain` show where each value comes from.

    Attributes:
        setting: The setting at fault, such as `env` or `services["evaluation"]`.
        looked_at: Every place that was searched, in order, when something was not found.
    """

    def __init__(
        self,
        message: str,
        *,
        setting: str = "",
        looked_at: tuple[str, ...] = (),
        context: ErrorContext = NO_CONTEXT,
        hint: str = "",
    ) -> None:
        super().__init__(message, context=context, hint=hint)
        self.setting = setting
        self.looked_at = looked_at


class InvalidRequest(AIHubError, ValueError):
    """An argument does not fit the operation. Nothing was sent.

    Cause: a value has the wrong type or range, or is missing for this kind of request.
    Remedy: change the field that is named.

    Attributes:
        field: The argument or body field, as a path such as `body.images[0].box`.
    """

    def __init__(self, message: str, *, field: str = "", context: ErrorContext = NO_CONTEXT, hint: str = "") -> None:
        super().__init__(message, context=context, hint=hint)
        self.field = field


class AuthenticationError(AIHubError, PermissionError):
    """The platform does not know who is asking.

    Cause: no token was found, the token has expired, the login was wrong, or the server answered HTTP 401.
    Remedy: pass a fresh token, or a user name and password so that the SDK can log in again by itself.

    Attributes:
        source: Where the token came from, such as `AI_HUB_TOKEN`; `""` when there was none.
    """

    def __init__(self, message: str, *, source: str = "", context: ErrorContext = NO_CONTEXT, hint: str = "") -> None:
        super().__init__(message, context=context, hint=hint)
        self.source = source


class ServerRefused(AIHubError):
    """The server understood the call and said no: a code other than 0, or an HTTP error status.

    Cause: the server's reason, which it usually sends with HTTP 200.
    Remedy: read `server_message`; subclasses name the refusals that are known.

    Attributes:
        server_message: The server's own words, `""` when it sent none.
    """

    def __init__(
        self, message: str, *, server_message: str = "", context: ErrorContext = NO_CONTEXT, hint: str = ""
    ) -> None:
        super().__init__(message, context=context, hint=hint)
        self.server_message = server_message


class NotFound(ServerRefused, LookupError):
    """There is no such object: code 2, or HTTP 404.

    Cause: a wrong id or name, or an object of another environment.
    Remedy: check the id and the environment; ids differ from one environment to the next.
    """


class NameExists(ServerRefused, ValueError):
    """An object of this name exists already: code 8. Nothing was created by this call.

    Remedy: choose another name, or use the object that has it.
    """


class PermissionDenied(ServerRefused, PermissionError):
    """The user is known and may not do this: HTTP 403.

    Remedy: ask an administrator of the platform for the permission; another token of this user changes nothing.
    """


class RateLimited(ServerRefused):
    """Too many requests, and the retries that were allowed did not help: HTTP 429. Nothing was done.

    Remedy: call less often, or allow more retries (`max_retries=`) and more time (`timeout=`).

    Attributes:
        retry_after: Seconds the server asked to wait, None when it did not say.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        server_message: str = "",
        context: ErrorContext = NO_CONTEXT,
        hint: str = "",
    ) -> None:
        super().__init__(message, server_message=server_message, context=context, hint=hint)
        self.retry_after = retry_after


class ServerError(ServerRefused):
    """The server failed: codes 1 (unknown) and 3 (database), or HTTP 5xx. Reads were retried.

    Cause: a fault on the platform's side, sometimes provoked by an unusual argument.
    Remedy: try later, or take the message to an administrator.
    """


class UnexpectedResponse(AIHubError):
    """What came back is not the platform's envelope, or claims success without the data it promises.

    Cause: usually a wrong address, a proxy's or gateway's own page, or a platform version the SDK does not know.
    Remedy: check the address with `hub.config.explain()`.

    Attributes:
        content_type: The answer's media type, `""` when it named none.
        reason: What was wrong with the answer.
    """

    def __init__(
        self,
        message: str,
        *,
        content_type: str = "",
        reason: str = "",
        context: ErrorContext = NO_CONTEXT,
        hint: str = "",
    ) -> None:
        super().__init__(message, context=context, hint=hint)
        self.content_type = content_type
        self.reason = reason


class SchemaMismatch(UnexpectedResponse, ValueError):
    """Strict mode only (`strict=True`): the data does not fit the spec. Otherwise it is kept as it came.

    Cause: a platform version that the SDK does not know.
    Remedy: leave strict mode, or update the SDK.

    Attributes:
        drifts: Every difference, as `Schema.field: expected …, got …`.
    """

    def __init__(
        self, message: str, *, drifts: tuple[str, ...] = (), context: ErrorContext = NO_CONTEXT, hint: str = ""
    ) -> None:
        super().__init__(message, reason="the data does not fit the spec", context=context, hint=hint)
        self.drifts = drifts


class ConnectionFailed(AIHubError, ConnectionError):
    """The server could not be reached, or the connection broke before the request had left. Nothing was done.

    Cause: a wrong address, a network that does not lead there, or a service that is down.
    Remedy: check the address with `hub.config.explain()`; external and internal environments are different networks.
    """


class ResponseLost(ConnectionFailed):
    """A write was sent and its answer did not arrive. It is not sent again, so nothing is ever created twice.

    Cause: the connection broke, or the time ran out, while the server was working.
    Remedy: find out whether it took effect, as `check` says, before calling again.

    Attributes:
        maybe_applied: Always True: the server may have done what was asked.
        check: How to find out, an operationId or a sentence.
    """

    maybe_applied = True

    def __init__(self, message: str, *, check: str = "", context: ErrorContext = NO_CONTEXT, hint: str = "") -> None:
        super().__init__(message, context=context, hint=hint)
        self.check = check


class CallTimeout(AIHubError, TimeoutError):
    """One call's total time ran out, retries and waiting between them included. Raised for reads only.

    Cause: a slow or unreachable server.
    Remedy: allow more time with `timeout=`. A write that runs out of time raises `ResponseLost` once it was sent.

    Attributes:
        timeout: The seconds the call was allowed to take, None when unknown.
    """

    def __init__(
        self, message: str, *, timeout: float | None = None, context: ErrorContext = NO_CONTEXT, hint: str = ""
    ) -> None:
        super().__init__(message, context=context, hint=hint)
        self.timeout = timeout


class TransferFailed(AIHubError, OSError):
    """An upload or a download did not complete.

    Cause: the connection, the disk, or the object itself; `__cause__` has the first error.
    Remedy: start it again; the hint says whether it continues or begins anew.

    Attributes:
        path: The local file or folder, `""` when there is none.
        on_disk: What is there now, as a sentence.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        on_disk: str = "",
        context: ErrorContext = NO_CONTEXT,
        hint: str = "",
    ) -> None:
        super().__init__(message, context=context, hint=hint)
        self.path = path
        self.on_disk = on_disk

"""Calls of operations that the spec does not have: `hub.request`."""

from __future__ import annotations

import json as json_text
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from aihub_api.tables import OPERATIONS
from aihub_api.types import Answer, Call, Operation
from aihub_sdk._settings.environments import check_service, suggestion
from aihub_sdk.errors import ConfigurationError, ErrorContext, InvalidRequest

if TYPE_CHECKING:
    from .sessions import AsyncSession, SyncSession

__all__ = ["AsyncUnlisted", "JsonValue", "QueryValue", "Unlisted", "unlisted_call"]

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
QueryValue = str | int | float | bool | Sequence[str | int | float | bool] | None

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# RFC 3986: what a path may hold as it stands; percent signs are checked on their own.
_IN_PATH = "/%:@!$&'()*+,;=-._~"
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DOTS = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)


class Unlisted:
    """`hub.request`: calls what the spec does not have (yet), as if it had it."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session

    def __call__(
        self,
        method: str,
        service: str,
        path: str,
        *,
        query: Mapping[str, QueryValue] | None = None,
        json: object = None,
    ) -> JsonValue:
        """The opened data of an operation that the spec does not have, as plain JSON data.

        Address, token, envelope, errors and limits of time are those of the service's other operations. Whatever is
        no GET counts as a write: it is sent again only when it certainly was not sent, or when the server asks for it.

        Args:
            method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
            service: Key of the service, such as `data_warehouse`: it decides address and token.
            path: The whole path, such as `/data-warehouse/api/v1/searches`; what cannot stand in a path is
                percent-encoded, and what is encoded already stays.
            query: Query parameters; a list gives one each, and None is left out.
            json: The body: anything that JSON can hold. None sends no body.

        Returns:
            The envelope's data; None when the server sent none.

        Raises:
            InvalidRequest: An argument cannot be sent; nothing was.
            AIHubError: The call failed, as any other does.
        """
        return self.raw(method, service, path, query=query, json=json).data

    def raw(
        self,
        method: str,
        service: str,
        path: str,
        *,
        query: Mapping[str, QueryValue] | None = None,
        json: object = None,
    ) -> Answer[JsonValue]:
        """The same, with status, headers, code, message and timing beside the data.

        Raises:
            InvalidRequest, AIHubError: As the call itself.

        Source:
            None: it is for what the document does not have.
        """
        environment = self._session.terms.config.environment
        return self._session.send(unlisted_call(method, service, path, query=query, json=json, environment=environment))


class AsyncUnlisted:
    """`Unlisted` for asyncio: the same, awaited."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def __call__(
        self,
        method: str,
        service: str,
        path: str,
        *,
        query: Mapping[str, QueryValue] | None = None,
        json: object = None,
    ) -> JsonValue:
        """The opened data of an operation that the spec does not have. See `Unlisted`."""
        return (await self.raw(method, service, path, query=query, json=json)).data

    async def raw(
        self,
        method: str,
        service: str,
        path: str,
        *,
        query: Mapping[str, QueryValue] | None = None,
        json: object = None,
    ) -> Answer[JsonValue]:
        """The same, with status, headers, code, message and timing beside the data. See the sync twin."""
        environment = self._session.terms.config.environment
        return await self._session.send(
            unlisted_call(method, service, path, query=query, json=json, environment=environment)
        )


def unlisted_call(
    method: object, service: object, path: object, *, query: object, json: object, environment: str
) -> Call[JsonValue]:
    """The call, checked and encoded.

    Raises:
        InvalidRequest: An argument cannot be sent.
    """
    context = ErrorContext(environment=environment)
    verb = method.upper() if isinstance(method, str) else ""
    if verb not in METHODS:
        hint = f"{suggestion(method, METHODS)}The methods are: {', '.join(METHODS)}."
        raise InvalidRequest(f"There is no method {method!r}.", field="method", context=context, hint=hint)
    try:
        key = check_service(service, "the caller")
    except ConfigurationError as error:
        message = f"There is no service {service!r}."
        raise InvalidRequest(message, field="service", context=context, hint=error.hint) from None
    where = _path(path, context)
    operation: Operation[JsonValue] = Operation(
        service=key,
        # What log lines and errors call it: the query stays out, it may hold what nobody else should see.
        id=f"{verb} {where}",
        method=verb,
        path=where,
        # None: an answer without data is as good as one with. `open_reply` decodes what there is.
        data=None,
        security=next(
            (row.security for row in OPERATIONS.values() if row.service == key and row.security), "bearerAuth"
        ),
        is_retry_safe=verb == "GET",
    )
    content = None if json is None else _body(json, context)
    return Call(operation=operation, target=where + _query(query, context), content=content)


def _path(path: object, context: ErrorContext) -> str:
    problem = None
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        problem = "does not begin with one slash"
    elif "?" in path or "#" in path:
        problem = "has a query or a fragment"
    elif _BAD_PERCENT.search(path):
        problem = "has a percent sign that encodes nothing"
    elif _DOTS.search(path):
        problem = "has a step such as .. in it"
    elif any(c < " " or c == "\x7f" for c in path):
        problem = "has a control character"
    if problem is not None or not isinstance(path, str):
        hint = "A path is whole, such as /data-warehouse/api/v1/searches; parameters of the query go into query=."
        # What stands behind a question mark may be a secret.
        shown = repr(re.split(r"[?#]", path)[0] if isinstance(path, str) else path)
        raise InvalidRequest(f"The path {shown} {problem}.", field="path", context=context, hint=hint)
    return quote(path, safe=_IN_PATH)


def _query(query: object, context: ErrorContext) -> str:
    if query is None:
        return ""
    if not isinstance(query, Mapping) or not all(isinstance(name, str) for name in query):
        hint = 'Pass a mapping, such as query={"page_size": 100}.'
        problem = f"query is a {type(query).__name__}, not a mapping from names."
        raise InvalidRequest(problem, field="query", context=context, hint=hint)
    pairs = []
    for name, value in query.items():
        for each in value if isinstance(value, (list, tuple)) else (value,):
            if each is None:
                continue
            if not isinstance(each, (str, int, float)):
                problem = f"is a {type(each).__name__}, which cannot stand in a query"
                raise InvalidRequest(f"{name} {problem}.", field=f"query.{name}", context=context, hint="Pass text.")
            text = str(each).lower() if isinstance(each, bool) else str(each)
            pairs.append(f"{quote(name, safe='')}={quote(text, safe='')}")
    return "?" + "&".join(pairs) if pairs else ""


def _body(json: object, context: ErrorContext) -> bytes:
    try:
        return json_text.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        problem = f"The body is no JSON: {error}."
        hint = "Pass None, booleans, numbers, text, lists and mappings with text as keys."
        raise InvalidRequest(problem, field="json", context=context, hint=hint) from error

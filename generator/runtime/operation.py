"""One operation of the spec as a value, and a call of it: validated, encoded, ready to send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar
from urllib.parse import quote

import attrs

from .body import Form, encode_form, encode_json
from .errors import InvalidArgument

__all__ = ["Answer", "AsyncSender", "Call", "Operation", "Parameter", "Sender"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
# What to pass for a parameter, for people; an enum of numbers is a whole number, too.
_WANTED: dict[type, str] = {bool: "True or False", float: "a number"}


@attrs.frozen
class Parameter:
    """A path or query parameter: its wire name, the Python type of one value, and whether a call must give it.

    A list goes into the query once for each of its items.
    """

    name: str
    type: type
    is_required: bool = False
    is_list: bool = False


@attrs.frozen
class Operation(Generic[T]):
    """The facts of one operation that a client needs to send it and to read its answer.

    Attributes:
        service: Service key, such as `data_warehouse`.
        id: operationId, unique over all services.
        method: HTTP method in capitals.
        path: Path template from the host's root, such as `/data-warehouse/api/v1/searches/{id}`.
        data: Type of the envelope's `data`; `None` when the operation answers none.
        security: Name of the security scheme, `""` for none.
        is_retry_safe: Whether sending it twice does no more than sending it once.
        body: Class of the request body; `None` without one.
        is_multipart: Whether the body travels as multipart form instead of JSON.
        items: Name of the field of `data` that holds a page's items, `""` for operations that do not page.
    """

    service: str
    id: str
    method: str
    path: str
    data: type[T] | None
    security: str = ""
    is_retry_safe: bool = False
    path_parameters: tuple[Parameter, ...] = ()
    query_parameters: tuple[Parameter, ...] = ()
    body: type | None = None
    is_multipart: bool = False
    items: str = ""

    def call(
        self,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: object = None,
    ) -> Call[T]:
        """A call of this operation, checked and encoded.

        Raises:
            InvalidArgument: An argument does not fit the spec; the message names it, its value and the remedy.
        """
        target = self.path
        if self.path_parameters:
            target = target.format_map({p.name: self._path_text(p, path or {}) for p in self.path_parameters})
        if query:
            target += self._query_text(query)
        if self.body is None:
            return Call(operation=self, target=target)
        if self.is_multipart:
            return Call(operation=self, target=target, form=encode_form(self.id, body, self.body))
        return Call(operation=self, target=target, content=encode_json(self.id, body, self.body))

    def _path_text(self, parameter: Parameter, given: Mapping[str, object]) -> str:
        text = self._text(parameter, given.get(parameter.name))
        if text in {"", ".", ".."}:
            raise InvalidArgument(
                f"is {text!r}, which cannot stand in a path",
                operation=self.id,
                field=parameter.name,
                remedy="Pass the identifier itself",
            )
        return quote(text, safe="")

    def _query_text(self, query: Mapping[str, object]) -> str:
        pairs = []
        for parameter in self.query_parameters:
            value = query.get(parameter.name)
            if value is not None or parameter.is_required:
                for item in self._items(parameter, value) if parameter.is_list else (value,):
                    text = self._text(parameter, item)
                    pairs.append(f"{quote(parameter.name, safe='')}={quote(text, safe='')}")
        return "?" + "&".join(pairs) if pairs else ""

    def _items(self, parameter: Parameter, value: object) -> Sequence[object]:
        if isinstance(value, (list, tuple)):
            return value
        found = "missing" if value is None else f"{value!r} ({type(value).__name__})"
        remedy = f"Pass a list of {parameter.type.__name__}"
        raise InvalidArgument(f"is {found}", operation=self.id, field=parameter.name, remedy=remedy)

    def _text(self, parameter: Parameter, value: object) -> str:
        if isinstance(value, parameter.type) and (parameter.type is bool or not isinstance(value, bool)):
            wire = getattr(value, "value", value)
            return str(wire).lower() if isinstance(wire, bool) else str(wire)
        if isinstance(value, int) and not isinstance(value, bool) and issubclass(parameter.type, int):
            return str(int(value))
        found = "missing" if value is None else f"{value!r} ({type(value).__name__})"
        wanted = _WANTED.get(parameter.type, "a whole number" if issubclass(parameter.type, int) else "text")
        raise InvalidArgument(f"is {found}", operation=self.id, field=parameter.name, remedy=f"Pass {wanted}")


@attrs.frozen
class Call(Generic[T]):
    """One call, checked and encoded: send it as often as its operation allows.

    Attributes:
        target: Path and query, percent-encoded, starting with `/`.
        content: JSON body; `None` without one.
        form: Multipart body; `None` without one.
    """

    operation: Operation[T]
    target: str
    content: bytes | None = None
    form: Form | None = None


@attrs.frozen
class Answer(Generic[T_co]):
    """An opened, successful answer.

    Attributes:
        data: The envelope's data as the operation's type; `None` for operations that answer none.
        code: The envelope's code, 0.
        message: The envelope's message, `""` when absent.
        status: HTTP status.
        headers: Response headers, case-insensitive.
        elapsed: Seconds from sending to the last byte.
    """

    data: T_co
    code: int
    message: str
    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    elapsed: float


class Sender(Protocol):
    """Whatever can send a call and wait for its answer."""

    def build(self, make: Callable[[], Call[T]]) -> Call[T]:
        """The call that `make` makes; a sender may raise its own error when an argument does not fit."""
        ...

    def send(self, call: Call[T]) -> Answer[T]:
        """The opened answer to `call`."""
        ...


class AsyncSender(Protocol):
    """Whatever can send a call and await its answer."""

    def build(self, make: Callable[[], Call[T]]) -> Call[T]:
        """As `Sender.build`."""
        ...

    async def send(self, call: Call[T]) -> Answer[T]:
        """The opened answer to `call`."""
        ...

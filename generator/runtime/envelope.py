"""Opening answers: the envelope's head first, then its data at C speed, then leniently when it does not fit."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar

import attrs
import msgspec

from .errors import EnvelopeError, SchemaMismatch, UnexpectedAnswer
from .lenient import Drift, Notes, build
from .operation import Operation
from .pages import open_page

__all__ = ["Head", "OnDrift", "decode_data", "open_answer", "read_head"]

T = TypeVar("T")
OnDrift = Callable[[Operation[Any], tuple[Drift, ...]], None]
_NO_DATA = (b"", b"null")


class _Wire(msgspec.Struct, gc=False):
    code: int
    msg: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"")


_wire_decoder = msgspec.json.Decoder(_Wire)


@attrs.frozen
class Head:
    """An envelope before its data is looked at.

    Attributes:
        code: The server's code; 0 is success.
        message: The server's words, `""` when absent.
        data: The undecoded data, a view into the body; empty when the server sent none.
    """

    code: int
    message: str
    data: bytes | memoryview | msgspec.Raw = attrs.field(repr=False)

    @property
    def has_data(self) -> bool:
        """Whether there is any data but null."""
        return bytes(memoryview(self.data)[:5]) not in _NO_DATA


def read_head(body: bytes) -> Head | None:
    """The envelope in `body`, or None when `body` is something else (an HTML page, a list, broken JSON)."""
    try:
        wire = _wire_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_loose_head(body)
    return Head(wire.code, wire.msg or "", wire.data)


def _read_loose_head(body: bytes) -> Head | None:
    """Envelopes whose code came as text, or whose message is not text."""
    try:
        loose = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        code = msgspec.json.decode(loose.get("code", b""), type=int, strict=False)
        said = msgspec.json.decode(loose.get("msg", b"null"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    message = said if isinstance(said, str) else "" if said is None else bytes(memoryview(loose["msg"])).decode()
    return Head(code, message, loose.get("data", b""))


@cache
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)


def decode_data(
    operation: Operation[T], data: bytes | memoryview | msgspec.Raw, notes: Notes, *, is_strict: bool = False
) -> T:
    """`data` as the operation's type. What does not fit is kept as sent and noted.

    Raises:
        SchemaMismatch: `is_strict`, and something does not fit.
    """
    try:
        if not is_strict:
            expected: Any = operation.data
            decoded: T = _decoder(expected).decode(data)
            return decoded
    except msgspec.ValidationError:
        pass
    value = build(operation.data, msgspec.json.decode(data), notes)
    if notes.drifts and is_strict:
        raise SchemaMismatch(operation=operation.id, drifts=tuple(str(d) for d in notes.drifts))
    return value  # type: ignore[no-any-return]  # T, or what the server sent in its place


def open_answer(
    operation: Operation[T],
    *,
    status: int,
    content_type: str,
    body: bytes | list[bytes],
    is_strict: bool = False,
    on_drift: OnDrift | None = None,
) -> tuple[Head, T]:
    """The envelope's head and its typed data.

    Args:
        body: The whole body, or the pieces in which it came. The pieces of a long page are given up as they are
            decoded: the list then holds the envelope without its items.

    Raises:
        EnvelopeError: The code is not 0.
        UnexpectedAnswer: There is no envelope, the HTTP status says failure, or success came without data.
        SchemaMismatch: `is_strict`, and the data does not fit the spec.
    """
    unexpected = partial(UnexpectedAnswer, operation=operation.id, status=status, content_type=content_type)
    notes = Notes()
    try:
        whole, items = _whole(operation, body, notes, is_strict=is_strict)
        head = read_head(whole)
        if head is not None and head.code != 0:
            raise EnvelopeError(operation=operation.id, code=head.code, server_message=head.message, status=status)
        if head is None or (problem := _problem(operation, head, status)):
            reason = problem if head else "the answer is not the platform's {code, msg, data} envelope"
            raise unexpected(reason=reason)
        data: Any = decode_data(operation, head.data, notes, is_strict=is_strict) if operation.data else None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unexpected(reason=f"the answer is not valid JSON ({error})") from error
    if notes.drifts and on_drift is not None:
        on_drift(operation, notes.drifts)
    return head, data if items is None else attrs.evolve(data, **{operation.items: items})


def _whole(
    operation: Operation[Any], body: bytes | list[bytes], notes: Notes, *, is_strict: bool
) -> tuple[bytes, list[Any] | None]:
    """The body in one piece, or a long page's envelope without its items, and the items."""
    if isinstance(body, bytes):
        return body, None
    page = open_page(operation, body, notes) if operation.items and len(body) > 1 and not is_strict else None
    return page or (b"".join(body), None)


def _problem(operation: Operation[Any], head: Head, status: int) -> str:
    """Why an envelope that claims success is none, or `""`."""
    if not 200 <= status < 300:
        return head.message or "the envelope says success and the HTTP status says failure"
    if operation.data is not None and not head.has_data:
        return "the server reported success and sent no data"
    return ""

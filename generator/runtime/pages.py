"""Opening a long page while its body is given up: items are decoded in batches, so body and objects never add up.

A cut is never guessed: a batch counts only if it is a complete JSON array by itself, and the answer only if the rest,
with an empty array in the batches' place, is a complete envelope. JSON leaves no other way to read the two.
"""

from __future__ import annotations

import re
import typing
from functools import cache
from typing import Any, NamedTuple

import attrs
import msgspec

from .lenient import Notes, build
from .operation import Operation

__all__ = ["Page", "open_page"]

# Large enough that decoding dwarfs what a batch costs, small enough to matter for memory.
BATCH_BYTES = 256 * 1024
# How many closing brackets to try from the end of a batch; more means that the batch is too short to be cut.
_TRIES = 16


class Page(NamedTuple):
    """A page in two parts.

    Attributes:
        envelope: The whole answer as JSON, with an empty array where the items were.
        items: The decoded items.
    """

    envelope: bytes
    items: list[Any]


def open_page(operation: Operation[Any], chunks: list[bytes], notes: Notes) -> Page | None:
    """The page whose body is `chunks`, or None when it does not begin like one: then `chunks` is untouched.

    Otherwise `chunks` is emptied on the way, and holds the envelope without its items in the end.

    Raises:
        msgspec.DecodeError: The body is not valid JSON after all.
    """
    start = _start_of_items(operation.items, chunks[0])
    if start is None:
        return None
    prefix, pending = chunks[0][:start], [chunks[0][start:]]
    chunks.reverse()
    chunks.pop()
    items: list[Any] = []
    size, wanted = len(pending[0]), BATCH_BYTES
    while chunks:
        pending.append(chunks.pop())
        size += len(pending[-1])
        if size < wanted:
            continue
        rest = b"".join(pending)
        end = _batch(operation, rest, items, notes)
        pending = [rest[end:]]
        size = len(pending[0])
        # A body that cannot be cut yet is joined ever more rarely, or the copying would be quadratic.
        wanted = BATCH_BYTES if end else 2 * size
    envelope = prefix + _last_batch(operation, prefix, b"".join(pending), items, notes)
    chunks.append(envelope)
    return Page(envelope, items)


def _start_of_items(name: str, first: bytes) -> int | None:
    """Where the items begin: behind the bracket that opens them in the envelope's data."""
    match = re.search(rb'"%s"\s*:\s*\[' % re.escape(name.encode()), first)
    if match is None:
        return None
    try:
        probe = msgspec.json.decode(first[: match.end()] + b"]}}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    data = probe.get("data") if isinstance(probe, dict) else None
    return match.end() if isinstance(data, dict) and data.get(name) == [] else None


def _batch(operation: Operation[Any], rest: bytes, items: list[Any], notes: Notes) -> int:
    """Decode as many whole items from the start of `rest` as a comma lets us see; where the next one begins."""
    cut = len(rest)
    for _ in range(_TRIES):
        cut = rest.rfind(b"},", 0, cut)
        if cut < 0:
            return 0
        if _decode(operation, rest[: cut + 1], items, notes):
            return cut + 2
    return 0


def _last_batch(operation: Operation[Any], prefix: bytes, rest: bytes, items: list[Any], notes: Notes) -> bytes:
    """Decode the items that are left; what stands behind them, from their closing bracket on."""
    cut = len(rest)
    while (cut := rest.rfind(b"]", 0, cut)) >= 0:
        try:
            msgspec.json.decode(prefix + rest[cut:], type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if _decode(operation, rest[:cut], items, notes):
            return rest[cut:]
    raise msgspec.DecodeError("the list of items does not end")


def _decode(operation: Operation[Any], batch: bytes, items: list[Any], notes: Notes) -> bool:
    """Whether `batch` is a complete list of items; if so they are added."""
    if items and not batch.strip():
        return False  # a comma promised another item
    array = b"[" + batch + b"]"
    page: Any = operation.data
    decoder, type_ = _item_list(page, operation.items)
    try:
        try:
            items += decoder.decode(array)
        except msgspec.ValidationError:
            items += build(type_, msgspec.json.decode(array), notes, schema=page.__name__, field=operation.items)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


@cache
def _item_list(page: Any, name: str) -> tuple[msgspec.json.Decoder[Any], Any]:
    hint = typing.get_type_hints(attrs.resolve_types(page))[name]
    inner = [option for option in typing.get_args(hint) if option is not type(None)]
    type_ = inner[0] if typing.get_origin(hint) is not list else hint
    return msgspec.json.Decoder(type_), type_

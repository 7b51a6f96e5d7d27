"""Faults that an emulator is told to show: what there is to choose from, and which are waiting for which operation."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from aihub_emulator.spec import load_operations

__all__ = [
    "ANY",
    "OBJECT",
    "Code",
    "Delay",
    "Drift",
    "Drip",
    "ExpireTokens",
    "Fault",
    "Faults",
    "Json",
    "Kind",
    "Refuse",
    "Reset",
    "Status",
    "fault_of",
]

# Names that stand for no operation of the spec: all of them, and the fetching of objects.
ANY = "*"
OBJECT = "object"

_Seconds = Annotated[float, Field(ge=0, le=3600)]


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, ser_json_inf_nan="null")


class Refuse(_Kind):
    """The connection is reset before the body is read. Nothing is done."""

    kind: Literal["refuse"] = "refuse"


class Reset(_Kind):
    """What was asked for is done, and the connection is reset before the answer or halfway through its body."""

    kind: Literal["reset"] = "reset"
    at: Literal["before", "midway"] = "before"


class Delay(_Kind):
    """Nothing happens for some seconds of real time; then everything as usual."""

    kind: Literal["delay"] = "delay"
    seconds: _Seconds


class Drip(_Kind):
    """The body of the answer comes a few bytes at a time, with seconds of real time between them."""

    kind: Literal["drip"] = "drip"
    size_bytes: int = Field(default=1, ge=1)
    seconds: _Seconds = 0.05


class Status(_Kind):
    """An HTTP status with a body that is no envelope, as a gateway answers it.

    Attributes:
        retry_after: Seconds, or a date, for the header of that name; None leaves it out.
        does_work: Whether what was asked for is done all the same.
    """

    kind: Literal["status"] = "status"
    status: int = Field(default=503, ge=200, le=599)
    body: str = ""
    media_type: str = Field(default="text/html; charset=utf-8", pattern=r"^[\x20-\x7e]+$")
    retry_after: int | Annotated[str, Field(pattern=r"^[\x20-\x7e]+$")] | None = None
    does_work: bool = False


class Code(_Kind):
    """An envelope that says no, with data of a shape that servers have been seen to send then.

    Attributes:
        data: null, no data at all, `{}`, `""` or `[]`.
        does_work: Whether what was asked for is done all the same.
    """

    kind: Literal["code"] = "code"
    code: int = 1
    msg: str = "made to fail"
    data: Literal["null", "missing", "object", "text", "list"] = "null"
    does_work: bool = False


class Json(_Kind):
    """What was asked for is done, and the JSON of the answer is cut off in the middle or broken."""

    kind: Literal["json"] = "json"
    shape: Literal["truncated", "invalid"] = "truncated"


class Drift(_Kind):
    """What was asked for is done, and one field of the answer is not as the spec has it.

    It is consumed only by an answer that has the field.

    Attributes:
        field: Where, from the envelope on: `data.status`, `data.data.0.name`, `data.data.*.status` for every item.
        to: null, a value that no enum lists, a value of another type, gone, or with an unknown field in it.
    """

    kind: Literal["drift"] = "drift"
    field: str = Field(default="data", min_length=1)
    to: Literal["null", "unknown", "wrong_type", "missing", "extra"]


class ExpireTokens(_Kind):
    """Every token that users hold expires, that of this request too."""

    kind: Literal["expire_tokens"] = "expire_tokens"


Kind = Refuse | Reset | Delay | Drip | Status | Code | Json | Drift | ExpireTokens
_KIND: TypeAdapter[Kind] = TypeAdapter(Annotated[Kind, Field(discriminator="kind")])


@dataclass(frozen=True)
class Fault:
    """A fault and what has become of it.

    Attributes:
        operation: Id of the operation that shows it, `*` for any, `object` for the fetching of objects.
        count: How many requests show it; None: all, until it is removed.
        skip: How many requests are answered as usual before that.
        consumed: How many requests have shown it.
    """

    id: int
    kind: Kind
    operation: str = ANY
    count: int | None = 1
    skip: int = 0
    consumed: int = 0

    @property
    def is_used_up(self) -> bool:
        """Whether no request will show it any more."""
        return self.count is not None and self.consumed >= self.count

    @property
    def is_unconsumed(self) -> bool:
        """Whether it has not happened as often as it was meant to; one without a count is meant to happen once."""
        return self.consumed < (1 if self.count is None else self.count)

    def wire(self) -> dict[str, Any]:
        """It as JSON data."""
        about = {"id": self.id, "operation": self.operation, "count": self.count, "skip": self.skip}
        return {**about, "consumed": self.consumed, "is_unconsumed": self.is_unconsumed, **self.kind.model_dump()}


class Faults:
    """The faults of one emulator, oldest first. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._faults: dict[int, Fault] = {}

    def add(self, kind: Kind, *, operation: str = ANY, count: int | None = 1, skip: int = 0) -> int:
        """Have requests for an operation show a fault; the id of it.

        Raises:
            ValueError: There is no such operation, or a number makes no sense.
        """
        known = (ANY, OBJECT, *(each.id for each in load_operations()))
        if operation not in known:
            raise ValueError(f"operation: is {operation!r}. Send one of {', '.join(known)}.")
        if (count is not None and count < 1) or skip < 0:
            raise ValueError(f"count: is {count}, and skip is {skip}. Send 1 or more (or null), and 0 or more.")
        with self._lock:
            fault = Fault(next(self._numbers), kind, operation, count, skip)
            self._faults[fault.id] = fault
        return fault.id

    def all(self) -> list[Fault]:
        """Every fault that was not removed, those that are used up included."""
        with self._lock:
            return list(self._faults.values())

    def unconsumed(self) -> list[Fault]:
        """Those that have not happened as often as they were meant to."""
        return [fault for fault in self.all() if fault.is_unconsumed]

    def remove(self, fault_id: int) -> bool:
        """Forget a fault; returns whether there was one of this id."""
        with self._lock:
            return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Forget all faults. Their ids are not given again."""
        with self._lock:
            self._faults.clear()

    @contextmanager
    def during(self, kind: Kind, *, operation: str = ANY, count: int | None = 1, skip: int = 0) -> Iterator[int]:
        """A fault for the length of a `with` block, which gets its id.

        Raises:
            AssertionError: The block ended well, and the fault did not happen as often as it was meant to.
            ValueError: As by `add`.
        """
        fault_id = self.add(kind, operation=operation, count=count, skip=skip)
        try:
            yield fault_id
            left = [fault for fault in self.unconsumed() if fault.id == fault_id]
            if left:
                raise AssertionError(f"a fault was not consumed: {left[0]}")
        finally:
            self.remove(fault_id)

    def take(self, operation: str) -> Fault | None:
        """The fault that a request for this operation shows now, counted as consumed."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults.values():
                is_meant = fault.operation in {operation, ANY} and (operation != OBJECT or fault.operation == OBJECT)
                if not is_meant or fault.is_used_up:
                    continue
                if fault.skip:
                    self._faults[fault.id] = _changed(fault, skip=fault.skip - 1)
                    return None
                self._faults[fault.id] = _changed(fault, consumed=fault.consumed + 1)
                return self._faults[fault.id]
        return None

    def give_back(self, fault_id: int) -> None:
        """A fault that was taken could not be shown: it was not consumed."""
        with self._lock:
            if fault_id in self._faults:
                fault = self._faults[fault_id]
                self._faults[fault_id] = _changed(fault, consumed=fault.consumed - 1)


def _changed(fault: Fault, *, skip: int | None = None, consumed: int | None = None) -> Fault:
    return Fault(
        fault.id,
        fault.kind,
        fault.operation,
        fault.count,
        fault.skip if skip is None else skip,
        fault.consumed if consumed is None else consumed,
    )


def fault_of(sent: Mapping[str, Any]) -> tuple[Kind, str, int | None, int]:
    """Kind, operation, count and skip of a fault that is described by JSON data.

    Raises:
        ValueError: The description does not fit.
    """
    rest = dict(sent)
    operation, count, skip = rest.pop("operation", ANY), rest.pop("count", 1), rest.pop("skip", 0)
    if not isinstance(operation, str):
        raise ValueError("operation: send the id of an operation, `*` or `object`.")
    for name, value in (("count", count), ("skip", skip)):
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number and not (name == "count" and value is None):
            raise ValueError(f"{name}: is {value!r}. Send a whole number.")
    try:
        return _KIND.validate_python(rest), operation, count, skip
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc'])) or 'kind'}: {first['msg']}.") from None

"""Reading a long body off the wire: how much, how long, and what a failure says."""

from typing import Any

import httpcore
import pytest

from aihub_sdk._wire.effects import Fault
from aihub_sdk._wire.long_body import LongBody

MIB = 1 << 20
WIRE: Any = object()


def body(size: int | None = 9 * MIB, wire: Any = WIRE) -> LongBody:
    return LongBody(size, wire, url="http://storage.example:9000/b/k?signature=secret", stall=7.0)


@pytest.mark.parametrize(
    ("made", "left"),
    [(body(), 9 * MIB), (body(7 * MIB), 0), (body(None), 0), (body(wire=None), 0)],
    ids=["long", "short", "of unknown length", "without a wire"],
)
def test_only_a_body_that_is_known_to_be_long_is_read_off_the_wire(made: LongBody, left: int) -> None:
    assert made.left == left


def test_it_is_read_to_its_last_byte_and_no_further() -> None:
    long = body()
    long.begin(bytes(MIB // 2))
    asked = []
    while long.left:
        asked.append(long.how())
        long.taken(bytes(asked[-1]["max_bytes"]))

    assert [each["max_bytes"] for each in asked] == [MIB] * 8 + [MIB // 2]
    assert asked[0]["timeout"] == 7.0


def test_the_end_of_the_connection_is_no_end_of_the_body() -> None:
    fault = body().taken(b"")

    assert isinstance(fault, Fault)
    assert fault.reason == f"the connection to http://storage.example:9000 ended {9 * MIB} bytes early"


@pytest.mark.parametrize(
    ("error", "is_timeout", "words"),
    [
        (httpcore.ReadTimeout(), True, "no answer in time from http://storage.example:9000"),
        (httpcore.ReadError("reset"), False, "the connection broke (reset) from http://storage.example:9000"),
        (httpcore.ReadError(), False, "the connection broke (ReadError) from http://storage.example:9000"),
    ],
)
def test_a_failed_read_says_what_happened_and_keeps_its_cause(error: Exception, is_timeout: bool, words: str) -> None:
    fault = body().broken(error)

    assert (fault.is_timeout, fault.reason, fault.error) == (is_timeout, words, error)

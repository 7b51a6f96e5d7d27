"""Which fault a request shows, and how faults are counted."""

import pytest
from pydantic import ValidationError

from aihub_emulator.faults import ANY, OBJECT, Delay, Drift, Faults, Refuse, Reset, Status, fault_of


def taken(faults: Faults, *operations: str) -> list[int | None]:
    return [fault.id if (fault := faults.take(operation)) else None for operation in operations]


def test_a_fault_is_shown_as_often_as_its_count_says() -> None:
    faults = Faults()
    faults.add(Refuse(), operation="login", count=2)

    assert taken(faults, "login", "getRun", "login", "login") == [1, None, 1, None]


def test_a_fault_without_a_count_is_shown_until_it_is_removed() -> None:
    faults = Faults()
    number = faults.add(Refuse(), count=None)
    before = taken(faults, "login", "getRun", "login")

    assert faults.remove(number)
    assert not faults.remove(number)
    assert (before, taken(faults, "login")) == ([1, 1, 1], [None])


def test_a_fault_for_any_operation_is_not_for_objects() -> None:
    faults = Faults()
    faults.add(Refuse(), operation=ANY)
    faults.add(Reset(), operation=OBJECT)

    assert taken(faults, OBJECT, "login") == [2, 1]


def test_the_oldest_fault_comes_first_and_the_next_one_when_it_is_used_up() -> None:
    faults = Faults()
    faults.add(Refuse(), operation="login")
    faults.add(Reset(), operation=ANY)

    assert taken(faults, "login", "login", "login") == [1, 2, None]


def test_a_fault_can_let_requests_pass_first() -> None:
    faults = Faults()
    faults.add(Refuse(), operation="getRun", skip=2)

    assert taken(faults, "getRun", "login", "getRun", "getRun", "getRun") == [None, None, None, 1, None]


def test_what_was_not_consumed_as_often_as_meant_is_known() -> None:
    faults = Faults()
    faults.add(Refuse(), operation="login", count=2)
    faults.add(Refuse(), operation="getRun", count=None)
    before = [fault.id for fault in faults.unconsumed()]
    taken(faults, "login", "getRun")

    assert (before, [fault.id for fault in faults.unconsumed()]) == ([1, 2], [1])


def test_a_fault_that_could_not_be_shown_was_not_consumed() -> None:
    faults = Faults()
    faults.add(Drift(field="data.x", to="null"))
    taken(faults, "login")
    faults.give_back(1)

    assert [fault.consumed for fault in faults.all()] == [0]


def test_a_block_fails_when_its_fault_was_not_consumed_and_removes_it_either_way() -> None:
    faults = Faults()

    with pytest.raises(AssertionError, match="a fault was not consumed"), faults.during(Refuse(), operation="login"):
        pass
    with faults.during(Refuse(), operation="login"):
        taken(faults, "login")

    assert faults.all() == []


def test_a_block_that_fails_by_itself_says_so_and_nothing_else() -> None:
    faults = Faults()

    with pytest.raises(ZeroDivisionError), faults.during(Refuse()):
        raise ZeroDivisionError


@pytest.mark.parametrize(("operation", "count", "skip"), [("nothing", 1, 0), ("login", 0, 0), ("login", 1, -1)])
def test_a_fault_that_could_never_be_shown_is_refused(operation: str, count: int, skip: int) -> None:
    with pytest.raises(ValueError, match=r"Send (one of|1 or more)"):
        Faults().add(Refuse(), operation=operation, count=count, skip=skip)


def test_a_kind_checks_its_own_values() -> None:
    with pytest.raises(ValidationError):
        Delay(seconds=-1)


def test_a_description_in_json_is_the_typed_fault() -> None:
    described = fault_of({"kind": "status", "status": 429, "retry_after": 3, "operation": "login", "count": None})

    assert described == (Status(status=429, retry_after=3), "login", None, 0)


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ({}, "kind: "),
        ({"kind": "none"}, "kind: "),
        ({"kind": "delay"}, "delay.seconds: Field required"),
        ({"kind": "refuse", "more": 1}, "refuse.more: Extra inputs are not permitted"),
        ({"kind": "status", "body": "x", "media_type": "a\r\nb: c"}, "status.media_type: "),
        ({"kind": "refuse", "count": True}, "count: is True"),
        ({"kind": "refuse", "operation": 1}, "operation: send the id"),
    ],
)
def test_a_description_that_does_not_fit_is_refused_with_the_field(described: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fault_of(described)

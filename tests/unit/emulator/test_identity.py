"""Tokens against an injected time."""

import pytest

from aihub_emulator.identity import Identity, User
from aihub_emulator.records.store import MemoryStore
from aihub_emulator.requests.answers import Refusal
from aihub_emulator.spec import Scheme

BEARER = Scheme(is_bearer=True, header="Authorization")
RELAY = Scheme(is_bearer=False, header="Token")
ADA = User(1, "ada", "secret")


class Time:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def identity(real_time: Time) -> tuple[Identity, MemoryStore]:
    store = MemoryStore()
    store.table(User).put(ADA)
    return Identity(store.table(User), token_seconds=60, real_time=real_time), store


def test_a_token_is_good_until_the_second_in_which_it_expires() -> None:
    real_time = Time()
    checked, _ = identity(real_time)
    header = f"Bearer {checked.issue(ADA)}"

    real_time.now += 59
    assert checked.caller(BEARER, header) == ADA
    real_time.now += 1
    with pytest.raises(Refusal, match=r"expired at 1970-01-12T13:47:40\+00:00"):
        checked.caller(BEARER, header)


def test_a_token_of_a_user_who_is_gone_is_refused() -> None:
    checked, store = identity(Time())
    header = f"Bearer {checked.issue(ADA)}"

    store.clear()

    with pytest.raises(Refusal, match="the token's user is gone"):
        checked.caller(BEARER, header)


def test_two_tokens_of_one_moment_differ() -> None:
    checked, _ = identity(Time())

    assert checked.issue(ADA) != checked.issue(ADA)


@pytest.mark.parametrize("header", [None, "", "wrong", "\xff"])
def test_the_relay_takes_its_own_token_only(header: str | None) -> None:
    checked, _ = identity(Time())

    assert checked.caller(RELAY, checked.relay_token) is None
    with pytest.raises(Refusal) as refused:
        checked.caller(RELAY, header)
    assert refused.value.status == 401

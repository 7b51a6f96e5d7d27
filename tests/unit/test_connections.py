"""Connections are reused, the last one first, and those that lie idle are closed."""

import sys

import pytest

from aihub_sdk._wire.connections import KEEPALIVE_SECONDS, Connections
from aihub_sdk._wire.routes import way_to
from aihub_sdk._wire.transport import async_pools


class Now:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def connections(now: Now) -> Connections[object]:
    return Connections(object, now)


def test_the_connection_that_was_used_last_is_used_next(connections: Connections[object]) -> None:
    first, second = connections.take(), connections.take()
    connections.give_back(first)
    connections.give_back(second)

    assert (connections.take(), connections.take()) == (second, first)
    assert len(list(connections.all())) == 2


def test_a_connection_that_no_one_has_needed_for_long_is_closed(connections: Connections[object], now: Now) -> None:
    busy, idle = connections.take(), connections.take()
    connections.give_back(idle)
    now.seconds = KEEPALIVE_SECONDS

    assert connections.give_back(busy) is idle
    assert list(connections.all()) == [busy]


def test_a_connection_that_was_just_used_is_kept(connections: Connections[object], now: Now) -> None:
    only = connections.take()
    now.seconds = 10 * KEEPALIVE_SECONDS

    assert connections.give_back(only) is None
    assert connections.take() is only


def test_an_import_that_must_fail_is_not_searched_for_at_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sniffio", raising=False)
    monkeypatch.setattr("aihub_sdk._wire.transport.find_spec", lambda _: None)
    async_pools(way_to("http://platform.example"))

    assert sys.modules["sniffio"] is None


def test_a_package_that_is_installed_can_still_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sniffio", raising=False)
    monkeypatch.setattr("aihub_sdk._wire.transport.find_spec", lambda name: name)
    async_pools(way_to("http://platform.example"))

    assert "sniffio" not in sys.modules

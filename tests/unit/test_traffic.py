"""Who waits for a connection waits as long as the files that have one get on. Both clients."""

import asyncio
from typing import Any

import pytest

from aihub_sdk._wire import async_transport as _async_transport
from aihub_sdk._wire.traffic import Traffic, entered
from tests.unit.conftest import MakeClient
from tests.unit.scripted import ok
from tests.unit.streamed import streamed


class Slots:
    """Taken, until a number of waits is over; during each of the first ones another file moves."""

    def __init__(self, traffic: Traffic, *, moving: int, waits: int) -> None:
        self.traffic = traffic
        self.moving = moving
        self.waits = waits
        self.waited = 0

    def acquire(self, timeout: float) -> bool:
        self.waited += 1
        self.traffic.pieces += self.waited <= self.moving
        return self.waited > self.waits


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(("moving", "waits", "found", "waited"), [(3, 3, True, 4), (2, 9, False, 3), (0, 9, False, 1)])
def test_a_file_waits_for_a_connection_as_long_as_others_move(  # noqa: PLR0917  # a table's row
    monkeypatch: pytest.MonkeyPatch, moving: int, waits: int, found: bool, waited: int, is_async: bool
) -> None:
    traffic = Traffic()
    slots: Any = Slots(traffic, moving=moving, waits=waits)

    async def wait(given: Any, seconds: float) -> bool:
        taken: bool = given.acquire(timeout=seconds)
        return taken

    monkeypatch.setattr(_async_transport, "_entered", wait)
    if is_async:
        assert asyncio.run(_async_transport.entered_while_moving(slots, traffic, 60.0)) is found
    else:
        assert entered(slots, traffic, 60.0) is found
    assert slots.waited == waited


def test_what_is_read_and_what_is_sent_counts_as_moving(client: MakeClient, tmp_path: Any) -> None:
    c = client(streamed(b"a,b\n"), ok({"path": "s3://b/k", "url": ""}), s3_token="t")
    (tmp_path / "f").write_bytes(b"content")
    traffic = c.hub._session.transport._traffic

    async def read() -> None:
        stream = await c.hub._session.transport.open("http://storage.example/f", 60.0)
        await stream.pull()
        await stream.close()

    if c.is_async:
        c.runner.run(read())
    else:
        stream = c.hub._session.transport.open("http://storage.example/f", 60.0)
        stream.pull()
        stream.close()
    read_pieces = traffic.pieces
    c.done(c.hub.s3.upload(tmp_path / "f", bucket="b"))

    assert (read_pieces > 0, traffic.pieces > read_pieces) == (True, True)

"""`EmulatedHub`: clients whose platform is the emulator, with one time for both."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from aihub_sdk.client import AIHub, AsyncAIHub

from ._settings import sealed_config
from ._spec import emulator_module
from .clock import VirtualClock, client_clock

if TYPE_CHECKING:
    from types import TracebackType

    from aihub_emulator.emulator import Emulator

__all__ = ["EmulatedHub"]


class EmulatedHub:
    """An emulator in this process, and clients of it. Use it in a `with` block.

    Time is virtual: when a client sleeps, the emulator's clock is turned on by as much, at once. What really takes
    time (a query, the building of a dataset version) is done before a sleep returns, so that a test sees the same on
    a fast and on a slow machine.

    Args:
        emulator: One that runs already, on a manual clock; it is left running. None starts one of its own.
        user: Name of the user whom the clients speak for; the demo seed has `demo` and `admin`.

    Attributes:
        clock: The time of clients and emulator.

    Raises:
        ConfigurationError: The extra `emulator` is not installed.
    """

    def __init__(self, emulator: Emulator | None = None, *, user: str = "demo") -> None:
        self._is_own = emulator is None
        self._emulator = _new_emulator() if emulator is None else emulator
        self._user = user
        self.clock = VirtualClock(on_advance=self._go_on)

    @property
    def emulator(self) -> Emulator:
        """The emulator itself: its faults, its journal, its transitions."""
        return self._emulator

    @cached_property
    def hub(self) -> AIHub:
        """The client for code that blocks."""
        clock = client_clock(self.clock)
        return AIHub._from_config(self._config, clock=clock, sleep=self.clock.sleep)  # noqa: SLF001  # the SDK's own way in for tests

    @cached_property
    def async_hub(self) -> AsyncAIHub:
        """The client for asyncio; use it in an `async with` block, or await its `close()`."""
        clock = client_clock(self.clock)
        return AsyncAIHub._from_config(self._config, clock=clock, sleep=self.clock.sleep_async)  # noqa: SLF001  # as in hub

    @cached_property
    def environ(self) -> dict[str, str]:
        """The variables with which `AIHub()` finds the emulator, in this process or in another."""
        emulator = self._emulator
        return {
            "AI_HUB_ENV": "local",
            "AI_HUB_BASE_URL": emulator.base_url,
            "AI_HUB_S3_RELAY_URL": emulator.s3_url,
            "AI_HUB_TOKEN": emulator.issue_token(self._user),
            "AI_HUB_S3_TOKEN": emulator.s3_token,
            "AI_HUB_S3_CA_FILE": str(emulator.ca_file),
        }

    def hurry(self) -> None:
        """Let all work end as soon as it is looked at: for clients that do not sleep on `clock`."""
        for kind in emulator_module("control.pacing").KINDS:
            self._emulator.set_transitions(kind, "immediate")

    def close(self) -> None:
        """Close the client for code that blocks, and stop the emulator if it is this object's own."""
        if "hub" in self.__dict__:
            self.hub.close()
        if self._is_own:
            self._emulator.stop()

    def __enter__(self) -> EmulatedHub:
        if self._is_own:
            self._emulator.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _go_on(self, seconds: float) -> None:
        self._emulator.advance(seconds)
        self._emulator.catch_up()

    @cached_property
    def _config(self) -> Any:
        emulator = self._emulator
        return sealed_config(
            "local",
            emulator.base_url,
            services={"s3_relay": emulator.s3_url},
            token=emulator.issue_token(self._user),
            s3_token=emulator.s3_token,
            s3_verify=emulator.ca_file,
        )


def _new_emulator() -> Emulator:
    settings = emulator_module("settings").Settings(clock="manual")
    made: Emulator = emulator_module("emulator").Emulator(settings)
    return made

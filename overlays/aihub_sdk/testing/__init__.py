"""For the tests of programs that use the SDK: a scripted fake, the emulator with virtual time, and pytest fixtures.

    from aihub_sdk.testing import FakeHub

    with FakeHub() as fake:
        fake.answer("createTraining", {"id": 7})
        fake.answer("getTraining", {"id": 7, "status": 2}, seconds=3 * 3600)
        fake.answer("getTraining", {"id": 7, "status": 3})
        train(fake.hub)  # your function; its three-hour wait takes milliseconds

Fixtures: `pytest_plugins = ["aihub_sdk.testing.fixtures"]` in your conftest.py.

Everything but `VirtualClock` needs the emulator's packages: pip install 'aihub-sdk[emulator]'. Each name is loaded when
it is first used.
"""

from __future__ import annotations

# Type checkers take this name for typing's; see the package above.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .clock import VirtualClock
    from .emulated import EmulatedHub
    from .failures import AnswerLost, Failure, GatewayAnswer, Refused, Unreachable
    from .fake import FakeHub
    from .script import FakeCall, UnfitAnswer, UnfitRequest, UnscriptedCall, UnusedAnswers

__all__ = [
    "AnswerLost",
    "EmulatedHub",
    "Failure",
    "FakeCall",
    "FakeHub",
    "GatewayAnswer",
    "Refused",
    "UnfitAnswer",
    "UnfitRequest",
    "Unreachable",
    "UnscriptedCall",
    "UnusedAnswers",
    "VirtualClock",
]

_HOMES = {
    "AnswerLost": "failures",
    "EmulatedHub": "emulated",
    "Failure": "failures",
    "FakeHub": "fake",
    "GatewayAnswer": "failures",
    "Refused": "failures",
    "Unreachable": "failures",
    "VirtualClock": "clock",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415  # needed once a name

    value = getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'script')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)

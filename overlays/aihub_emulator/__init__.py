"""AIHub on one machine: the platform's documented operations behind one loopback port.

`python -m aihub_emulator` serves it to other programs. In one's own process:

    with Emulator() as emulator:
        requests.post(f"{emulator.base_url}/api/v1/auth/login", json=...)

What it does not do stands first in README.md, next to this file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aihub_emulator.app import create_app
    from aihub_emulator.emulator import Emulator
    from aihub_emulator.settings import DatasetLimits, ImageLimits, JobSeconds, Settings, SqlLimits, UnsupportedSetting

__all__ = [
    "DatasetLimits",
    "Emulator",
    "ImageLimits",
    "JobSeconds",
    "Settings",
    "SqlLimits",
    "UnsupportedSetting",
    "create_app",
]

_HOMES = {
    "DatasetLimits": "settings",
    "Emulator": "emulator",
    "ImageLimits": "settings",
    "JobSeconds": "settings",
    "Settings": "settings",
    "SqlLimits": "settings",
    "UnsupportedSetting": "settings",
    "create_app": "app",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

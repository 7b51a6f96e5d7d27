"""The data that an emulator starts with, one JSON file a seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from aihub_emulator.settings import UnsupportedSetting

__all__ = ["load_seed", "seed_names"]


def seed_names() -> tuple[str, ...]:
    """The seeds that there are."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def load_seed(name: str) -> Mapping[str, Any]:
    """The seed of this name.

    Raises:
        UnsupportedSetting: There is none.
    """
    if name not in seed_names():
        raise UnsupportedSetting(f"seed {name!r}: there is no such seed; give one of {', '.join(seed_names())}.")
    seed: Mapping[str, Any] = json.loads(files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return seed

"""The data that an emulator starts with: one of this folder by its name, or a file of one's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from aihub_emulator.seeds.reading import checked, digest_of, parsed, text_of
from aihub_emulator.settings import UnsupportedSetting

__all__ = ["load_seed", "seed_label", "seed_names"]


def seed_names() -> tuple[str, ...]:
    """The seeds that there are by name."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def load_seed(seed: str | Path) -> Mapping[str, Any]:
    """The seed of this name or file, checked, with all its defaults.

    Raises:
        UnsupportedSetting: There is none, or it is wrong.
    """
    if file := _file(seed):
        return checked(parsed(text_of(file), name=str(seed)), name=str(seed))
    if seed not in seed_names():
        known = ", ".join(seed_names())
        raise UnsupportedSetting(
            f"seed {str(seed)!r}: there is no such seed; give {known}, or the path of a file, such as ./lab.json."
        )
    text = files(__name__).joinpath(f"{seed}.json").read_text(encoding="utf-8")
    return checked(parsed(text, name=str(seed)), name=str(seed))


def seed_label(seed: str | Path, content: Mapping[str, Any]) -> str:
    """What a state folder remembers its seed by: its name; for a file, also what tells its content from others'."""
    file = _file(seed)
    return f"{file.name} ({digest_of(content)})" if file else str(seed)


def _file(seed: str | Path) -> Path | None:
    """The file that is meant, None for a name: a path has a separator in it, or ends in `.json`."""
    text = str(seed)
    is_file = isinstance(seed, Path) or text.endswith(".json") or "/" in text or os.sep in text
    return Path(seed).expanduser() if is_file else None

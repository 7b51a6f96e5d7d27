"""Whether and where waits show that they live: the variable `AI_HUB_PROGRESS`, the same for a whole program."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["progress_mode", "progress_notes"]

_VARIABLE = "AI_HUB_PROGRESS"
# auto: a line where somebody looks at a terminal, and now and then a line in the log. log: the latter alone.
_MODES = {"": "auto", "auto": "auto", "log": "log", "off": "off", "0": "off", "no": "off", "false": "off"}


def progress_mode(environ: Mapping[str, str]) -> tuple[str, str]:
    """`auto`, `log` or `off`, and where that came from. What cannot be understood is `auto`: it ends no wait."""
    given = environ.get(_VARIABLE, "")
    mode = _MODES.get(given.strip().lower())
    return (mode, _VARIABLE) if given and mode is not None else ("auto", "built in")


def progress_notes(environ: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence, when the variable is set to something else."""
    given = environ.get(_VARIABLE, "")
    if given.strip().lower() in _MODES:
        return ()
    return (f"{_VARIABLE} is {given!r}, and is not used: the choices are auto, log and off.",)

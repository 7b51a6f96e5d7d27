"""How a job's run ends: what its environment variables say, so that a test can have any ending it wants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aihub_emulator.requests.reading import invalid, shown

__all__ = ["DURATION", "EXIT_CODE", "MESSAGE", "Outcome", "outcome_of"]

EXIT_CODE: Final = "AIHUB_EMULATOR_EXIT_CODE"
DURATION: Final = "AIHUB_EMULATOR_DURATION"
MESSAGE: Final = "AIHUB_EMULATOR_MESSAGE"

_PREFIX = "AIHUB_EMULATOR_"
_LONGEST_RUN = 10 * 365 * 24 * 3600
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_STATUS = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class Outcome:
    """How a run ends.

    Attributes:
        exit_code: 0 is a success.
        seconds: How long it runs.
        message: What it says at its end.
    """

    exit_code: int
    seconds: float
    message: str


def outcome_of(envs: Sequence[Mapping[str, str]], *, default_seconds: float) -> Outcome:
    """What the environment variables of a job ask for; of a variable that is there twice, the last one counts.

    Raises:
        Refusal: One of them does not fit.
    """
    exit_code, seconds, message = 0, default_seconds, ""
    for index, env in enumerate(envs):
        key, value, field = env["key"], env["value"], f"body.envs[{index}]"
        if key == EXIT_CODE:
            if not _STATUS.fullmatch(value) or int(value) > 255:
                raise invalid(f"{field}.value", f"is {shown(value)}", f"Send 0 to 255 for {EXIT_CODE}")
            exit_code = int(value)
        elif key == DURATION:
            if not _SECONDS.fullmatch(value) or float(value) > _LONGEST_RUN:
                raise invalid(f"{field}.value", f"is {shown(value)}", f"Send seconds for {DURATION}, as in 90 or 0.5")
            seconds = float(value)
        elif key == MESSAGE:
            message = value
        elif key.startswith(_PREFIX):
            raise invalid(f"{field}.key", f"is {shown(key)}", f"Send one of {DURATION}, {EXIT_CODE}, {MESSAGE}")
    if exit_code and not message:
        message = f"exit code {exit_code}"
    return Outcome(exit_code, seconds, message)

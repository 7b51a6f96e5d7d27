"""How things get from one state to the next: in their own time, at once, in so many seconds, or when asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from aihub_emulator.clock import Clock
from aihub_emulator.records.store import Store

__all__ = ["FOREVER", "KINDS", "Mode", "Pace", "Pacing", "WorkKind", "pace_of"]

WorkKind = Literal["search", "dataset_version", "training", "quota_task", "run"]
Mode = Literal["usual", "immediate", "seconds", "polls"]
KINDS: Final[tuple[WorkKind, ...]] = get_args(WorkKind)
# Seconds that do not pass: what waits for polls ends with them.
FOREVER: Final = 100 * 365 * 24 * 3600.0
# Names of the facts that a store keeps.
_PACES: Final = "paces"
_POLLS: Final = "polls"


@dataclass(frozen=True)
class Pace:
    """How one kind of work goes on.

    Attributes:
        mode: `usual` leaves it to the settings, and to what a job says of itself.
        seconds: For `seconds`: how long each state lasts, on the emulator's clock.
        polls: For `polls`: how often it is read in each state.
    """

    mode: Mode = "usual"
    seconds: float = 0.0
    polls: int = 1


class Pacing:
    """The paces of one emulator. A change holds for the states that begin after it.

    Args:
        clock: What time it is for all that does not wait for polls.
        facts: Keeps the paces, and how often what waits for polls has been read; None forgets both.
    """

    def __init__(self, clock: Clock, facts: Store | None = None) -> None:
        self._clock = clock
        self._facts = facts
        paces = json.loads((facts and facts.fact(_PACES)) or "{}")
        polls = json.loads((facts and facts.fact(_POLLS)) or "[]")
        self._paces: dict[WorkKind, Pace] = {kind: Pace(**paces.get(kind, {})) for kind in KINDS}
        # How often each thing was read in its present state, where it was.
        self._polls: dict[tuple[WorkKind, int], int] = {(kind, number): count for kind, number, count in polls}
        self._waiting: dict[tuple[WorkKind, int], list[asyncio.Future[None]]] = {}

    def set(self, kind: WorkKind, pace: Pace) -> None:
        """Give a kind another pace. What waits for polls goes on at once."""
        self._paces[kind] = pace
        for key in [key for key in self._waiting if key[0] == kind]:
            for woken in self._waiting.pop(key):
                if not woken.done():
                    woken.set_result(None)
        self._polls = {key: count for key, count in self._polls.items() if key[0] != kind}
        if self._facts is not None:
            self._facts.keep_fact(_PACES, json.dumps(self.wire()))
            self._keep_polls()

    def clear(self) -> None:
        """Give every kind its usual pace."""
        for kind in KINDS:
            self.set(kind, Pace())

    def wire(self) -> dict[str, Any]:
        """The paces as JSON data, by kind."""
        return {kind: asdict(pace) for kind, pace in self._paces.items()}

    def is_by_polls(self, kind: WorkKind) -> bool:
        """Whether work of this kind goes on when it is read, and not by the clock."""
        return self._paces[kind].mode == "polls"

    def seconds(self, kind: WorkKind, usual: float) -> float:
        """How long a state of this kind lasts that would last `usual` seconds."""
        pace = self._paces[kind]
        return {"usual": usual, "immediate": 0.0, "seconds": pace.seconds, "polls": FOREVER}[pace.mode]

    async def passed(self, kind: WorkKind, record_id: int, usual: float, *, nth: int = 1) -> None:
        """Return when the nth state from now on has passed, each of which would last `usual` seconds.

        Those that are awaited together are awaited in their order.
        """
        if not self.is_by_polls(kind):
            await self._clock.sleep(self.seconds(kind, usual) * nth)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault((kind, record_id), []).append(woken)
        await woken

    def polled(self, kind: WorkKind, record_id: int) -> bool:
        """Somebody has read this record; returns whether that takes it to its next state."""
        if not self.is_by_polls(kind):
            return False
        key = (kind, record_id)
        count = self._polls.pop(key, 0) + 1
        is_due = count >= self._paces[kind].polls
        if not is_due:
            self._polls[key] = count
        self._keep_polls()
        if not is_due:
            return False
        waiting = self._waiting.get(key, [])
        while waiting:
            woken = waiting.pop(0)
            if not woken.done():
                woken.set_result(None)
                break
        return True

    def _keep_polls(self) -> None:
        if self._facts is not None:
            self._facts.keep_fact(_POLLS, json.dumps([[*key, count] for key, count in self._polls.items()]))


def pace_of(sent: Mapping[str, Any]) -> tuple[WorkKind, Pace]:
    """Kind and pace that are described by JSON data.

    Raises:
        ValueError: The description does not fit.
    """
    unknown = set(sent) - {"kind", "mode", "seconds", "polls"}
    if unknown:
        raise ValueError(f"{min(unknown)}: is not known here. Send kind, mode, seconds and polls.")
    kind: Any = sent.get("kind")
    mode: Any = sent.get("mode")
    if kind not in KINDS:
        raise ValueError(f"kind: is {kind!r}. Send one of {', '.join(KINDS)}.")
    if mode not in get_args(Mode):
        raise ValueError(f"mode: is {mode!r}. Send one of {', '.join(get_args(Mode))}.")
    seconds, polls = sent.get("seconds", 0.0), sent.get("polls", 1)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= FOREVER:
        raise ValueError(f"seconds: is {seconds!r}. Send 0 or more.")
    if isinstance(polls, bool) or not isinstance(polls, int) or polls < 1:
        raise ValueError(f"polls: is {polls!r}. Send 1 or more.")
    return kind, Pace(mode, float(seconds), polls)

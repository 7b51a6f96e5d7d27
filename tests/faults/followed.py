"""One job of any kind that somebody waits for: how it comes into being, what its looks answer, and its client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from aihub_api.tables import WAITERS
from tests.unit.scripted import Client, ok, refused

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]

FIELDS: dict[str, Any] = {
    "name": "train-001",
    "image": "registry.example.com/train:1",
    "framework": "PyTorchJob",
    "virtual_cluster_id": 29,
    "sku_cnt": 2,
    "project_id": 1,
    "estimate_run_time": 3600,
}
# What makes a job of each kind, in one request.
CREATORS: dict[str, Callable[[Any], Any]] = {
    "search": lambda hub: hub.searches.sql("select 1", name="n"),
    "dataset_version": lambda hub: hub.datasets.get("mnist", id=5).upload("s3://bucket/digits"),
    "run": lambda hub: hub.workflows.run(1, 2),
    "training": lambda hub: hub.trainings.submit(**FIELDS),
    "quota_task": lambda hub: hub.quota_tasks.submit(**FIELDS, priority="low", shm=1),
}
# A version that was just uploaded is looked for under several numbers.
LOOKS_FOR_NEW = {"dataset_version": 8}


class Followed:
    """A job of one kind, on a clock that moves only when its waiter sleeps.

    Attributes:
        kind: Its kind, such as `training`.
        row: What the spec says about waiting for it.
        c: The client and the script behind it.
    """

    def __init__(self, flavour: str, kind: str, **settings: Any) -> None:
        self.kind = kind
        self.row = WAITERS[kind]
        self.c = Client(flavour, **settings)
        self.c.time.chance = 0.5

    @property
    def ref(self) -> str:
        return f"aihub://custom/{self.kind}/{'mnist%2FV1' if self.kind == 'dataset_version' else 7}"

    def named(self, group: str) -> int:
        """A state of one group: `pending`, `success`, `failure` or `stopped`."""
        states: frozenset[int] = getattr(self.row, group)
        return max(states)

    def at(self, state: object, **fields: Any) -> httpx.Response:
        """The answer to a look: a number, or a group of states."""
        number = self.named(state) if isinstance(state, str) and hasattr(self.row, state) else state
        return ok({"id": 7, "version": 1, "status": number, **fields})

    def taken_up(self, *answers: Answer) -> Any:
        """A handle of a job that exists already."""
        self.c.script.steps += answers
        return self.c.hub.attach(self.ref)

    def created(self, *answers: Answer) -> Any:
        """A handle of a job that was created a moment ago."""
        self.c.script.steps += [ok({"id": 7}), *answers]
        return self.c.done(CREATORS[self.kind](self.c.hub))

    def not_there(self, message: str = "no such object") -> list[Answer]:
        """The answers to one look that finds nothing, for a handle of `created`."""
        return [refused(2, message) for _ in range(LOOKS_FOR_NEW.get(self.kind, 1))]

    def interrupt(self) -> type[BaseException]:
        """What Ctrl-C raises in a wait: asyncio cancels the task first."""
        return asyncio.CancelledError if self.c.is_async else KeyboardInterrupt

    def interrupting(self, _: httpx.Request) -> httpx.Response:
        """Ctrl-C, while an answer is awaited."""
        raise self.interrupt()

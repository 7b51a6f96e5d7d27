"""One emulator's world: its clock, records, users, objects and running work. Nothing in it is shared with another."""

from __future__ import annotations

import sqlite3

from aihub_emulator.background import Background
from aihub_emulator.clock import ManualClock, clock_named
from aihub_emulator.control.pacing import Pace, Pacing, WorkKind
from aihub_emulator.datasets.catalogue import Datasets
from aihub_emulator.datasets.records import DatasetRecord, VersionRecord
from aihub_emulator.datasets.seeded import seeded_rows
from aihub_emulator.evaluations import EvaluationRecord, Evaluations
from aihub_emulator.faults import Faults
from aihub_emulator.identity import Identity, User, keys_of
from aihub_emulator.jobs.asked import grounds_of, lost_ground
from aihub_emulator.jobs.job import Job
from aihub_emulator.jobs.jobs import Jobs
from aihub_emulator.objects.storage import Objects
from aihub_emulator.records.home import Home
from aihub_emulator.requests.journal import Journal
from aihub_emulator.seeds import load_seed, seed_label
from aihub_emulator.settings import Settings, UnsupportedSetting
from aihub_emulator.warehouse.engine import SqlEngine
from aihub_emulator.warehouse.images import ImageSearch
from aihub_emulator.warehouse.libraries import libraries_of
from aihub_emulator.warehouse.searches import Searches, SearchRecord
from aihub_emulator.workflows.pipelines import pipelines_of
from aihub_emulator.workflows.runs import RunRecord, Runs

__all__ = ["Instance"]

# The fact that keeps the clock from going back when the emulator is started again.
_NOW = "now"


class Instance:
    """Everything that one emulator knows. All of it belongs to the event loop's thread.

    Args:
        settings: How it behaves.

    Attributes:
        seed: The data it started with.
        seed_label: The seed's name, and for a file what tells its content from others'.
        services_port: The port where objects are fetched, when another one serves the S3 relay.

    Raises:
        UnsupportedSetting: The seed is unknown or wrong, the clock is unknown, or the state folder cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.services_port: int | None = None
        self.seed = load_seed(settings.seed)
        self.seed_label = seed_label(settings.seed, self.seed)
        clock_named(settings.clock)
        self.home = Home(settings.state, seed=self.seed_label)
        try:
            self._build(settings)
        except BaseException as error:
            self.home.close()
            if isinstance(error, (OSError, sqlite3.Error)):
                raise UnsupportedSetting(f"state {str(self.home.folder)!r}: {error}. Give another folder.") from error
            raise

    def _build(self, settings: Settings) -> None:
        self.store = self.home.store
        self.grounds = grounds_of(self.seed)
        if lost := lost_ground(self.store.table(Job).all(), self.grounds):
            raise UnsupportedSetting(f"state {str(settings.state)!r}: {lost}. Give another folder.")
        self.clock = clock_named(settings.clock, not_before=float(self.store.fact(_NOW) or 0))
        self._kept_now = ""
        self.pacing = Pacing(self.clock, self.store)
        self.faults = Faults()
        self.journal = Journal()
        self.background = Background()
        self.objects = Objects(self.home.folder / "objects")
        self.identity = Identity(self.store.table(User), token_seconds=settings.token_seconds, keys=keys_of(self.store))
        self.engine = SqlEngine(self.home.scratch / "warehouse", settings.sql)
        self.datasets = self._new_datasets()
        self.searches = self._new_searches()
        self.jobs = Jobs(
            self.store.table(Job),
            clusters=self.grounds.clusters,
            clock=self.clock,
            background=self.background,
            seconds=settings.jobs,
            pacing=self.pacing,
        )
        self.pipelines = pipelines_of(self.seed)
        self.runs = Runs(
            self.store.table(RunRecord),
            clock=self.clock,
            background=self.background,
            seconds=settings.jobs,
            pacing=self.pacing,
        )
        self.evaluations = Evaluations(self.store.table(EvaluationRecord), folder=self.home.folder / "evaluations")
        self._plant()

    def _new_datasets(self) -> Datasets:
        return Datasets(
            self.store.table(DatasetRecord),
            self.store.table(VersionRecord),
            seed=self.seed,
            engine=self.engine,
            objects=self.objects,
            clock=self.clock,
            pacing=self.pacing,
            background=self.background,
            settings=self.settings,
        )

    def _new_searches(self) -> Searches:
        folder = self.home.scratch / "warehouse"
        return Searches(
            self.store.table(SearchRecord),
            engine=self.engine,
            images=ImageSearch(self.datasets, self.objects, folder, self.settings.images),
            libraries=libraries_of(self.seed),
            objects=self.objects,
            clock=self.clock,
            pacing=self.pacing,
            background=self.background,
            settings=self.settings,
            scratch=self.home.scratch,
        )

    @property
    def first_user(self) -> User:
        """The user whose token is handed out at the start."""
        return next(self.store.table(User).all())

    def _plant(self) -> None:
        for user in self.seed["users"]:
            self.store.table(User).put(User(**user))
        self.store.commit()
        self.engine.use_rows(seeded_rows(self.seed))
        self.datasets.load()

    def start(self) -> None:
        """Take up what was left unfinished. Called on the event loop."""
        self.searches.resume()
        self.datasets.resume()
        self.jobs.resume()
        self.runs.resume()

    async def reset(self) -> None:
        """Go back to the seed: running work ends, records, files, faults and paces go, ids start at 1.

        Tokens stay valid.
        """
        await self.background.cancel_all()
        self.faults.clear()
        self.journal.clear()
        self.pacing.clear()
        self.store.clear()
        self.objects.clear()
        self.jobs.forget()
        self.evaluations.clear()
        self._plant()

    async def stop(self) -> None:
        """End all running work, the processes of queries included."""
        await self.background.cancel_all()

    def set_pace(self, kind: WorkKind, pace: Pace) -> None:
        """Have one kind of work go on in another way, from its next states on. What waits for polls goes on at once."""
        was_by_polls = self.pacing.is_by_polls(kind)
        self.pacing.set(kind, pace)
        if kind == "run":
            self.runs.hurry()
        elif was_by_polls and kind in {"training", "quota_task"}:
            self.jobs.hurry(kind)

    async def advance(self, clock: ManualClock, seconds: float) -> None:
        """Turn the instance's clock on."""
        await clock.advance(seconds)
        self.store.keep_fact(_NOW, repr(clock.now()))

    def commit(self) -> None:
        """Make everything so far outlive the process, if there is a state folder. Before an answer of its own."""
        if self.store.is_dirty:
            self._keep_now()
            self.store.commit()

    async def committed(self) -> None:
        """Return when everything so far outlives the process, if there is a state folder. Before each answer."""
        if self.store.is_dirty:
            self._keep_now()
            await self.store.committed()

    def _keep_now(self) -> None:
        now = repr(self.clock.now())
        if now != self._kept_now:
            self.store.keep_fact(_NOW, now)
            self._kept_now = now

    def close(self) -> None:
        """Let go of the folder, and remove a temporary one; nothing of the instance works afterwards."""
        try:
            self.commit()
        finally:
            self.objects.close()
            self.home.close()

"""Handles of jobs: plain values that say which job, where, and how it was last seen. They pickle without secrets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar
from urllib.parse import quote, unquote

from aihub_api._runtime.rows import WaiterRow
from aihub_api.tables import WAITERS
from aihub_sdk._settings.environments import CUSTOM, check_environment
from aihub_sdk.errors import ConfigurationError, ErrorContext, InvalidRequest

from .values import JobAt

if TYPE_CHECKING:
    from aihub_sdk._calls.sessions import AsyncSession, SyncSession

__all__ = ["JobHandle", "Ref", "attached", "context_of", "parse_ref", "utc_datetime"]

S = TypeVar("S")
H = TypeVar("H", bound="JobHandle[Any]")


class Ref(NamedTuple):
    """A job's reference in its parts; as text `aihub://internal-test/search/42`."""

    environment: str
    kind: str
    id: str

    def __str__(self) -> str:
        return f"aihub://{self.environment}/{self.kind}/{quote(self.id, safe='')}"


def parse_ref(text: object, environment: str) -> Ref:
    """The parts of a reference that belongs to an environment.

    Raises:
        InvalidRequest: It is not a reference, or one of another environment, where the same id is another job.
    """
    scheme, _, rest = text.partition("://") if isinstance(text, str) else ("", "", "")
    parts = rest.split("/")
    if scheme != "aihub" or len(parts) != 3 or not all(parts):
        raise InvalidRequest(
            f"{text!r} is not the reference of a job.",
            field="ref",
            hint="A reference is aihub://<environment>/<kind>/<id>, as a handle's ref prints it.",
        )
    ref = Ref(parts[0], parts[1], unquote(parts[2]))
    if ref.environment != environment:
        raise InvalidRequest(
            f"{text} belongs to {ref.environment}, and this client to {environment}.",
            field="ref",
            hint=_where_it_belongs(ref.environment),
        )
    return ref


def _where_it_belongs(environment: str) -> str:
    if environment == CUSTOM:
        return "Attach it to a client with the base_url= that it was made with, and without env=."
    try:
        return f'Attach it to AIHub(env="{check_environment(environment, "the reference")}").'
    except ConfigurationError as error:
        return error.hint


def attached(cls: type[H], handle: object, session: SyncSession | AsyncSession) -> H:
    """The handle of a job that exists already, for a client: from a reference, or from a handle without a client.

    Raises:
        InvalidRequest: It is neither, or belongs to another environment or kind.
    """
    environment = session.terms.config.environment
    snapshot = handle.snapshot if isinstance(handle, JobHandle) else None
    ref = parse_ref(handle.ref if isinstance(handle, JobHandle) else handle, environment)
    if ref.kind != cls.kind or not (ref.id.isascii() and ref.id.isdecimal()):
        raise InvalidRequest(
            f"{ref} is not the reference of a {WAITERS[cls.kind].noun}.",
            field="ref",
            hint=f"It is aihub://<environment>/{cls.kind}/<number>.",
        )
    return cls(int(ref.id), environment, snapshot, _session=session)


def utc_datetime(milliseconds: int | None) -> datetime | None:
    """A time of the platform as an aware UTC datetime; None for none, which it sends as 0."""
    if not isinstance(milliseconds, int) or not milliseconds:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    except (OverflowError, OSError, ValueError):
        # A number that is no date is the server's affair; the snapshot keeps it.
        return None


@dataclass(frozen=True, repr=False)
class JobHandle(Generic[S]):
    """One job of the platform, and what is known about it.

    Two handles of the same job are equal, however they last saw it. A pickled handle keeps everything but its client:
    `hub.attach(handle)` gives it one again.

    Attributes:
        id: Id of the job, or its name where the platform knows it by name.
        environment: Name of the environment it lives in.
        snapshot: How it was last seen, None before the first look.
    """

    kind: ClassVar[str]

    id: int
    environment: str
    snapshot: S | None = field(default=None, compare=False, repr=False)
    _is_new: bool = field(default=False, compare=False, repr=False)
    _session: Any = field(default=None, compare=False, repr=False)

    @property
    def ref(self) -> str:
        """The reference that `hub.attach()` takes, today or tomorrow, here or elsewhere."""
        return str(Ref(self.environment, self.kind, str(self.id)))

    def __repr__(self) -> str:
        state = getattr(self.snapshot, self._row().state, None)
        seen = "" if state is None else f", status={state}"
        return f"{type(self).__name__}(id={self.id!r}, environment={self.environment!r}{seen})"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_session": None}

    def _seen(self: H, snapshot: Any) -> H:  # Self is in typing from Python 3.11 on
        """This handle with a newer look at the job."""
        return replace(self, snapshot=snapshot, _is_new=False)

    def _row(self) -> WaiterRow:
        return WAITERS[self.kind]

    def _job(self) -> JobAt:
        is_new = self._is_new and self.snapshot is None
        return JobAt(self._row(), self.id, self.ref, self.environment, is_new)

    def _repr_html_(self) -> str:
        from aihub_sdk._notebook import badge, facts_html  # noqa: PLC0415  # notebooks only

        row, snapshot, job = self._row(), self.snapshot, self._job()
        state = getattr(snapshot, row.state, None)
        tone = next((tone for tone in ("success", "failure", "stopped", "pending") if state in getattr(row, tone)), "")
        told = badge("not seen yet" if state is None else str(state), tone)
        said = job.said(snapshot) if job.said is not None and snapshot is not None else ""
        times = [(name, getattr(self, f"{name}_at", None)) for name in ("created", "started", "finished")]
        counts = [
            (fact, getattr(self, name, None)) for fact, name in (("files", "file_count"), ("bytes", "size_bytes"))
        ]
        facts = [
            ("name", str(getattr(self, "name", ""))),
            ("message", said),
            *((fact, f"{count:,}") for fact, count in counts if count),
            ("ref", self.ref),
            *((name, f"{at:%Y-%m-%d %H:%M:%S} UTC") for name, at in times if at is not None),
        ]
        return facts_html(f"<b>{escape(f'{row.noun} {self.id}')}</b> {told}", facts)

    def _attached(self) -> Any:
        """The session to ask.

        Raises:
            ConfigurationError: The handle was unpickled and has no client yet.
        """
        if self._session is None:
            raise ConfigurationError(
                f"{self.ref} was unpickled and belongs to no client yet.",
                setting="handle",
                hint="Give it one: hub.attach(handle).",
            )
        return self._session


def context_of(handle: JobHandle[Any]) -> ErrorContext:
    """Where a handle's errors happen."""
    row = WAITERS[handle.kind]
    return ErrorContext(service=row.service, operation=row.poll, environment=handle.environment)

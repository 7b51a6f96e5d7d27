"""The emulator in one's own process, or behind the command line."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from types import TracebackType

from aihub_emulator.app import app_of, relay_app_of
from aihub_emulator.clock import ManualClock
from aihub_emulator.control.pacing import Mode, WorkKind, pace_of
from aihub_emulator.control.plane import PREFIX
from aihub_emulator.faults import Faults
from aihub_emulator.instance import Instance
from aihub_emulator.network.certificate import Certificate, certificate_in
from aihub_emulator.network.server import ServerThread, Site, bind
from aihub_emulator.requests.journal import Entry
from aihub_emulator.settings import Settings, UnsupportedSetting

__all__ = ["Addresses", "Emulator"]

_LAST_PORT = 65535
_ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # recognised, not bound


@dataclass(frozen=True)
class Addresses:
    """Where a running emulator is reached, and with what.

    Attributes:
        base_url: All services.
        s3_url: The S3 relay, over TLS.
        control_url: The control plane.
        ca_file: Certificate to trust for `s3_url`.
        token: A token of the seed's first user.
        s3_token: The relay's token.
    """

    base_url: str
    s3_url: str
    control_url: str
    ca_file: str
    token: str
    s3_token: str


class Emulator:
    """AIHub on this machine, served by a thread of this process. Several may run at once and share nothing.

    Use it with `with`, or call `start` and `stop`.

    Args:
        settings: How it behaves.
        host: Address to listen on; anything but loopback lets other machines in.
        port: Port of all services; 0 takes a free one.
        s3_port: Port of the S3 relay; 0 takes a free one.

    Raises:
        UnsupportedSetting: A setting is unknown or not there yet, or a port or the host is none.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        s3_port: int = 0,
    ) -> None:
        if not host:
            raise UnsupportedSetting("host '': give an address of this machine, such as 127.0.0.1.")
        for number in (port, s3_port):
            if not 0 <= number <= _LAST_PORT:
                raise UnsupportedSetting(f"port {number}: give 0 to {_LAST_PORT}.")
        self._settings = settings or Settings()
        self._host = host
        self._ports = (port, s3_port)
        self._running: tuple[Instance, ServerThread, Addresses] | None = None

    def start(self) -> Addresses:
        """Serve, and return once requests are answered.

        Raises:
            OSError: A port is taken.
            UnsupportedSetting: The seed, the clock or the state folder cannot be used.
            RuntimeError: It runs already, or the server did not start.
        """
        if self._running is not None:
            raise RuntimeError("the emulator is running already")
        with ExitStack() as undo:
            instance = Instance(self._settings)
            undo.callback(instance.close)
            services, relay = (undo.enter_context(bind(self._host, port)) for port in self._ports)
            instance.services_port = services.getsockname()[1]
            name = _ANY_HOST.get(self._host, self._host)
            certificate = _certificate(instance, name)
            addresses = _addresses(instance, certificate, name, services, relay)
            thread = ServerThread(
                [
                    Site(app_of(instance), services, has_lifespan=True),
                    Site(relay_app_of(instance), relay, certificate=certificate),
                ]
            )
            thread.start()
            undo.pop_all()
        self._running = (instance, thread, addresses)
        return addresses

    def stop(self) -> None:
        """Stop serving, end running work, and remove a temporary folder. Does nothing when it is not running."""
        running, self._running = self._running, None
        if running is not None:
            running[1].stop()

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def addresses(self) -> Addresses:
        """Where it is reached, and with what.

        Raises:
            RuntimeError: It is not running.
        """
        return self._parts()[2]

    @property
    def base_url(self) -> str:
        """The address of all services."""
        return self.addresses.base_url

    @property
    def s3_url(self) -> str:
        """The address of the S3 relay, over TLS."""
        return self.addresses.s3_url

    @property
    def control_url(self) -> str:
        """The address of the control plane."""
        return self.addresses.control_url

    @property
    def ca_file(self) -> Path:
        """The certificate to trust for `s3_url`."""
        return Path(self.addresses.ca_file)

    @property
    def token(self) -> str:
        """A token of the seed's first user."""
        return self.addresses.token

    @property
    def s3_token(self) -> str:
        """The S3 relay's token."""
        return self.addresses.s3_token

    def issue_token(self, username: str, *, seconds: float | None = None) -> str:
        """A token of the user with this name, without a login.

        Args:
            username: Whose.
            seconds: How long it is valid, in real time; negative gives an expired one. None: as at a login.

        Raises:
            LookupError: There is no such user.
        """
        instance, thread, _ = self._parts()

        async def issue() -> str:
            return instance.identity.issue(instance.identity.user_named(username), seconds=seconds)

        return thread.call(issue())

    def reset(self) -> None:
        """Go back to the seed: running work ends, records and files go, ids start at 1, tokens stay valid."""
        instance, thread, _ = self._parts()
        thread.call(instance.reset())

    def advance(self, seconds: float) -> None:
        """Turn a manual clock on by `seconds`.

        Raises:
            RuntimeError: The clock runs by itself.
            ValueError: The clock would go back.
        """
        instance, thread, _ = self._parts()
        if not isinstance(instance.clock, ManualClock):
            raise RuntimeError("this clock runs by itself: use Settings(clock='manual')")
        thread.call(instance.advance(instance.clock, seconds))

    @property
    def faults(self) -> Faults:
        """The faults that it shows: add, count, assert and remove them here."""
        return self._parts()[0].faults

    def requests(self, operation: str | None = None) -> list[Entry]:
        """The last requests, oldest first; those for one operation, or all."""
        return self._parts()[0].journal.entries(operation)

    def expire_tokens(self) -> None:
        """Let every token that users hold expire now. The S3 relay's stays."""
        instance, thread, _ = self._parts()

        async def expire() -> None:
            instance.identity.expire_tokens()
            instance.commit()

        thread.call(expire())

    def set_transitions(self, kind: WorkKind, mode: Mode, *, seconds: float = 0.0, polls: int = 1) -> None:
        """Have one kind of work go from state to state in another way, from its next states on.

        Args:
            kind: Of what: `search`, `dataset_version`, `training`, `quota_task` or `run`.
            mode: `immediate`, after `seconds` in each state, after `polls` readings in each state, or as `usual`.
            seconds: On the emulator's clock.
            polls: How often each state is read before the next one comes.
        """
        instance, thread, _ = self._parts()
        sent = {"kind": kind, "mode": mode, "seconds": seconds, "polls": polls}

        async def set_pace() -> None:
            instance.set_pace(*pace_of(sent))
            instance.commit()

        thread.call(set_pace())

    def settle(self) -> None:
        """Return when all running work has ended: no search waits or runs any more.

        With a manual clock, work that waits for the clock has to be advanced past first.
        """
        instance, thread, _ = self._parts()
        thread.call(instance.background.settled())

    def catch_up(self) -> None:
        """Return when no query runs and no version is built any more, except for what waits for the clock.

        With a manual clock: after `advance`, so that what real time was needed for is done before the next look.
        """
        instance, thread, _ = self._parts()
        thread.call(instance.background.caught_up())

    def _parts(self) -> tuple[Instance, ServerThread, Addresses]:
        if self._running is None:
            raise RuntimeError("the emulator is not running: use it with `with`, or call start()")
        return self._running


def _certificate(instance: Instance, host: str) -> Certificate:
    folder = instance.home.folder
    try:
        return certificate_in(folder, sorted({"localhost", "127.0.0.1", "::1", host}))
    except OSError as error:
        raise UnsupportedSetting(f"state {str(folder)!r}: {error}. Give another folder.") from error


def _addresses(instance: Instance, certificate: Certificate, host: str, services: socket, relay: socket) -> Addresses:
    shown = f"[{host}]" if ":" in host else host
    base_url = f"http://{shown}:{services.getsockname()[1]}"
    return Addresses(
        base_url=base_url,
        s3_url=f"https://{shown}:{relay.getsockname()[1]}",
        control_url=f"{base_url}{PREFIX}",
        ca_file=str(certificate.ca_file),
        token=instance.identity.issue(instance.first_user),
        s3_token=instance.identity.relay_token,
    )

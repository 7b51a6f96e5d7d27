"""What both clients are before anything is sent."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from ._settings.config import Config, resolve
from ._settings.secrets import SecretArguments

if TYPE_CHECKING:
    from ._calls.core import Clock, Terms

__all__ = ["Hub"]

H = TypeVar("H", bound="Hub")
P = TypeVar("P")


class Hub:
    """The settings of a client, and its parts, which are made when they are first needed.

    Making a client sends nothing, opens nothing and loads no HTTP library.
    """

    def __init__(
        self,
        *,
        env: str | None = None,
        base_url: str | None = None,
        services: Mapping[str, str] | None = None,
        token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        profile: str | None = None,
        s3_token: str | None = None,
        s3_verify: bool | str | os.PathLike[str] | None = None,
        timeout: float | timedelta | None = None,
        max_retries: int | None = None,
        strict: bool | None = None,
    ) -> None:
        config = resolve(
            env=env,
            base_url=base_url,
            services=services,
            token=token,
            username=username,
            password=password,
            profile=profile,
            s3_token=s3_token,
            s3_verify=s3_verify,
            timeout=timeout,
            max_retries=max_retries,
            strict=strict,
        )
        if config.s3_verify is False:
            words = "s3_verify=False: whoever answers in the S3 relay's place gets the files and the relay's token."
            # Where the client is made, so that the line that has to change is the one that is named.
            warnings.warn(words, UserWarning, stacklevel=2)
        self._set_up(config)

    @classmethod
    def _from_config(  # Self is in typing from Python 3.11 on
        cls: type[H],
        config: Config,
        *,
        transport: Any = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Any] | None = None,
    ) -> H:
        """A client for tests.

        Args:
            transport: An httpx transport, such as `httpx.MockTransport`, that answers every request.
            clock: Time and chance.
            sleep: Does the waiting; awaited by the async client.
        """
        hub = cls.__new__(cls)
        hub._set_up(config, transport, clock, sleep)  # noqa: SLF001  # a second constructor
        return hub

    def _set_up(
        self,
        config: Config,
        transport: Any = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Any] | None = None,
    ) -> None:
        self._config = config
        self._transport = transport
        self._clock = clock
        self._sleep = sleep
        self._parts: dict[str, Any] = {}

    @property
    def config(self) -> Config:
        """The settings: `print(hub.config.explain())` shows each value and where it came from, secrets hidden."""
        return self._config

    def with_options(
        self: H,
        *,
        timeout: float | timedelta | None = None,
        max_retries: int | None = None,
        strict: bool | None = None,
        token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        s3_token: str | None = None,
    ) -> H:
        """Another client with some settings changed, over the same connections. Sends nothing.

        It shares this client's login too, both ways, unless it is given a token or a login of its own. What is None
        stays as it is here. Where the platform is, and whom to trust there, takes a client of its own.

        Each of the two is closed on its own, and closing one leaves the other as it is. The connections belong to both
        and are closed with the last one; a client that nothing refers to any more counts as closed, so
        `hub.with_options(timeout=5).searches.get(7)` needs no closing.

        Args:
            timeout: Seconds that one call may take in all.
            max_retries: How often a call may be sent again.
            strict: Whether an answer that does not fit the spec is an error.
            token: JWT of another user.
            username: Another user to log in as; needs `password`.
            password: Password of that user.
            s3_token: Token of the S3 relay.

        Raises:
            ConfigurationError: A value cannot be used, or this client is closed.
        """
        secrets = SecretArguments(token, username, password, s3_token)
        config = self._config.changed(secrets, timeout=timeout, max_retries=max_retries, strict=strict)
        twin = type(self).__new__(type(self))
        twin._set_up(config, self._transport, self._clock, self._sleep)  # noqa: SLF001  # another one of this class
        session = self._session
        twin._part("session", lambda: session.on(session.terms.changed(config), twin))  # noqa: SLF001  # as above
        return twin

    @property
    def _session(self) -> Any:
        """What sends this client's calls."""
        raise NotImplementedError

    def _part(self, name: str, make: Callable[[], P]) -> P:
        part: P | None = self._parts.get(name)
        if part is None:
            # Of two threads that come here first, both must go on with the same part.
            part = self._parts.setdefault(name, make())
        return part

    def _terms(self) -> Terms:
        from ._auth.identity import Identity  # noqa: PLC0415  # as above
        from ._calls.core import Clock, Terms  # noqa: PLC0415  # loads the decoders; a client that calls nothing does not
        from ._calls.tracing import find_spans  # noqa: PLC0415  # as above

        identity, clock = Identity(self._config.token_source), self._clock or Clock()
        return Terms(self._config, identity, clock, spans=find_spans())

    def __repr__(self) -> str:
        return f"{type(self).__name__}(env={self._config.environment!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickled client keeps its settings without their secrets, and none of its connections.
        return _restored, (type(self), self._config)


def _restored(cls: type[H], config: Config) -> H:
    return cls._from_config(config)  # the constructor would look for settings again

"""Where the bearer token of a call comes from: given, read from a file, or got by logging in (`login`).

A source is asked before every call, so that a token that is known to be dead fails before anything is sent.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from aihub_sdk.errors import AuthenticationError, ConfigurationError

from .jwt import lifetime_of, utc

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["ANOTHER_TOKEN", "GivenToken", "TokenFile", "TokenSource", "absent_token", "checked_token", "expiry_words"]

LARGEST_TOKEN_FILE = 64 * 1024
ANOTHER_TOKEN = "Get a new token, or pass username=… and password=… to log in automatically."  # noqa: S105  # advice


class TokenSource(Protocol):
    """What a client asks for tokens: `GivenToken` or `LoginToken`."""

    @property
    def origin(self) -> str:
        """Where the tokens come from, such as `AI_HUB_TOKEN`."""

    @property
    def can_renew(self) -> bool:
        """Whether `renew` gets a new token by logging in."""

    def current(self) -> str | None:
        """The token to send now, or None when `renew` has to be called first.

        Raises:
            AuthenticationError: There is no token, or it has expired, and logging in is not possible.
            ConfigurationError: What was found cannot be a token.
        """

    def refused(self, token: str) -> None:
        """Take note that the server answered 401 to `token`; `current` may give another one afterwards."""

    def renew(
        self, send_login: Callable[[str, str], str], *, stale: str | None = None, within: float | None = None
    ) -> str:
        """A token that is not `stale`, from one login however many threads and tasks ask at the same time.

        Args:
            send_login: Sends the login for a user name and a password, and returns the token.
            stale: The token that no longer works.
            within: Seconds to wait for a login that somebody else has sent.

        Raises:
            AuthenticationError: This source cannot log in.
            CallTimeout: Somebody else's login was not answered in time.
            AIHubError: What `send_login` raised; those who waited for that login get the same.
        """

    async def renew_async(
        self, send_login: Callable[[str, str], Awaitable[str]], *, stale: str | None = None, within: float | None = None
    ) -> str:
        """`renew` for asyncio: the same, without blocking the loop."""

    def describe(self) -> str:
        """What there is, for people, without the token. Never raises an SDK error."""


def checked_token(value: str, origin: str, *, setting: str = "token") -> str:
    """The token, if it can stand in a header.

    Raises:
        ConfigurationError: It is empty or not text, or has blanks, line breaks or characters outside ASCII.
    """
    hint = "Give the token alone: no quotes, no line break at its end, no word such as Bearer before it."
    text: object = value
    if not isinstance(text, str) or not text:
        raise ConfigurationError(f"The {setting} from {origin} is empty or not text.", setting=setting, hint=hint)
    # Anything else would end the header, or start another one.
    if not value.isascii() or any(c <= " " or c == "\x7f" for c in value):
        problem = "has blanks, line breaks or characters outside ASCII"
        raise ConfigurationError(f"The {setting} from {origin} {problem}.", setting=setting, hint=hint)
    if value[0] == value[-1] and value[0] in {"'", '"'}:
        raise ConfigurationError(f"The {setting} from {origin} is in quotes.", setting=setting, hint=hint)
    return value


def expiry_words(token: str, now: float) -> str:
    """Whether and when a token expires, for people."""
    expires_at = lifetime_of(token).expires_at
    if expires_at is None:
        return "expiry unknown"
    return f"{'expired' if expires_at <= now else 'expires'} {utc(expires_at)}"


def absent_token(looked_at: tuple[str, ...]) -> Callable[[], str]:
    """A reader for `GivenToken` that says where a token was looked for."""

    def read() -> str:
        hint = (
            f"Looked at: {'; '.join(looked_at)}. Set AI_HUB_TOKEN, pass token=…, pass username=… and password=…, or "
            "run aihub login (a workflow node has AI_HUB_TOKEN set by the platform)."
        )
        raise AuthenticationError("There is no token for this call.", hint=hint)

    return read


class TokenFile:
    """Reads a token from a file, again whenever the file has changed. Blanks around the token do not count."""

    def __init__(self, path: str, origin: str) -> None:
        self._path = path
        self._origin = origin
        self._read: tuple[tuple[int, ...], str] | None = None

    def __call__(self) -> str:
        """The token that the file holds now.

        Raises:
            AuthenticationError: The file cannot be read.
            ConfigurationError: Its content cannot be a token.
        """
        try:
            facts = os.stat(self._path)  # noqa: PTH116  # asked before every call: pathlib costs ten times as much
            # One that was replaced within one tick of the clock mostly differs in size or inode.
            signature = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
            read = self._read
            if read is None or read[0] != signature:
                read = self._read = (signature, self._content())
        except OSError as error:
            problem = f"The token file {self._path} cannot be read: {error.strerror or error}."
            hint = f"{self._origin} names it; write the token there, or name another file."
            raise AuthenticationError(problem, source=self._origin, hint=hint) from error
        return read[1]

    def forget(self) -> None:
        """Read the file again next time, whatever its dates say."""
        self._read = None

    def _content(self) -> str:
        with open(self._path, "rb") as file:  # noqa: PTH123  # pathlib is not needed for one read
            content = file.read(LARGEST_TOKEN_FILE)
        text = content.decode("utf-8-sig", errors="replace").strip()
        return checked_token(text, f"the file {self._path}")


class GivenToken:
    """A token that somebody else obtained. It is refused here once it has expired.

    Args:
        origin: Where it comes from, for messages.
        read: Gives the token, or raises.
        now: Seconds since the epoch.
        remedy: What to do when it has expired.
    """

    can_renew = False

    def __init__(
        self,
        origin: str,
        read: Callable[[], str],
        now: Callable[[], float],
        *,
        remedy: str = ANOTHER_TOKEN,
    ) -> None:
        self.origin = origin
        self._read = read
        self._now = now
        self._remedy = remedy
        self._known: tuple[str, float | None] = ("", None)

    def current(self) -> str:
        """The token. See `TokenSource.current`."""
        token, expires_at = self._look()
        if expires_at is not None and expires_at <= self._now():
            # A file that was replaced within one tick of the clock shows it only when it is read.
            self.refused(token)
            token, expires_at = self._look()
        if expires_at is not None and expires_at <= self._now():
            raise AuthenticationError(
                f"The token from {self.origin} expired at {utc(expires_at)}.",
                source=self.origin,
                hint=f"Nothing was sent. {self._remedy}",
            )
        return token

    def _look(self) -> tuple[str, float | None]:
        token = self._read()
        if self._known[0] != token:
            self._known = (token, lifetime_of(token).expires_at)
        return self._known

    def refused(self, token: str) -> None:  # noqa: ARG002  # part of TokenSource; only a login keeps tokens apart
        """A file is read again next time; any other token stays what it is."""
        forget = getattr(self._read, "forget", None)
        if forget is not None:
            forget()

    def renew(
        self,
        send_login: Callable[[str, str], str],  # noqa: ARG002  # as above
        *,
        stale: str | None = None,  # noqa: ARG002  # as above
        within: float | None = None,  # noqa: ARG002  # as above
    ) -> str:
        """Always an error. See `TokenSource.renew`."""
        raise self._cannot_renew()

    async def renew_async(
        self,
        send_login: Callable[[str, str], Awaitable[str]],  # noqa: ARG002  # part of TokenSource
        *,
        stale: str | None = None,  # noqa: ARG002  # part of TokenSource
        within: float | None = None,  # noqa: ARG002  # part of TokenSource
    ) -> str:
        """Always an error. See `TokenSource.renew`."""
        raise self._cannot_renew()

    def _cannot_renew(self) -> AuthenticationError:
        return AuthenticationError(
            f"The token from {self.origin} cannot be renewed: there is no user name and password to log in with.",
            source=self.origin,
            hint="Get a new token, or pass username=… and password=….",
        )

    def describe(self) -> str:
        """See `TokenSource.describe`."""
        try:
            return f"(hidden), {expiry_words(self._read(), self._now())}"
        except (AuthenticationError, ConfigurationError) as error:
            return f"none: {error.message}"

"""A bearer token that is got by logging in: kept while it lives, renewed by one caller for all."""

from __future__ import annotations

import copy
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from aihub_sdk.errors import AIHubError, CallTimeout, ErrorContext

from .jwt import lifetime_of, utc
from .sources import checked_token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Future

    from .saved_logins import SavedLogins

__all__ = ["LoginToken"]

# Renewed this long before its end (a tenth of its life, if that is less), so that it does not die on its way.
RENEWAL_MARGIN = 30.0


class LoginToken:
    """Logs in when there is no live token. Safe to share between threads, tasks and event loops.

    One login serves all who ask while it is under way; when it fails, all of them get its error, so that a wrong
    password is tried once and not once a thread.

    Args:
        origin: Where user name and password come from, for messages.
        username: The user to log in as.
        password: Their password.
        now: Seconds since the epoch.
        saved: Where tokens are kept for other programs of this user, and found when those have logged in; None keeps
            them in memory alone.
    """

    can_renew = True

    def __init__(
        self, origin: str, username: str, password: str, now: Callable[[], float], *, saved: SavedLogins | None = None
    ) -> None:
        self.origin = origin
        self._username = username
        self._password = password
        self._now = now
        self._saved = saved
        self._token: str | None = None
        self._ends_at: float | None = None
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._lock = threading.Lock()
        self._renewal: Future[str | None] | None = None
        self._process = os.getpid()

    def current(self) -> str | None:
        """The token of the last login while it lives, else None. See `TokenSource.current`."""
        token = self._token
        if token is None or (self._ends_at is not None and self._now() >= self._ends_at):
            return None
        return token

    def refused(self, token: str) -> None:
        """Forget the token, unless another one has taken its place already."""
        self._leave_the_parent()
        with self._lock:
            if self._token == token:
                self._token = None
        if self._saved is not None:
            # One that cannot be removed is refused again by whoever finds it, and costs them a login.
            with suppress(OSError):
                self._saved.forget(self._username, token=token)

    def renew(
        self, send_login: Callable[[str, str], str], *, stale: str | None = None, within: float | None = None
    ) -> str:
        """A token that is not `stale`. See `TokenSource.renew`."""
        from concurrent.futures import TimeoutError as NotInTime  # noqa: PLC0415  # as in _join

        while True:
            joined = self._join(stale)
            if isinstance(joined, str):
                return joined
            if joined is not None:
                try:
                    token = joined.result(within)
                except AIHubError as error:
                    raise _own_copy(error) from error
                except NotInTime as error:
                    raise _not_in_time(within) from error
                if token is not None:
                    return token
                continue
            try:
                return self._succeed(send_login(self._username, self._password))
            except BaseException as error:
                self._fail(error)
                raise

    async def renew_async(
        self, send_login: Callable[[str, str], Awaitable[str]], *, stale: str | None = None, within: float | None = None
    ) -> str:
        """`renew` for asyncio. See `TokenSource.renew_async`."""
        import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

        while True:
            joined = self._join(stale)
            if isinstance(joined, str):
                return joined
            if joined is not None:
                try:
                    token = await asyncio.wait_for(asyncio.wrap_future(joined), within)
                except AIHubError as error:
                    raise _own_copy(error) from error
                except asyncio.TimeoutError as error:
                    raise _not_in_time(within) from error
                if token is not None:
                    return token
                continue
            try:
                return self._succeed(await send_login(self._username, self._password))
            except BaseException as error:
                self._fail(error)
                raise

    def _leave_the_parent(self) -> None:
        if self._process != os.getpid():
            # A login that was under way in the parent never ends in its forked child, nor is its lock released.
            self._start_afresh()

    def _join(self, stale: str | None) -> str | Future[str | None] | None:
        """A live token, or a login under way to wait for, or None: the caller is the one to log in."""
        from concurrent.futures import Future  # noqa: PLC0415  # 5 ms that only clients which log in pay

        self._leave_the_parent()
        with self._lock:
            token = self.current()
            if token is not None and token != stale:
                return token
            if self._renewal is not None:
                return self._renewal
            token = self._saved_token(stale)
            if token is not None:
                return token
            self._renewal = Future()
            # Without this a cancelled task would cancel the login for everybody who waits for it.
            self._renewal.set_running_or_notify_cancel()
            return None

    def _succeed(self, token: str) -> str:
        checked_token(token, "the login")
        with self._lock:
            self._token, self._ends_at = token, _usable_until(token, self._now())
            renewal, self._renewal = self._renewal, None
        if renewal is not None:
            renewal.set_result(token)
        if self._saved is not None:
            _keep(self._saved, self._username, token)
        return token

    def _saved_token(self, stale: str | None) -> str | None:
        """A live token that another program has got, taken over."""
        found = None if self._saved is None else self._saved.find(self._username)
        if found is None or found.token == stale:
            return None
        ends_at = _usable_until(found.token, found.saved_at)
        if ends_at is not None and self._now() >= ends_at:
            return None
        self._token, self._ends_at = found.token, ends_at
        return found.token

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            renewal, self._renewal = self._renewal, None
        if renewal is None:
            return
        if isinstance(error, AIHubError):
            renewal.set_exception(error)
        else:
            # Cancelled or interrupted: that is this caller's affair, another one takes over.
            renewal.set_result(None)

    def describe(self) -> str:
        """See `TokenSource.describe`."""
        token = self.current()
        state = "not logged in yet" if token is None else "logged in"
        if token is not None and self._ends_at is not None:
            state += f", renewed after {utc(self._ends_at)}"
        return f"login as {self._username}, {state}"


def _keep(saved: SavedLogins, username: str, token: str) -> None:
    try:
        saved.save(username, token)
    except OSError as error:
        import logging  # noqa: PLC0415  # 5 ms that making a client does not pay

        log = logging.getLogger("aihub_sdk")
        log.warning("the login could not be kept in %s: %s", saved.folder, error.strerror)


def _usable_until(token: str, now: float) -> float | None:
    """When a token that was made just now should be renewed; None when only the server can tell."""
    life = lifetime_of(token)
    if life.expires_at is None:
        return None
    # Measured by the server's own clock where it says when it made the token: ours may be off.
    seconds = life.expires_at - (now if life.issued_at is None else life.issued_at)
    # Dead on arrival is the clocks' fault.
    return now + seconds - min(RENEWAL_MARGIN, seconds / 10) if seconds > 0 else None


def _not_in_time(seconds: float | None) -> CallTimeout:
    message = f"A login that another call has sent was not answered within {seconds or 0:g} s."
    context = ErrorContext("user_system", "login")
    return CallTimeout(message, timeout=seconds, context=context, hint="Allow more time with timeout=.")


def _own_copy(error: AIHubError) -> AIHubError:
    # One instance raised in several threads would collect the tracebacks of all of them.
    return copy.copy(error)

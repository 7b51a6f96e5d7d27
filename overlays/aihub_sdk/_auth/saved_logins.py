"""Tokens of logins, kept in files of the user's own so that the next program need not log in: never a password.

Each is for one user at one address of one environment; a token of the real platform is never found for another.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from aihub_sdk.errors import ConfigurationError

from .sources import checked_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import NoReturn

__all__ = ["SavedLogin", "SavedLogins", "SavedToken", "logins_folder"]

_LARGEST_FILE = 64 * 1024


class SavedLogin(NamedTuple):
    """What a file holds.

    Attributes:
        username: Who logged in.
        token: The JWT that this gave.
        saved_at: When, in seconds since the epoch.
    """

    username: str
    token: str
    saved_at: float

    def __repr__(self) -> str:
        return f"SavedLogin({self.username!r})"


def logins_folder(environ: Mapping[str, str]) -> str:
    """Where logins are kept: below `XDG_CACHE_HOME` or `~/.cache`, on Windows below `LOCALAPPDATA`."""
    folder = environ.get("LOCALAPPDATA", "") if os.name == "nt" else environ.get("XDG_CACHE_HOME", "")
    # The XDG specification has relative paths ignored: they would depend on where a program is started.
    if not os.path.isabs(folder):  # noqa: PTH117  # pathlib costs more than all else that a client's settings do
        folder = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118  # as above
    return os.path.join(folder, "aihub", "logins")  # noqa: PTH118  # as above


class SavedLogins:
    """The logins that are kept for one address of one environment.

    Args:
        folder: Where the files are; made when the first one is written.
        environment: Name of the environment.
        address: Address of its user system.
        now: Seconds since the epoch.
    """

    def __init__(self, folder: str, environment: str, address: str, now: Callable[[], float]) -> None:
        self.folder = folder
        self._place = (environment, address)
        self._now = now

    def find(self, username: str | None = None) -> SavedLogin | None:
        """The login of a user, or whichever is the latest; None when there is none that can be used.

        A file that others may read or write does not count.
        """
        if username is not None:
            return self._read(self._file(username))
        found = (login for file in self._files() if (login := self._read(file)) is not None)
        return max(found, key=lambda login: login.saved_at, default=None)

    def save(self, username: str, token: str) -> None:
        """Keep a token in a file that only its owner may read, in place of the user's last one.

        Raises:
            OSError: It cannot be written.
        """
        import json  # noqa: PLC0415  # only programs that log in pay for it
        import secrets  # noqa: PLC0415  # as above

        environment, address = self._place
        facts = {"environment": environment, "address": address, "username": username, "token": token}
        text = json.dumps({**facts, "saved_at": self._now()}, indent=1)
        file = self._file(username)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = file.with_name(f"{file.stem}.{secrets.token_hex(4)}.new")
        try:
            # Not touched into being and narrowed afterwards: it is closed to others from its first moment.
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                out.write(text)
            aside.replace(file)
        finally:
            aside.unlink(missing_ok=True)

    def forget(self, username: str | None = None, *, token: str | None = None) -> list[str]:
        """Remove the login of a user, or of all users; with `token`, only where that is what is kept.

        Returns:
            The users whose logins were removed.

        Raises:
            OSError: A file cannot be removed.
        """
        removed = []
        for file in self._files() if username is None else [self._file(username)]:
            login = self._read(file)
            if login is not None and token in {None, login.token}:
                file.unlink(missing_ok=True)
                removed.append(login.username)
        return sorted(removed)

    def _file(self, username: str) -> Path:
        import hashlib  # noqa: PLC0415  # loads OpenSSL's bindings; only programs that log in pay for it
        import json  # noqa: PLC0415  # as above
        from pathlib import Path  # noqa: PLC0415  # as above

        # A name that says neither who nor where, and that no user name can lead out of the folder.
        key = json.dumps([*self._place, username]).encode()
        return Path(self.folder, f"{hashlib.sha256(key).hexdigest()[:32]}.json")

    def _files(self) -> Iterator[Path]:
        from pathlib import Path  # noqa: PLC0415  # as above

        folder = Path(self.folder)
        if folder.is_dir():
            yield from sorted(folder.glob("*.json"))

    def _read(self, file: Path) -> SavedLogin | None:
        import json  # noqa: PLC0415  # as above

        try:
            # A link could lead to another user's file, or to a device that never ends.
            with os.fdopen(os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as source:
                if os.name != "nt" and os.fstat(source.fileno()).st_mode & 0o077:
                    return None
                facts = json.loads(source.read(_LARGEST_FILE))
            if (facts["environment"], facts["address"]) != self._place:
                return None
            token = checked_token(facts["token"], "a saved login")
            return SavedLogin(str(facts["username"]), token, float(facts["saved_at"]))
        except (OSError, ValueError, LookupError, TypeError, ConfigurationError):
            # It is a cache: what cannot be understood is as good as absent.
            return None


class SavedToken:
    """Reads the token of a saved login, once until it is forgotten.

    Args:
        logins: Where to look.
        username: Whose it is; the latest login's when None.
        absent: Raises what is to be said when there is none.
    """

    def __init__(self, logins: SavedLogins, username: str | None, absent: Callable[[], NoReturn]) -> None:
        self._logins = logins
        self._username = username
        self._absent = absent
        self._login: SavedLogin | None = None

    def __call__(self) -> str:
        """The token.

        Raises:
            AuthenticationError: There is none.
        """
        login = self._login
        if login is None:
            login = self._login = self._logins.find(self._username)
        if login is None:
            self._absent()
        return login.token

    def forget(self) -> None:
        """Look again next time: the user may have logged in anew meanwhile."""
        self._login = None

"""Which token a client sends, and which one for the S3 relay; without reading or showing more than is needed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from aihub_sdk._auth.login import LoginToken
from aihub_sdk._auth.saved_logins import SavedLogins, SavedToken, logins_folder
from aihub_sdk._auth.sources import ANOTHER_TOKEN, GivenToken, TokenFile, TokenSource, absent_token, checked_token
from aihub_sdk.errors import AuthenticationError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NoReturn

    from .places import Place
    from .profiles import Profile

__all__ = ["SecretArguments", "Secrets", "changed_secrets", "find_secrets", "token_notes"]

_UNSET = "Unset AI_HUB_TOKEN: while it is set, AI_HUB_TOKEN_FILE is not read."
_UNREAD = "AI_HUB_TOKEN_FILE is not read, because AI_HUB_TOKEN is set and comes first."


class SecretArguments(NamedTuple):
    """What the caller passed."""

    token: str | None = None
    username: str | None = None
    password: str | None = None
    s3_token: str | None = None

    def __repr__(self) -> str:
        return f"SecretArguments({', '.join(self.names)})"

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments that were passed."""
        return tuple(name for name, value in zip(self._fields, self, strict=True) if value is not None)


class Secrets(NamedTuple):
    """The client's token source, and the relay's token with its origin (`""` when there is none)."""

    token_source: TokenSource
    s3_token: str | None
    s3_origin: str

    def __repr__(self) -> str:
        return f"Secrets(token from {self.token_source.origin}, s3_token from {self.s3_origin or 'nowhere'})"


def find_secrets(
    given: SecretArguments,
    place: Place,
    profiles_looked_at: str,
    environ: Mapping[str, str],
    now: Callable[[], float],
) -> Secrets:
    """The first token that is given: argument, login argument, variable, file, profile, `aihub login`.

    Raises:
        ConfigurationError: A secret cannot be used: half a login, two ways at once, not a header's text, or in a
            file that others may read.
    """
    source = _from_arguments(given, now) or _from_variables(environ, now)
    for profile in place.profiles:
        source = source or _from_profile(profile, place, environ, now)
    source = source or _from_saved_login(place, environ, now)
    if source is None:
        looked_at = (
            "the arguments token, username and password",
            "the variables AI_HUB_TOKEN and AI_HUB_TOKEN_FILE",
            profiles_looked_at,
            *(f"{each.origin} is for {each.place} and was left out" for each in place.left_out),
            f"the logins in {logins_folder(environ)}",
        )
        source = GivenToken("nowhere", absent_token(looked_at), now)
    return Secrets(source, *_s3_token(given, place, environ))


def changed_secrets(secrets: Secrets, given: SecretArguments) -> Secrets:
    """The secrets with those replaced that are given.

    Raises:
        ConfigurationError: As `find_secrets`.
    """
    source = _from_arguments(given, time.time) or secrets.token_source
    if given.s3_token is None:
        return secrets._replace(token_source=source)
    token = checked_token(given.s3_token, "argument s3_token", setting="s3_token")
    return Secrets(source, token, "argument s3_token")


def token_notes(environ: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence, when two variables give a token and one of them is not used."""
    return (_UNREAD,) if environ.get("AI_HUB_TOKEN") and environ.get("AI_HUB_TOKEN_FILE") else ()


def _from_arguments(given: SecretArguments, now: Callable[[], float]) -> TokenSource | None:
    if given.token is not None:
        if given.username is not None or given.password is not None:
            hint = "Pass token=… alone, or username=… and password=…."
            problem = "There is a token and a login: it is not clear which one to use."
            raise ConfigurationError(problem, setting="token", hint=hint)
        return _fixed(given.token, "argument token", now)
    return _login(given.username, given.password, "the arguments username and password", now)


def _from_variables(environ: Mapping[str, str], now: Callable[[], float]) -> TokenSource | None:
    if environ.get("AI_HUB_TOKEN"):
        # In a workflow node the platform sets it, and whoever sets the other one wants the other one.
        remedy = _UNSET if token_notes(environ) else ANOTHER_TOKEN
        return _fixed(environ["AI_HUB_TOKEN"], "AI_HUB_TOKEN", now, remedy)
    if environ.get("AI_HUB_TOKEN_FILE"):
        return _file(environ["AI_HUB_TOKEN_FILE"], "AI_HUB_TOKEN_FILE", ".", now)
    return None


def _from_profile(
    profile: Profile, place: Place, environ: Mapping[str, str], now: Callable[[], float]
) -> TokenSource | None:
    token = profile.secret("token")
    if token is not None:
        return _fixed(token, profile.origin, now)
    if "token_file" in profile.settings:
        folder = os.path.dirname(profile.path)  # noqa: PTH120  # pathlib costs more than all else that is done here
        return _file(profile.settings["token_file"], profile.origin, folder, now)
    username, password = profile.settings.get("username"), profile.secret("password")
    saved = _saved_logins(place, environ, now) if username else None
    if saved is not None and password is None:
        return _saved_token(saved, username, profile.origin, f"aihub login --profile {profile.name}", now)
    return _login(username, password, profile.origin, now, saved=saved)


def _from_saved_login(place: Place, environ: Mapping[str, str], now: Callable[[], float]) -> TokenSource | None:
    """The latest login with `aihub login`, if there was one for this environment."""
    if not os.path.isdir(logins_folder(environ)):  # noqa: PTH112  # pathlib costs more than all else that is done here
        return None
    saved = _saved_logins(place, environ, now)
    if saved is None or saved.find() is None:
        return None
    return _saved_token(saved, None, "aihub login", "aihub login", now)


def _saved_logins(place: Place, environ: Mapping[str, str], now: Callable[[], float]) -> SavedLogins | None:
    address = place.addresses.get("user_system")
    if address is None:
        return None
    return SavedLogins(logins_folder(environ), place.environment.value, address.value, now)


def _saved_token(
    saved: SavedLogins, username: str | None, origin: str, command: str, now: Callable[[], float]
) -> TokenSource:
    def absent() -> NoReturn:
        whose = f"of {username} " if username else ""
        problem = f"There is no login {whose}for this environment in {saved.folder}."
        raise AuthenticationError(problem, source=origin, hint=f"Log in: {command}")

    reader = SavedToken(saved, username, absent)
    return GivenToken(f"{origin} (saved login)", reader, now, remedy=f"Log in again: {command}")


def _fixed(token: str, origin: str, now: Callable[[], float], remedy: str = ANOTHER_TOKEN) -> TokenSource:
    checked = checked_token(token, origin)
    return GivenToken(origin, lambda: checked, now, remedy=remedy)


def _file(path: str, origin: str, folder: str, now: Callable[[], float]) -> TokenSource:
    # Absolute from the start: a program may change its folder later.
    absolute = os.path.abspath(os.path.join(folder, os.path.expanduser(path)))  # noqa: PTH100, PTH111, PTH118  # as above
    return GivenToken(f"{origin} ({absolute})", TokenFile(absolute, origin), now)


def _login(
    username: object, password: object, origin: str, now: Callable[[], float], *, saved: SavedLogins | None = None
) -> TokenSource | None:
    if username is None and password is None:
        return None
    if not (isinstance(username, str) and isinstance(password, str) and username and password):
        missing = "password" if username else "username"
        problem = f"A login needs a user name and a password: the {missing} is missing or empty (from {origin})."
        raise ConfigurationError(problem, setting=missing, hint="Give both, or a token instead.")
    return LoginToken(origin, username, password, now, saved=saved)


def _s3_token(given: SecretArguments, place: Place, environ: Mapping[str, str]) -> tuple[str | None, str]:
    if given.s3_token is not None:
        return checked_token(given.s3_token, "argument s3_token", setting="s3_token"), "argument s3_token"
    if environ.get("AI_HUB_S3_TOKEN"):
        return checked_token(environ["AI_HUB_S3_TOKEN"], "AI_HUB_S3_TOKEN", setting="s3_token"), "AI_HUB_S3_TOKEN"
    for profile in place.profiles:
        token = profile.secret("s3_token")
        if token is not None:
            return checked_token(token, profile.origin, setting="s3_token"), profile.origin
    return None, ""

"""Profiles: named sets of settings in one file, `~/.config/aihub/config.toml`.

[profiles.default]
env = "internal-test"
token_file = "~/.aihub-token"

[profiles.lab]
base_url = "https://gateway.lab.example"
username = "me"
password = "…"
services = { quota_schedule = "http://10.0.0.1:30081" }
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from aihub_sdk.errors import ConfigurationError

from .environments import CUSTOM, check_environment, check_service, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT_PROFILE", "Profile", "Profiles", "config_path", "read_profiles"]

DEFAULT_PROFILE = "default"

KEYS: dict[str, tuple[type, ...]] = {
    "env": (str,),
    "base_url": (str,),
    "services": (dict,),
    "token": (str,),
    "token_file": (str,),
    "username": (str,),
    "password": (str,),
    "s3_token": (str,),
    "s3_ca_file": (str,),
    "s3_fingerprint": (str,),
    "timeout": (int, float),
    "max_retries": (int,),
    "strict": (bool,),
}
SECRETS = frozenset({"token", "password", "s3_token"})


class Profile(NamedTuple):
    """One profile's settings as they stand in the file.

    Attributes:
        name: The profile's name.
        path: The file.
        settings: Its settings by key, each of the right type.
        open_mode: The file's mode when others than its owner may read or write it, else None.
    """

    name: str
    path: str
    settings: dict[str, Any]
    open_mode: int | None

    def __repr__(self) -> str:
        # A profile turns up among a traceback's variables; its values may be secrets.
        return f"Profile({self.name!r}, {self.path!r}, {', '.join(self.settings)})"

    @property
    def origin(self) -> str:
        """The profile, for messages."""
        return f'profile "{self.name}"'

    @property
    def place(self) -> str | None:
        """The environment that the profile is about, None when it is about none in particular."""
        if "env" in self.settings:
            return str(self.settings["env"])
        return CUSTOM if "base_url" in self.settings else None

    def secret(self, key: str) -> str | None:
        """A secret setting, None when the profile has none.

        Raises:
            ConfigurationError: Others than the file's owner may read it.
        """
        value = self.settings.get(key)
        if value is not None and self.open_mode is not None:
            raise ConfigurationError(
                f"{self.path} holds a {key} and may be read by others (mode {self.open_mode:04o}).",
                setting=key,
                hint=f"Make it yours alone: chmod 600 {self.path}",
            )
        return None if value is None else str(value)


class Profiles(NamedTuple):
    """The profiles in use, the more specific one first, and every place where they were looked for."""

    in_use: tuple[Profile, ...]
    looked_at: str


def config_path(environ: Mapping[str, str]) -> str:
    """Where the profiles are: below `XDG_CONFIG_HOME` or `~/.config`, on Windows below `APPDATA`."""
    folder = environ.get("APPDATA", "") if os.name == "nt" else environ.get("XDG_CONFIG_HOME", "")
    # The XDG specification has relative paths ignored: they would depend on where a program is started.
    if not os.path.isabs(folder):  # noqa: PTH117  # pathlib costs more than all else that is done here
        folder = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".config")  # noqa: PTH111, PTH118  # as above
    return os.path.join(folder, "aihub", "config.toml")  # noqa: PTH118  # as above


def read_profiles(name: str | None, origin: str, environ: Mapping[str, str]) -> Profiles:
    """The named profile, if a name is given, and the default one, if there is one.

    Raises:
        ConfigurationError: The named profile does not exist, or the file cannot be understood.
    """
    path = config_path(environ)
    found = _read(path)
    known, mode = found or ({}, None)
    missing = " (no such file)" if found is None else ""
    if name is not None and name not in known:
        listed = f"Its profiles are: {', '.join(known)}." if known else f"It has none{missing}."
        raise ConfigurationError(
            f"There is no profile {name!r} (from {origin}) in {path}.",
            setting="profile",
            looked_at=(path,),
            hint=f"{suggestion(name, known)}{listed}",
        )
    names = [*([name] if name else []), *([DEFAULT_PROFILE] if name != DEFAULT_PROFILE else [])]
    in_use = tuple(Profile(each, path, known[each], mode) for each in names if each in known)
    absent = "" if DEFAULT_PROFILE in known else missing or " (has no such profile)"
    return Profiles(in_use, " and ".join(f'profile "{each}"' for each in names) + f" in {path}{absent}")


def _read(path: str) -> tuple[dict[str, dict[str, Any]], int | None] | None:
    """Every profile of the file and the file's mode, if that is too open; None when there is no file."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # pathlib costs more than all else that is done here
            mode = os.fstat(file.fileno()).st_mode & 0o777
            text = file.read().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        hint = "Make it a text file that you may read, or move it away."
        # The decoder's error is left out: it carries the whole file, secrets included.
        raise ConfigurationError(f"{path} cannot be read: {reason}.", setting="profile", hint=hint) from None
    try:
        document = _parse(text, path)
    except ValueError as error:
        problem = f"{path} is not valid TOML: {error}."
        # The parser's own error is left out: it may carry the whole text, secrets included.
        raise ConfigurationError(problem, setting="profile", hint="Correct the line it names.") from None
    is_open = os.name != "nt" and mode & 0o077
    return _checked(document, path), mode if is_open else None


def _parse(text: str, path: str) -> dict[str, Any]:
    # 5 ms that only those pay who have a file.
    if sys.version_info >= (3, 11):
        from tomllib import loads  # noqa: PLC0415  # as above
    else:
        try:
            from tomli import loads  # noqa: PLC0415  # as above
        except ImportError as error:
            problem = f"{path} cannot be read: Python 3.10 has no reader of TOML."
            hint = "Run: pip install 'aihub-sdk[cli]', or pip install tomli."
            raise ConfigurationError(problem, setting="profile", hint=hint) from error
    return loads(text)


def _checked(document: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    for key in document:
        if key != "profiles":
            hint = "Write each profile as a table, such as [profiles.default]."
            raise ConfigurationError(f"{path} has an unknown part {key!r}.", setting="profile", hint=hint)
    profiles = document.get("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(each, dict) for each in profiles.values()):
        hint = "Write each profile as a table, such as [profiles.default]."
        raise ConfigurationError(f"{path}: profiles is not a set of tables.", setting="profile", hint=hint)
    for name, settings in profiles.items():
        for key, value in settings.items():
            _check_setting(key, value, f'profile "{name}" in {path}')
    return profiles


_EXAMPLES = {
    "text": 'it in quotes, such as {key} = "…"',
    "a table": "a table of its own, such as [profiles.default.{key}]",
    "true or false": "{key} = true or {key} = false, without quotes",
    "a number": "it without quotes, such as {key} = 5",
}


def _check_setting(key: str, value: object, origin: str) -> None:
    if key not in KEYS:
        hint = f"{suggestion(key, KEYS)}The settings are: {', '.join(KEYS)}."
        raise ConfigurationError(f"There is no setting {key!r} (from {origin}).", setting=key, hint=hint)
    # In Python true and false are numbers; in a file they are a mistake where a number belongs.
    if not isinstance(value, KEYS[key]) or (isinstance(value, bool) and bool not in KEYS[key]):
        kinds = " or ".join(
            {str: "text", dict: "a table", bool: "true or false"}.get(k, "a number") for k in KEYS[key][:1]
        )
        # The value stays out of the message: it may be a secret in the wrong place.
        hint = f"Write {_EXAMPLES[kinds]}."
        raise ConfigurationError(f"{key} is not {kinds} (from {origin}).", setting=key, hint=hint.format(key=key))
    if key == "env":
        check_environment(value, origin)
    if key == "services" and isinstance(value, dict):
        for service in value:
            check_service(service, origin)

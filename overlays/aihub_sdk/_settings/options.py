"""How a client behaves: time, retries, strictness, and whom it trusts on the way to the S3 relay."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from aihub_sdk.errors import ConfigurationError

from .fingerprints import checked_fingerprint, is_fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from .profiles import Profile

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "Option",
    "Options",
    "changed_options",
    "find_max_retries",
    "find_s3_verify",
    "find_strictness",
    "find_timeout",
]

# Long enough for a slow page of 9,999 pods, short enough that a dead server is noticed.
DEFAULT_TIMEOUT = 60.0
# With the pauses between them, about ten seconds of trouble are bridged.
DEFAULT_MAX_RETRIES = 4

BUILT_IN = "built in"

V = TypeVar("V")


class Option(Generic[V]):
    """A value and where it came from."""

    __slots__ = ("origin", "value")

    def __init__(self, value: V, origin: str) -> None:
        self.value = value
        self.origin = origin


class Options(NamedTuple):
    """The options of one client; see `Config` for their meaning."""

    timeout: Option[float]
    max_retries: Option[int]
    is_strict: Option[bool]
    s3_verify: Option[bool | str]


def changed_options(
    options: Options, *, timeout: float | timedelta | None, max_retries: int | None, strict: bool | None
) -> Options:
    """The options with some replaced; None keeps what is there.

    Raises:
        ConfigurationError: As `find_timeout`, `find_max_retries`, `find_strictness`.
    """
    return options._replace(
        timeout=options.timeout if timeout is None else find_timeout(timeout, ()),
        max_retries=options.max_retries if max_retries is None else find_max_retries(max_retries, ()),
        is_strict=options.is_strict if strict is None else find_strictness(strict, ()),
    )


def find_timeout(argument: float | timedelta | None, profiles: tuple[Profile, ...]) -> Option[float]:
    """The seconds one call may take in all.

    Raises:
        ConfigurationError: It is no number of seconds, not more than 0, or not finite.
    """
    option = _first("timeout", argument, profiles, DEFAULT_TIMEOUT)
    value = option.value
    seconds = value.total_seconds() if hasattr(value, "total_seconds") else value
    is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    if is_number and 0 < seconds < float("inf"):
        return Option(float(seconds), option.origin)
    raise ConfigurationError(
        f"timeout cannot be {value!r} (from {option.origin}).",
        setting="timeout",
        hint="It is the total number of seconds one call may take, retries included: more than 0 and finite, or a "
        f"timedelta. Leave it out for {DEFAULT_TIMEOUT:g} seconds.",
    )


def find_max_retries(argument: int | None, profiles: tuple[Profile, ...]) -> Option[int]:
    """How often a call may be sent again.

    Raises:
        ConfigurationError: It is no whole number, or less than 0.
    """
    option = _first("max_retries", argument, profiles, DEFAULT_MAX_RETRIES)
    if isinstance(option.value, int) and not isinstance(option.value, bool) and option.value >= 0:
        return option
    hint = "It is how often a call may be sent again: a whole number, 0 for never."
    problem = f"max_retries cannot be {option.value!r} (from {option.origin})."
    raise ConfigurationError(problem, setting="max_retries", hint=hint)


def find_strictness(argument: bool | None, profiles: tuple[Profile, ...]) -> Option[bool]:
    """Whether data that does not fit the spec is an error.

    Raises:
        ConfigurationError: It is neither True nor False.
    """
    option = _first("strict", argument, profiles, False)
    if isinstance(option.value, bool):
        return option
    problem = f"strict cannot be {option.value!r} (from {option.origin})."
    raise ConfigurationError(problem, setting="strict", hint="It is True or False.")


def _first(key: str, argument: Any, profiles: tuple[Profile, ...], built_in: Any) -> Option[Any]:
    if argument is not None:
        return Option(argument, f"argument {key}")
    for profile in profiles:
        if key in profile.settings:
            return Option(profile.settings[key], profile.origin)
    return Option(built_in, BUILT_IN)


def find_s3_verify(
    argument: bool | str | os.PathLike[str] | None, profiles: tuple[Profile, ...], environ: Mapping[str, str]
) -> Option[bool | str]:
    """Whom to trust at the S3 relay.

    The system's authorities, those of a file, the one certificate with a fingerprint, or, written out as False,
    everybody.

    Raises:
        ConfigurationError: There is no such file, it is no fingerprint, or there are both.
    """
    if isinstance(argument, bool):
        return Option(argument, "argument s3_verify")
    if argument is not None:
        if is_fingerprint(argument):
            return Option(checked_fingerprint(argument, "argument s3_verify"), "argument s3_verify")
        given: object = argument
        if not isinstance(given, (str, os.PathLike)):
            hint = "It is the path of a CA file, a fingerprint that begins with sha256:, True or False."
            problem = f"s3_verify cannot be {given!r} (from argument s3_verify)."
            raise ConfigurationError(problem, setting="s3_verify", hint=hint)
        return _ca_file(argument, "argument s3_verify", ".")
    names = ("AI_HUB_S3_CA_FILE", "AI_HUB_S3_FINGERPRINT")
    file, pin = (environ.get(name) or None for name in names)
    if file is not None or pin is not None:
        return _file_or_pin(file, pin, names, ".")
    for profile in profiles:
        file, pin = (profile.settings.get(key) for key in ("s3_ca_file", "s3_fingerprint"))
        if file is not None or pin is not None:
            folder = os.path.dirname(profile.path)  # noqa: PTH120  # pathlib costs more than all else done here
            return _file_or_pin(file, pin, (profile.origin, profile.origin), folder)
    return Option(True, BUILT_IN)


def _file_or_pin(file: str | None, pin: str | None, origins: tuple[str, str], folder: str) -> Option[bool | str]:
    """What one place of settings says."""
    if file is not None and pin is not None:
        places = " and ".join(dict.fromkeys(origins))
        problem = f"There is a CA file and a fingerprint for the S3 relay (from {places})."
        raise ConfigurationError(problem, setting="s3_verify", hint="It is not clear which one to trust: give one.")
    if pin is not None:
        return Option(checked_fingerprint(pin, origins[1]), origins[1])
    return _ca_file(file or "", origins[0], folder)


def _ca_file(path: str | os.PathLike[str], origin: str, folder: str) -> Option[bool | str]:
    # Absolute from the start: a program may change its folder later.
    full = os.path.abspath(os.path.join(folder, os.path.expanduser(path)))  # noqa: PTH100, PTH111, PTH118  # as above
    if not os.path.isfile(full):  # noqa: PTH113  # as above
        hint = (
            "Give the path of a PEM file with the relay's certificate or its authority; administrators have it. "
            "A fingerprint begins with sha256:."
        )
        raise ConfigurationError(f"There is no CA file {full} (from {origin}).", setting="s3_verify", hint=hint)
    return Option(full, origin)

"""The environments and services that the spec knows, the variables of each, and what a misspelt name may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aihub_api.tables import ENVIRONMENTS, SERVICES
from aihub_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "CUSTOM",
    "VARIABLES",
    "check_environment",
    "check_service",
    "service_variable",
    "suggestion",
    "variable_notes",
]

# The environment's name when only addresses are given.
CUSTOM = "custom"

# What people call the environments. Never accepted, only suggested: a guess could hit the real platform.
ALIASES: dict[str, tuple[str, ...]] = {
    **{row.title_zh: (row.name,) for row in ENVIRONMENTS.values()},
    "生产": ("production",),
    "正式环境": ("production",),
    "内网": ("internal-test", "production"),
    "外网": ("external-test",),
    "测试环境": ("internal-test", "external-test"),
    "测试": ("internal-test", "external-test"),
    "prod": ("production",),
    "prd": ("production",),
    "live": ("production",),
    "test": ("internal-test", "external-test"),
    "testing": ("internal-test", "external-test"),
    "internal": ("internal-test",),
    "external": ("external-test",),
    "emulator": ("local",),
    "localhost": ("local",),
    "本机": ("local",),
    "本地": ("local",),
}


def service_variable(service: str) -> str:
    """The environment variable that holds a service's address."""
    return f"AI_HUB_{service.upper()}_URL"


VARIABLES: tuple[str, ...] = (
    "AI_HUB_ENV",
    "AI_HUB_BASE_URL",
    *map(service_variable, SERVICES),
    "AI_HUB_TOKEN",
    "AI_HUB_TOKEN_FILE",
    "AI_HUB_PROFILE",
    "AI_HUB_S3_TOKEN",
    "AI_HUB_S3_CA_FILE",
    "AI_HUB_S3_FINGERPRINT",
    "AI_HUB_PROGRESS",
)


def check_environment(name: object, origin: str) -> str:
    """The environment's name, if the spec knows it.

    Raises:
        ConfigurationError: It does not; the error suggests what was meant and lists the known ones.
    """
    if isinstance(name, str) and name in ENVIRONMENTS:
        return name
    known = ", ".join(ENVIRONMENTS)
    meant = suggestion(name, ENVIRONMENTS, ALIASES)
    raise ConfigurationError(
        f"There is no environment {name!r} (from {origin}).",
        setting="env",
        hint=f"{meant}The environments are: {known}. For any other installation pass base_url=… without env.",
    )


def check_service(key: object, origin: str) -> str:
    """The service key, if the spec knows it.

    Raises:
        ConfigurationError: It does not; the error suggests what was meant and lists the known ones.
    """
    if isinstance(key, str) and key in SERVICES:
        return key
    raise ConfigurationError(
        f"There is no service {key!r} (from {origin}).",
        setting="services",
        hint=f"{suggestion(key, SERVICES)}The services are: {', '.join(SERVICES)}.",
    )


def suggestion(word: object, choices: Iterable[str], aliases: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """`Did you mean "…"? `, with a blank after it, or `""` when nothing is close."""
    import difflib  # noqa: PLC0415  # loads re and collections, for errors only

    if not isinstance(word, str):
        return ""
    plain = {_plain(choice): choice for choice in choices}
    other_names = aliases or {}
    meant = other_names.get(word.strip().lower())
    if meant is None:
        if _plain(word) in plain:
            meant = (plain[_plain(word)],)
        else:
            close = difflib.get_close_matches(_plain(word), [*plain, *other_names], n=1, cutoff=0.6)
            meant = (plain[close[0]],) if close and close[0] in plain else other_names.get(close[0] if close else "")
    return f"Did you mean {' or '.join(map(_quoted, meant))}? " if meant else ""


def variable_notes(environ: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence for each variable that looks like a setting of the SDK and is none."""
    notes = []
    for name in sorted(environ):
        if name in VARIABLES or not name.upper().startswith(("AI_HUB_", "AIHUB_")):
            continue
        meant = _variable_meant(name)
        if meant:
            notes.append(f"{name} is set but is no setting of the SDK: did you mean {meant}?")
        elif name.upper().endswith("_URL"):
            notes.append(f"{name} is set but no service has that name: {', '.join(SERVICES)}.")
    return tuple(notes)


def _variable_meant(name: str) -> str | None:
    import difflib  # noqa: PLC0415  # as above

    # The platform sets variables of its own, such as AI_HUB_WORKFLOW_RUN_ID: only near misses are typing errors.
    plain = {_plain(variable): variable for variable in VARIABLES}
    close = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=0.88)
    return plain[close[0]] if close else None


def _plain(word: str) -> str:
    return "".join(c for c in word.lower() if c.isalnum())


def _quoted(word: str) -> str:
    return f'"{word}"'

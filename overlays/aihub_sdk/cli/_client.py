"""The options that say where the platform is and who asks, the same for every command that calls it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import click

from aihub_sdk.client import AIHub

__all__ = ["CLIENT_NAMES", "client_of", "client_options", "with_hub"]

_IN_SIGHT = "Others on this machine can see it; AI_HUB_TOKEN, AI_HUB_TOKEN_FILE and `aihub login` hide it."
_ROWS: dict[str, dict[str, Any]] = {
    "env": {"metavar": "NAME", "help": "As AIHub(env=…)."},
    "base_url": {"metavar": "URL", "help": "As AIHub(base_url=…)."},
    "profile": {"metavar": "NAME", "help": "As AIHub(profile=…)."},
    "token": {"metavar": "JWT", "help": f"As AIHub(token=…). {_IN_SIGHT}"},
    "call_timeout": {"type": float, "metavar": "SECONDS", "help": "As AIHub(timeout=…): how long one call may take."},
    "max_retries": {"type": int, "metavar": "N", "help": "As AIHub(max_retries=…)."},
    "strict": {"is_flag": True, "default": None, "help": "As AIHub(strict=True): an answer must fit the spec."},
}
CLIENT_NAMES = tuple(_ROWS)


def client_options() -> list[click.Option]:
    """New options, one for each of `CLIENT_NAMES`."""
    return [click.Option([f"--{name.replace('_', '-')}"], **row) for name, row in _ROWS.items()]


def client_of(values: Mapping[str, Any]) -> AIHub:
    """A client with the settings among a command's values.

    Raises:
        ConfigurationError: Nothing says where the platform is, or a value cannot be used.
    """
    settings = {name: values[name] for name in CLIENT_NAMES}
    return AIHub(timeout=settings.pop("call_timeout"), **settings)


def with_hub(function: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the client's options, and its function a client as the first argument."""

    @functools.wraps(function)
    def _called(*_: object, **values: Any) -> None:
        with client_of(values) as hub:
            function(hub, **{name: value for name, value in values.items() if name not in CLIENT_NAMES})

    command = _called
    for name, row in reversed(_ROWS.items()):
        command = click.option(f"--{name.replace('_', '-')}", **row)(command)
    return command

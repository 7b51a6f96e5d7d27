"""`aihub login` and `aihub logout`: a token for the programs of this user, kept in a file of their own."""

from __future__ import annotations

import os
import sys
import time

import click

from aihub_sdk._auth.jwt import lifetime_of, utc
from aihub_sdk._auth.saved_logins import SavedLogins, logins_folder
from aihub_sdk._settings.config import Config, resolve
from aihub_sdk._settings.places import apart
from aihub_sdk._settings.profiles import read_profiles
from aihub_sdk.client import AIHub

from ._commands import Command

__all__ = ["login", "logout"]


@click.command(cls=Command)
@click.option("--env", metavar="NAME", help="As AIHub(env=…).")
@click.option("--base-url", metavar="URL", help="As AIHub(base_url=…).")
@click.option("--profile", metavar="NAME", help="As AIHub(profile=…).")
@click.option("--username", metavar="NAME", help="Who logs in; the profile's user, or asked for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of the input.")
def login(
    env: str | None, base_url: str | None, profile: str | None, username: str | None, password_stdin: bool
) -> None:
    """Log in, and keep the token for later calls.

    Clients for the same environment find it when nothing else gives them a token. The password is asked for and not
    kept; the token is, in a file that only you can read, until it ends or `aihub logout` removes it.
    """
    config = resolve(env=env, base_url=base_url, profile=profile)
    user = username or _user_of(profile, config.environment) or click.prompt("User name", err=True)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _asked_for(user, config.environment)
    from aihub_api.user_system.models import LoginRequest  # noqa: PLC0415  # loads the decoders; --help does not

    with AIHub(env=env, base_url=base_url, profile=profile) as hub:
        session = hub.api.user_system.login(body=LoginRequest(username=user, password=password))
    saved = _logins(config)
    try:
        saved.save(user, session.token)
    except OSError as error:
        raise click.ClickException(f"The token cannot be kept in {saved.folder}: {error.strerror}") from error
    ends_at = lifetime_of(session.token).expires_at
    until = f" until {utc(ends_at)}" if ends_at is not None else ""
    click.echo(f"Logged in to {config.environment} as {user}{until}. The token is in {saved.folder}.")
    used = resolve(env=env, base_url=base_url, profile=profile).token_source
    if not used.can_renew and not used.origin.endswith("(saved login)"):
        click.echo(f"note: the token from {used.origin} comes first here.", err=True)


@click.command(cls=Command)
@click.option("--env", metavar="NAME", help="As AIHub(env=…).")
@click.option("--base-url", metavar="URL", help="As AIHub(base_url=…).")
@click.option("--profile", metavar="NAME", help="As AIHub(profile=…).")
@click.option("--username", metavar="NAME", help="Whose token; everybody's at this environment when left out.")
def logout(env: str | None, base_url: str | None, profile: str | None, username: str | None) -> None:
    """Remove what `aihub login` has kept for an environment.

    Nothing is sent: the platform has no way to end a token before its time.
    """
    config = resolve(env=env, base_url=base_url, profile=profile)
    try:
        removed = _logins(config).forget(username)
    except OSError as error:
        raise click.ClickException(f"A saved login cannot be removed: {error.strerror}") from error
    if not removed:
        click.echo(f"There was no login for {config.environment}.")
    for user in removed:
        click.echo(f"Removed the login of {user} at {config.environment}.")


def _user_of(profile: str | None, environment: str) -> str | None:
    """The user that the profile in use names, if it is for this environment."""
    name, origin = (profile, "--profile") if profile else (os.environ.get("AI_HUB_PROFILE") or None, "AI_HUB_PROFILE")
    in_force, _ = apart(read_profiles(name, origin, os.environ).in_use, environment)
    for each in in_force:
        if "username" in each.settings:
            return str(each.settings["username"])
    return None


def _asked_for(user: str, environment: str) -> str:
    password: str = click.prompt(f"Password of {user} at {environment}", hide_input=True, err=True)
    return password


def _logins(config: Config) -> SavedLogins:
    folder = logins_folder(os.environ)
    return SavedLogins(folder, config.environment, config.address("user_system"), time.time)

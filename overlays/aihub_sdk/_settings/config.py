"""Settings: from arguments, variables and profiles to one frozen value that says where each part came from."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NoReturn

from aihub_api.tables import SERVICES
from aihub_sdk._auth.sources import GivenToken, absent_token
from aihub_sdk.errors import ConfigurationError, ErrorContext

from .environments import CUSTOM, check_service, service_variable, variable_notes
from .explain import Explanation, SettingRow, explanation
from .options import Options, changed_options, find_max_retries, find_s3_verify, find_strictness, find_timeout
from .places import Place, apart, find_place
from .profiles import read_profiles
from .progress import progress_mode, progress_notes
from .secrets import SecretArguments, Secrets, changed_secrets, find_secrets, token_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from aihub_sdk._auth.sources import TokenSource

__all__ = ["Config", "resolve"]


class Config:
    """The settings of one client. Frozen; its text shows no secret.

    A pickled config keeps everything but secrets. Those that came from a variable, a file or a profile are looked
    up there again by the process that unpickles; those that were arguments are gone, and the first call that needs
    one says so.
    """

    __slots__ = ("_environ", "_options", "_place", "_profile", "_secrets")

    _place: Place
    _options: Options
    _secrets: Secrets
    _profile: str | None
    _environ: Mapping[str, str]

    def __init__(
        self, place: Place, options: Options, secrets: Secrets, profile: str | None, environ: Mapping[str, str]
    ) -> None:
        values = (environ, options, place, profile, secrets)
        for name, value in zip(Config.__slots__, values, strict=True):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"settings do not change: make another client instead of setting {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"settings do not change: make another client instead of removing {name}")

    @property
    def environment(self) -> str:
        """The environment's name, `custom` when only addresses are given."""
        return self._place.environment.value

    @property
    def timeout(self) -> float:
        """Seconds one call may take in all, retries and the pauses between them included. Default 60."""
        return self._options.timeout.value

    @property
    def max_retries(self) -> int:
        """How often a call may be sent again. Default 4."""
        return self._options.max_retries.value

    @property
    def is_strict(self) -> bool:
        """Whether data that does not fit the spec raises `SchemaMismatch` instead of being kept as it came."""
        return self._options.is_strict.value

    @property
    def token_source(self) -> TokenSource:
        """Where bearer tokens come from."""
        return self._secrets.token_source

    @property
    def s3_token(self) -> str | None:
        """The S3 relay's token, None when there is none."""
        return self._secrets.s3_token

    @property
    def s3_verify(self) -> bool | str:
        """Whom to trust at the S3 relay.

        True: the system's authorities. Text: the path of a CA file, or the fingerprint of a certificate (`sha256:…`).
        False: everybody.
        """
        return self._options.s3_verify.value

    @property
    def progress(self) -> str:
        """Whether waits show that they live: `auto`, `log` or `off`, as `AI_HUB_PROGRESS` says."""
        return progress_mode(self._environ)[0]

    def address(self, service: str) -> str:
        """Where a service answers: scheme, host, port and path prefix, no slash at its end.

        Raises:
            ConfigurationError: None is configured; the error names the settings to use. Or there is no such service.
        """
        found = self._place.addresses.get(service)
        if found is not None:
            return found.value
        raise self._without_address(check_service(service, "the caller"))

    def _without_address(self, service: str) -> ConfigurationError:
        variable = service_variable(service)
        if self.environment == CUSTOM:
            reason = "only other services' addresses are configured, and no environment"
        else:
            reason = f"the platform's document prints none for {self.environment}"
        notes = "".join(f" {note}" for note in variable_notes(self._environ))
        return ConfigurationError(
            f"{service} has no address: {reason}.",
            setting=variable,
            looked_at=("argument services", "argument base_url", variable, "AI_HUB_BASE_URL", "profile"),
            context=ErrorContext(service=service, environment=self.environment),
            hint=f'Set {variable}, or pass services={{"{service}": "http://…"}}; or, for a gateway that serves all '
            f"services, set AI_HUB_BASE_URL or pass base_url=….{notes}",
        )

    def explain(self) -> Explanation:
        """Every setting with its value and where it came from, secrets hidden; print it. Sends nothing."""
        options, place = self._options, self._place
        verify = self.s3_verify
        trust = verify if isinstance(verify, str) else "system authorities" if verify else "NO VERIFICATION"
        rows = [
            SettingRow("environment", *place.environment),
            SettingRow("timeout", f"{self.timeout:g} s", options.timeout.origin),
            SettingRow("max_retries", str(self.max_retries), options.max_retries.origin),
            SettingRow("strict", str(self.is_strict), options.is_strict.origin),
            SettingRow("token", self.token_source.describe(), self.token_source.origin),
            SettingRow("s3_token", "(hidden)" if self.s3_token else "none", self._secrets.s3_origin or "nowhere"),
            SettingRow("s3_verify", trust, options.s3_verify.origin),
            SettingRow("progress", *progress_mode(self._environ)),
        ]
        for service in SERVICES:
            found = place.addresses.get(service)
            rows.append(SettingRow(service, *(found or ("no address", f"set {service_variable(service)}"))))
        notes = (*self._place_notes(), *variable_notes(self._environ), *progress_notes(self._environ))
        if self.token_source.origin == "AI_HUB_TOKEN":
            notes += token_notes(self._environ)
        return explanation(tuple(rows), notes)

    def _place_notes(self) -> tuple[str, ...]:
        from .proxies import proxy_notes  # noqa: PLC0415  # loads ipaddress, which only explaining pays for

        notes = [
            f"{each.origin} is for {each.place}: its addresses and secrets are not used for {self.environment}."
            for each in self._place.left_out
        ]
        origins = {found.origin for found in self._place.addresses.values()} - {"built-in table"}
        if self.environment != CUSTOM and origins:
            notes.append(f"addresses that are not {self.environment}'s own come from: {', '.join(sorted(origins))}.")
        addresses = (found.value for found in self._place.addresses.values())
        return (*notes, *proxy_notes(addresses, self._environ))

    def changed(
        self,
        secrets: SecretArguments,
        *,
        timeout: float | timedelta | None,
        max_retries: int | None,
        strict: bool | None,
    ) -> Config:
        """These settings with some replaced; None keeps what is there.

        Args:
            secrets: Tokens or a login instead of those that are there.
            timeout: Seconds that one call may take in all.
            max_retries: How often a call may be sent again.
            strict: Whether an answer that does not fit the spec is an error.

        Raises:
            ConfigurationError: A new value cannot be used.
        """
        options = changed_options(self._options, timeout=timeout, max_retries=max_retries, strict=strict)
        return Config(self._place, options, changed_secrets(self._secrets, secrets), self._profile, self._environ)

    def __repr__(self) -> str:
        return (
            f"Config(environment={self.environment!r}, timeout={self.timeout:g}, max_retries={self.max_retries}, "
            f"is_strict={self.is_strict}, token=<from {self.token_source.origin}>)"
        )

    def __reduce__(self) -> tuple[object, ...]:
        # Profiles hold secrets, and may have changed by then: they are read again.
        place = self._place._replace(profiles=(), left_out=())
        return _restored, (place, self._options, self._profile)


def resolve(
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
    environ: Mapping[str, str] | None = None,
    now: Callable[[], float] = time.time,
) -> Config:
    """The settings of a client. Reads variables and at most one file; sends nothing.

    Each setting is the first that is given of: argument, environment variable, named profile (`profile` or
    `AI_HUB_PROFILE`), profile `default`, built-in value. In particular:

    * environment: `env`, `AI_HUB_ENV`, profile; `custom` when only addresses are given. There is no default.
    * address of a service: `services`, `base_url`, `AI_HUB_<SERVICE>_URL`, `AI_HUB_BASE_URL`, the profile's `services`,
      the profile's `base_url`, the environment's table. Whatever gives the address, the environment keeps its name.
    * token: `token` or `username` and `password`; `AI_HUB_TOKEN`; `AI_HUB_TOKEN_FILE`; the profile's `token`,
      `token_file`, or `username` and `password` (or the saved login of `username`); the latest `aihub login` there.
    * relay: `s3_token`, `AI_HUB_S3_TOKEN`, profile; `s3_verify`, `AI_HUB_S3_CA_FILE` or `AI_HUB_S3_FINGERPRINT`, the
      profile's `s3_ca_file` or `s3_fingerprint`, True.
    * `timeout` (60 s), `max_retries` (4) and `strict` (False): argument, profile, built-in value.

    A variable that is set to nothing counts as not set. A profile about another environment than the one that was
    chosen (its `env` differs, or it has a `base_url` and no `env`) gives neither addresses nor secrets: a token of the
    real platform is never sent to a test installation.

    Raises:
        ConfigurationError: Nothing says where the platform is, a name is unknown, or a value cannot be used.
    """
    variables = os.environ if environ is None else environ
    name, origin = (profile, "argument profile") if profile is not None else (None, "")
    if name is None and variables.get("AI_HUB_PROFILE"):
        name, origin = variables["AI_HUB_PROFILE"], "AI_HUB_PROFILE"
    profiles = read_profiles(name, origin, variables)
    place = find_place(env, base_url, services, profiles, variables)
    options = Options(
        timeout=find_timeout(timeout, profiles.in_use),
        max_retries=find_max_retries(max_retries, profiles.in_use),
        is_strict=find_strictness(strict, profiles.in_use),
        s3_verify=find_s3_verify(s3_verify, place.profiles, variables),
    )
    given = SecretArguments(token, username, password, s3_token)
    secrets = find_secrets(given, place, profiles.looked_at, variables, now)
    return Config(place, options, secrets, name, variables)


def _restored(place: Place, options: Options, profile: str | None) -> Config:
    """An unpickled config, with the secrets that can be found where it is now."""
    variables = os.environ
    try:
        profiles = read_profiles(profile, "the pickled client", variables)
        in_force, left_out = apart(profiles.in_use, place.environment.value)
        place = place._replace(profiles=in_force, left_out=left_out)
        secrets = find_secrets(SecretArguments(), place, profiles.looked_at, variables, time.time)
    except ConfigurationError as error:
        # Unpickling must not fail for a token that may never be needed: the first call that needs it does.
        source = GivenToken("nowhere", absent_token((error.message,)), time.time)
        secrets = Secrets(source, None, "")
    return Config(place, options, secrets, profile, variables)

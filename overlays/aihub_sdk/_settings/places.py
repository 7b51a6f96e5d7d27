"""Which environment a client is for, and where each service answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aihub_api.tables import ENVIRONMENTS, SERVICES
from aihub_sdk.errors import ConfigurationError

from .addresses import checked_address
from .environments import CUSTOM, check_environment, check_service, service_variable, variable_notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .profiles import Profile, Profiles

__all__ = ["Found", "Place", "apart", "find_place"]


class Found(NamedTuple):
    """A value and where it came from."""

    value: str
    origin: str


class Place(NamedTuple):
    """The environment, and the address of each service that has one.

    Attributes:
        environment: Its name and where that came from.
        addresses: By service key.
        profiles: Those that apply there, the more specific one first.
        left_out: Profiles about another environment: neither their addresses nor their secrets are used here.
    """

    environment: Found
    addresses: dict[str, Found]
    profiles: tuple[Profile, ...]
    left_out: tuple[Profile, ...]


def find_place(
    env: str | None,
    base_url: str | None,
    services: Mapping[str, str] | None,
    profiles: Profiles,
    environ: Mapping[str, str],
) -> Place:
    """Resolve the environment, then each address; the first that is given wins, in the order of `_given`.

    Raises:
        ConfigurationError: There is neither, a name is unknown, or an address cannot be used.
    """
    environment = _environment(env, profiles, environ)
    name = environment.value if environment else CUSTOM
    in_force, left_out = apart(profiles.in_use, name)
    addresses: dict[str, Found] = {}
    for tier in _given(base_url, services, in_force, environ):
        addresses = {**tier, **addresses}
    if environment is None and not addresses:
        raise _nothing_configured(profiles, environ)
    for service, row in SERVICES.items():
        if name in row.addresses:
            addresses.setdefault(service, Found(row.addresses[name], "built-in table"))
    return Place(environment or Found(CUSTOM, "only addresses are given"), addresses, in_force, left_out)


def apart(profiles: tuple[Profile, ...], environment: str) -> tuple[tuple[Profile, ...], tuple[Profile, ...]]:
    """The profiles that apply in an environment, and those that are about another one."""
    in_force = tuple(profile for profile in profiles if profile.place in {None, environment})
    return in_force, tuple(profile for profile in profiles if profile not in in_force)


def _environment(env: str | None, profiles: Profiles, environ: Mapping[str, str]) -> Found | None:
    if env is not None:
        return Found(check_environment(env, "argument env"), "argument env")
    if environ.get("AI_HUB_ENV"):
        return Found(check_environment(environ["AI_HUB_ENV"], "AI_HUB_ENV"), "AI_HUB_ENV")
    for profile in profiles.in_use:
        if profile.place is not None:
            return Found(profile.place, profile.origin)
    return None


def _given(
    base_url: str | None,
    services: Mapping[str, str] | None,
    profiles: tuple[Profile, ...],
    environ: Mapping[str, str],
) -> Iterator[dict[str, Found]]:
    """What is configured, strongest first: arguments, variables, profiles; at each, one service before all."""
    if services is not None:
        yield _for_some(services, "argument services")
    if base_url is not None:
        yield _for_all(base_url, "base_url", "argument base_url")
    variables = {service: service_variable(service) for service in SERVICES}
    yield {
        service: Found(checked_address(environ[variable], variable, variable), variable)
        for service, variable in variables.items()
        if environ.get(variable)
    }
    if environ.get("AI_HUB_BASE_URL"):
        yield _for_all(environ["AI_HUB_BASE_URL"], "AI_HUB_BASE_URL", "AI_HUB_BASE_URL")
    for profile in profiles:
        yield _for_some(profile.settings.get("services", {}), profile.origin)
        if "base_url" in profile.settings:
            yield _for_all(profile.settings["base_url"], "base_url", profile.origin)


def _for_some(services: Mapping[str, str], origin: str) -> dict[str, Found]:
    if not hasattr(services, "items"):
        hint = 'Pass a mapping such as services={"evaluation": "http://…"}.'
        raise ConfigurationError(f"services is not a mapping (from {origin}).", setting="services", hint=hint)
    return {
        check_service(service, origin): Found(checked_address(url, f'services["{service}"]', origin), origin)
        for service, url in services.items()
    }


def _for_all(url: str, setting: str, origin: str) -> dict[str, Found]:
    found = Found(checked_address(url, setting, origin), origin)
    return dict.fromkeys(SERVICES, found)


def _nothing_configured(profiles: Profiles, environ: Mapping[str, str]) -> ConfigurationError:
    looked_at = (
        "the arguments env, base_url and services",
        "the variables AI_HUB_ENV, AI_HUB_BASE_URL and AI_HUB_<SERVICE>_URL",
        profiles.looked_at,
    )
    notes = "".join(f"{note} " for note in variable_notes(environ))
    return ConfigurationError(
        "No environment is chosen and no address is given: the SDK does not know which platform to talk to.",
        setting="env",
        looked_at=looked_at,
        hint=f"Looked at: {'; '.join(looked_at)}. {notes}The environments are: {', '.join(ENVIRONMENTS)}. Pass one, "
        'such as AIHub(env="internal-test"), or set AI_HUB_ENV. None is the default, because a wrong guess would '
        "reach the real platform.",
    )

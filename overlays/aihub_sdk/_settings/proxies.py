"""Which proxy is asked for an address: what `HTTP_PROXY` and its like say, and how people are told of it."""

from __future__ import annotations

import os
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["proxy_for", "proxy_notes", "through_proxy"]

_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


def proxy_for(address: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The proxy for an address, from `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` in either case.

    A proxy is never asked for this machine itself: it would look for the emulator on its own.
    """
    lowered = {name.lower(): value for name, value in environ.items() if name.lower().endswith("_proxy") and value}
    # A lower-case name wins, as it does for curl.
    lowered.update({name: value for name, value in environ.items() if name in lowered and value})
    if not any(name in lowered for name in _VARIABLES):
        return None
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    if _is_this_machine(host) or _is_exempt(host, parts.port, lowered.get("no_proxy", "")):
        return None
    proxy = lowered.get(f"{parts.scheme}_proxy") or lowered.get("all_proxy")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def through_proxy(address: str, environ: Mapping[str, str] = os.environ) -> str:
    """The proxy on the way to an address as a part of a sentence, `""` when there is none."""
    proxy = proxy_for(address, environ)
    return "" if proxy is None else f" through the proxy {_shown(proxy)} (HTTP_PROXY, HTTPS_PROXY or ALL_PROXY)"


def proxy_notes(addresses: Iterable[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each proxy that requests to some addresses go through."""
    hosts: dict[str, dict[str, None]] = {}
    for address in addresses:
        hosts.setdefault(through_proxy(address, environ), {})[urlsplit(address).hostname or ""] = None
    return tuple(
        f"requests to {', '.join(found)} go{way}; NO_PROXY names the hosts that need none."
        for way, found in hosts.items()
        if way
    )


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _is_exempt(host: str, port: int | None, no_proxy: str) -> bool:
    """Whether `NO_PROXY` names the host: `*`, the name, its domain with or without a dot, either with a port.

    Or a network that holds its address, such as `192.168.0.0/16`.
    """
    for entry in no_proxy.lower().split(","):
        name = entry.strip().lstrip(".")
        if name in {"*", host, f"{host}:{port}"} or (name and host.endswith(f".{name}")) or _is_within(host, name):
            return True
    return False


def _is_within(host: str, network: str) -> bool:
    try:
        return "/" in network and ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False


def _shown(proxy: str) -> str:
    """Without user and password; the latter may have a slash in it."""
    scheme, _, rest = proxy.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('/')[0]}"

"""Which way a request takes: straight or through a proxy, and which certificates count on it."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from aihub_sdk._settings.fingerprints import is_fingerprint
from aihub_sdk._settings.proxies import proxy_for
from aihub_sdk.errors import ConfigurationError

from .pinning import tls_pinned_to

__all__ = ["Way", "host_of", "origin_of", "tls_of_its_own", "tls_without_authorities", "way_to"]


class Way(NamedTuple):
    """What requests must have in common to share a pool of connections.

    Attributes:
        is_tls: Whether the server is asked for a certificate.
        verify: True for what everybody trusts, the path of a CA file, a fingerprint, or False for no verification.
        proxy: Address of the proxy, None for straight.
    """

    is_tls: bool
    verify: str | bool
    proxy: str | None


def way_to(address: str, *, verify: str | bool = True, environ: Mapping[str, str] = os.environ) -> Way:
    """The way to an address."""
    is_tls = address[:6].lower() == "https:"
    return Way(is_tls, verify if is_tls else True, proxy_for(address, environ))


def tls_without_authorities() -> ssl.SSLContext:
    """A context that trusts nobody: costs 0.2 ms instead of 28, for connections that never ask for a certificate."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def tls_of_its_own(verify: str | bool) -> ssl.SSLContext:
    """The context for a server with a trust of its own.

    Args:
        verify: Path of a file with the certificates to trust, or the fingerprint of the one certificate; False trusts
            whoever answers.

    Raises:
        ConfigurationError: The file cannot be read or holds no certificate.
    """
    if is_fingerprint(verify):
        return tls_pinned_to(str(verify))
    context = tls_without_authorities()
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        context.load_verify_locations(cafile=str(verify))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"The certificates of the S3 relay cannot be read from {verify}: {error}.",
            setting="s3_verify",
            hint="Pass s3_verify= (or AI_HUB_S3_CA_FILE) the PEM file the relay's administrator gives out.",
        ) from error
    return context


def host_of(url: str) -> str:
    """Host and port of an address, without who asks; `""` when there is none, or it cannot be read."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """The address without its path and query, which may hold a signature."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"

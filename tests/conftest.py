"""What every test may rely on: loopback is the only network, and no setting of the machine is seen."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# The same examples in every run: a test that fails once must fail again.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def is_loopback(host: object) -> bool:
    """Whether a name or an address can only mean this machine."""
    if host in {"localhost", "testserver", "", None}:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def loopback_is_the_only_network() -> Iterator[None]:
    """A test that reaches for another machine fails at once, naming the address."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not is_loopback(address[0]):
            pytest.fail(f"a test tried to connect to {address}; use a mock transport or the emulator")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if not is_loopback(name):
            pytest.fail(f"a test tried to look up {name!r}; use a mock transport or the emulator")
        return look_up(host, *args, **kwargs)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def no_setting_of_the_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither a token in the shell, nor a profile in the home folder, nor a proxy decides a test."""
    patch = pytest.MonkeyPatch()
    for name in list(os.environ):
        if name.startswith("AI_HUB_") or name.lower().endswith("_proxy"):
            patch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    patch.setenv("HOME", str(home))
    patch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    patch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT

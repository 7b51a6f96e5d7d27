"""How much memory this process has, as the system counts it."""

from pathlib import Path


def peak_bytes() -> int:
    """The most that was resident at once so far."""
    return _status("VmHWM")


def resident_bytes() -> int:
    """What is resident now."""
    return _status("VmRSS")


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    return 0

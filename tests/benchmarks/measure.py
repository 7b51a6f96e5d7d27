"""Timing side by side: interleaved rounds, medians, ratios. No verdicts."""

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parents[2]


@attrs.frozen
class Ratio:
    """One comparison. `value` is ours over theirs, unless `unit` says what it is instead.

    Attributes:
        is_floor: Whether `target` is the least that is wanted, not the most.
    """

    what: str
    value: float
    target: float | None
    ours: str
    theirs: str
    unit: str = "×"
    is_floor: bool = attrs.field(default=False, kw_only=True)

    def __str__(self) -> str:
        target = "" if self.target is None else f"target {'≥' if self.is_floor else '≤'} {self.target:g}{self.unit}"
        return f"{self.what:<66}{self.value:>8.2f}{self.unit:<5}{target:<18}{self.ours} : {self.theirs}"


def interleaved(sides: Mapping[str, Callable[[], object]], *, rounds: int, repeat: int = 1) -> dict[str, float]:
    """Median seconds a call of each side; one round runs every side `repeat` times, in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for call in sides.values():
        call()
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in sides.items():
                start = time.perf_counter()
                for _ in range(repeat):
                    call()
                seconds[name].append((time.perf_counter() - start) / repeat)
    finally:
        gc.enable()
    return {name: statistics.median(values) for name, values in seconds.items()}


def processes(snippets: dict[str, str], *, rounds: int) -> dict[str, float]:
    """Median seconds of whole interpreters, each running one snippet; interleaved."""

    def run(snippet: str) -> None:
        subprocess.run([sys.executable, "-c", snippet], check=True, cwd=ROOT)

    sides = {name: (lambda snippet=snippet: run(snippet)) for name, snippet in snippets.items()}
    return interleaved(sides, rounds=rounds)


def child(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints for `code`."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout.strip()


@contextmanager
def stub() -> Iterator[str]:
    """The address of the stub server, running in its own process."""
    command = [sys.executable, str(Path(__file__).with_name("stub.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(timeout=10)


def ms(seconds: float) -> str:
    """Milliseconds for a table."""
    return f"{seconds * 1000:.2f} ms"

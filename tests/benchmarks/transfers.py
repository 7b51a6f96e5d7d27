"""`python -m tests.benchmarks.transfers`: one large file up and one down, beside curl, in one run.

Our side is measured in a fresh process, from the call to its end; curl by its own clock. Memory is the process's peak
beyond what it had with a client made and a small file transferred.
"""

import argparse
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .measure import ROOT, Ratio, child

MIB = 1 << 20

PREPARED = """
import asyncio, sys, time
from pathlib import Path
from aihub_sdk import AIHub, AsyncAIHub
from tests.benchmarks.memory import peak_bytes, resident_bytes
what, base, small, large, folder = sys.argv[1:6]
settings = dict(env="local", base_url=base, services={"s3_relay": base}, token="t", s3_token="t")
def begin():
    return resident_bytes(), time.perf_counter()
def end(idle, started):
    print(time.perf_counter() - started, (peak_bytes() - idle) / 2**20)
"""

SYNC = """
with AIHub(**settings) as hub:
    if what == "upload":
        hub.s3.upload(small, bucket="b")
        begun = begin()
        hub.s3.upload(large, bucket="b")
    else:
        hub.datasets.version("small/V1").download(Path(folder) / "small")
        begun = begin()
        hub.datasets.version("large/V1").download(Path(folder) / "large")
    end(*begun)
"""

ASYNC = """
async def main():
    async with AsyncAIHub(**settings) as hub:
        if what == "upload":
            await hub.s3.upload(small, bucket="b")
            begun = begin()
            await hub.s3.upload(large, bucket="b")
        else:
            await hub.datasets.version("small/V1").download(Path(folder) / "small")
            begun = begin()
            await hub.datasets.version("large/V1").download(Path(folder) / "large")
        end(*begun)
asyncio.run(main())
"""

Sides = dict[str, Callable[[], tuple[float, float]]]


@contextmanager
def storage(*options: str) -> Iterator[str]:
    """The address of the platform of files, running in its own process."""
    command = [sys.executable, str(Path(__file__).with_name("storage.py")), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(timeout=10)


def write_index(rows: list[tuple[str, str]], file: Path) -> None:
    """An index of files in the root: name and S3 path."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("create table t (parent_dir varchar, name varchar, s3path varchar, type integer)")
        connection.executemany("insert into t values ('', ?, ?, 0)", rows)
        connection.execute(f"copy t to '{file}' (format parquet)")


def curl(*arguments: str) -> tuple[float, float]:
    """The seconds that curl took, by its own clock; its memory is not measured."""
    command = ["curl", "-sS", "--noproxy", "*", "-w", "%{time_total}", *arguments]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    return float(done.stdout), 0.0


def ours(code: str, *arguments: str) -> tuple[float, float]:
    """The seconds and the mebibytes beyond idle of one of our processes."""
    seconds, mebibytes = child(PREPARED + code, *arguments).split()
    return float(seconds), float(mebibytes)


def both_ways(folder: Path, mebibytes: int, rounds: int) -> Iterator[Ratio]:
    """The upload, then the download."""
    size = mebibytes * MIB
    small, large = folder / "small.bin", folder / "large.bin"
    for file, length in ((small, MIB), (large, size)):
        with file.open("wb") as stream:
            stream.truncate(length)
    write_index([("f", f"s3://zeros/{MIB}")], folder / "small.parquet")
    write_index([("f", f"s3://zeros/{size}")], folder / "large.parquet")
    with storage("--indexes", str(folder)) as base:

        def run(what: str, code: str) -> tuple[float, float]:
            target = Path(tempfile.mkdtemp(dir=folder))
            try:
                return ours(code, what, base, str(small), str(large), str(target))
            finally:
                shutil.rmtree(target)

        up: Sides = {
            "curl": lambda: curl("-o", "/dev/null", "-F", f"file=@{large}", f"{base}/upload?bucket=b&key=k"),
            "sync": lambda: run("upload", SYNC),
            "async": lambda: run("upload", ASYNC),
        }
        yield from compared(f"upload of {mebibytes} MiB", up, rounds, {"sync": 1.1, "async": 0.9})
        copy = folder / "curl.bin"
        down: Sides = {
            "curl": lambda: curl("-o", str(copy), f"{base}/zeros/{size}"),
            "sync": lambda: run("download", SYNC),
            "async": lambda: run("download", ASYNC),
        }
        yield from compared(f"download of {mebibytes} MiB to disk", down, rounds, {"sync": 0.85, "async": 0.85})


def compared(what: str, sides: Sides, rounds: int, targets: dict[str, float]) -> Iterator[Ratio]:
    """Throughput beside curl's, and memory, from interleaved rounds after one that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    peak = dict.fromkeys(sides, 0.0)
    for number in range(rounds + 1):
        for name, side in sides.items():
            took, mebibytes = side()
            peak[name] = max(peak[name], mebibytes)
            if number:
                seconds[name].append(took)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, target in targets.items():
        shown = f"{medians[name]:.2f} s", f"{medians['curl']:.2f} s"
        yield Ratio(
            f"{what}, {name}: throughput / curl's", medians["curl"] / medians[name], target, *shown, is_floor=True
        )
        yield Ratio("  memory beyond the idle process, peak", peak[name], 40, "", "", " MiB")


def main() -> None:
    """Print every ratio; exit code 0 whatever they are."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.transfers", description=__doc__)
    parser.add_argument("--full", action="store_true", help="1 GiB and more rounds")
    mebibytes, rounds = (1024, 7) if parser.parse_args().full else (512, 3)
    if shutil.which("curl") is None:
        print("Skipped: curl, the peer, is not installed.")
        return
    version = subprocess.run(["curl", "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    print(f"Python {platform.python_version()}, curl {version}, medians of {rounds} interleaved rounds\n")
    with tempfile.TemporaryDirectory() as folder:
        for ratio in both_ways(Path(folder), mebibytes, rounds):
            print(ratio, flush=True)


if __name__ == "__main__":
    main()

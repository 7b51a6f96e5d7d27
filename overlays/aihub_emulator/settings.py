"""How one emulator behaves, decided when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["DatasetLimits", "ImageLimits", "JobSeconds", "Settings", "SqlLimits", "UnsupportedSetting"]

MIB = 1 << 20
GIB = 1 << 30


class UnsupportedSetting(ValueError):
    """A setting is wrong, or announced and not there yet. Nothing was started."""


@dataclass(frozen=True)
class SqlLimits:
    """What one SQL search may use before it fails.

    Attributes:
        memory_bytes: Address space of the process that runs it.
        cpu_seconds: Processor time.
        wall_seconds: Time in all, its start included.
        result_bytes: Size of the result file.
        at_once: Searches that run at the same time; others wait for their turn.
    """

    memory_bytes: int = 512 * MIB
    cpu_seconds: int = 10
    wall_seconds: float = 30.0
    result_bytes: int = 256 * MIB
    at_once: int = 2


@dataclass(frozen=True)
class JobSeconds:
    """How long trainings, quota tasks and workflow runs take, in seconds on the emulator's clock.

    Attributes:
        starting: From getting nodes to running; for a run, from its creation to its first node.
        running: A job that does not say how long it runs.
        stopping: From being told to stop to having stopped.
        node: A workflow node whose pipeline does not say how long it runs.
    """

    starting: float = 0.1
    running: float = 0.5
    stopping: float = 0.1
    node: float = 0.2


@dataclass(frozen=True)
class DatasetLimits:
    """What the building of one dataset version may use before it fails.

    Attributes:
        files: Files and directories of the version.
        content_bytes: Size of all its files.
        ratio: How many times as large as its archive the content may be.
        memory_bytes: Address space of the process that builds it.
        cpu_seconds: Processor time.
        wall_seconds: Time in all, its start included.
        at_once: Versions that are built at the same time; others wait for their turn.
    """

    files: int = 200_000
    content_bytes: int = 8 * GIB
    ratio: int = 200
    memory_bytes: int = GIB
    cpu_seconds: int = 300
    wall_seconds: float = 900.0
    at_once: int = 2


@dataclass(frozen=True)
class ImageLimits:
    """What image and text searches may use before they fail.

    Attributes:
        pixels: Pixels of one image; one that has more is not decoded.
        images: Images of one dataset version that can be found, the first ones by path.
        memory_bytes: Address space of each process.
        cpu_seconds: Processor time of each process: one reads the query images, or 500 images of a version.
        wall_seconds: Time in all of each process, its start included.
        result_bytes: Size of the largest file that one may write.
        at_once: Processes that run at the same time; others wait for their turn.
    """

    pixels: int = 40_000_000
    images: int = 20_000
    memory_bytes: int = 768 * MIB
    cpu_seconds: int = 60
    wall_seconds: float = 180.0
    result_bytes: int = 256 * MIB
    at_once: int = 2


@dataclass(frozen=True)
class Settings:
    """How one emulator behaves.

    Attributes:
        seed: The data it starts with: a name, or the path of a JSON file (text with a slash or `.json` at its end).
        clock: `real`, `manual`, or a number: how many of the emulator's seconds pass in one real second.
        state: Folder that keeps its state; None takes a temporary one, which goes with the emulator.
        waiting_seconds: How long a search or a dataset version stays waiting, on the emulator's clock.
        running_seconds: How long it then runs at least; its real work may take longer.
        token_seconds: How long a token that login hands out is valid, in real time.
        json_bytes: Longest JSON body that is read.
        upload_bytes: Longest form that is read, files included.
        host_root: The host directory below which dataset versions may be taken; None opens none.
        sql: What one SQL search may use.
        datasets: What the building of one dataset version may use.
        images: What image and text searches may use.
        jobs: How long trainings, quota tasks and workflow runs take.

    Raises:
        UnsupportedSetting: The host directory is not there.
    """

    seed: str | Path = "demo"
    clock: str = "real"
    state: Path | None = None
    waiting_seconds: float = 0.1
    running_seconds: float = 0.1
    token_seconds: float = 24 * 3600.0
    json_bytes: int = 16 * MIB
    upload_bytes: int = 8 * GIB
    host_root: Path | None = None
    sql: SqlLimits = field(default_factory=SqlLimits)
    datasets: DatasetLimits = field(default_factory=DatasetLimits)
    images: ImageLimits = field(default_factory=ImageLimits)
    jobs: JobSeconds = field(default_factory=JobSeconds)

    def __post_init__(self) -> None:
        if self.host_root is not None and not self.host_root.is_dir():
            raise UnsupportedSetting(f"host root {str(self.host_root)!r}: there is no such directory.")

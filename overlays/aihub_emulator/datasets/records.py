"""What is known about datasets and their versions, and where a version's files lie."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BUILDING_INDEX",
    "CREATING",
    "FAILED",
    "FILES",
    "HOST_DIRECTORY",
    "INDEXES",
    "LOADING_META",
    "S3_DIRECTORY",
    "SUCCESS",
    "WAITING",
    "ZIP",
    "DatasetRecord",
    "VersionRecord",
]

WAITING, CREATING, SUCCESS, FAILED, LOADING_META, BUILDING_INDEX = 1, 2, 3, 4, 5, 6
ZIP, S3_DIRECTORY, HOST_DIRECTORY = 1, 2, 3

# Buckets: the files of all versions by `<dataset>/V<number>/<path>`, and what is known about each version's files.
FILES = "dataset-files"
INDEXES = "dataset-indexes"


@dataclass(frozen=True)
class DatasetRecord:
    """One dataset.

    Attributes:
        next_version: Number of the version that is created next.
    """

    id: int
    owner_id: int
    name: str
    description: str
    tags: tuple[int, ...]
    cover_img: str
    created_at: int
    next_version: int = 1


@dataclass(frozen=True)
class VersionRecord:
    """One version of a dataset.

    Attributes:
        dataset: Name of the dataset.
        source: What `upload_path` stands for: an own HTTP address has become the `s3://` path that it leads to.
        message: Why it failed.
    """

    id: int
    dataset_id: int
    dataset: str
    version: int
    user_id: int
    upload_type: int
    upload_path: str
    source: str
    parent_version_id: int
    description: str
    created_at: int
    status: int = WAITING
    message: str = ""
    data_size: int = 0
    data_count: int = 0

    @property
    def name(self) -> str:
        """The version's name, unique among all versions."""
        return f"{self.dataset}/V{self.version}"

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in {SUCCESS, FAILED}

    @property
    def index_key(self) -> str:
        """Key of the parquet index among `INDEXES`."""
        return f"{self.name}.parquet"

    @property
    def meta_key(self) -> str:
        """Key of the rows for the `meta` table among `INDEXES`."""
        return f"{self.name}.csv"

    @property
    def features_key(self) -> str:
        """Key of what image and text searches compare, among `INDEXES`; there once they have."""
        return f"{self.name}.features"

"""What a seed file may hold: every key, its type and its bounds."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from aihub_emulator.datasets.names import dataset_name_problem

__all__ = ["FIRST_DATASET_ID", "UNKNOWN_KEYS", "SeedShape"]

# Datasets and versions that users create are numbered from 1 up.
FIRST_DATASET_ID = 900_001
UNKNOWN_KEYS = "unknown_keys"

_MOST_IMAGES = 20_000
_CREATED_AT = 1_721_382_073_775


def _named(value: str) -> str:
    if problem := dataset_name_problem(value):
        raise PydanticCustomError("name", "a name without slashes; this one {problem}", {"problem": problem})
    return value


def _address(value: str) -> str:
    try:
        ip_address(value)
    except ValueError:
        raise PydanticCustomError("address", 'an IP address, such as "192.0.2.1"') from None
    return value


Id = Annotated[int, Field(ge=1, le=2**53)]
DatasetId = Annotated[int, Field(ge=FIRST_DATASET_ID, le=2**53)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Milliseconds = Annotated[int, Field(ge=0, le=2**53)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
PathSegment = Annotated[str, AfterValidator(_named)]
Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, described: Any) -> Any:
        # Before anything else: a misspelt key is then told as that, and not as another one that is missing.
        if isinstance(described, dict) and (unknown := [key for key in described if key not in cls.model_fields]):
            raise PydanticCustomError(
                UNKNOWN_KEYS, "no unknown key", {"unknown": unknown, "known": sorted(cls.model_fields)}
            )
        return described


class UserShape(_Shape):
    """Somebody who may log in."""

    id: Id
    username: Text
    password: Text


class VersionShape(_Shape):
    """A dataset version: so many images, or the message with which it failed."""

    id: DatasetId
    description: str = ""
    first: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    images: Annotated[int, Field(ge=1, le=_MOST_IMAGES)] | None = None
    message: Text | None = None


class DatasetShape(_Shape):
    """A dataset of drawn images."""

    id: DatasetId
    name: PathSegment
    description: str = ""
    created_at: Milliseconds = _CREATED_AT
    format: Literal["jpg", "png"]
    scheme: Literal["day", "night"] = "day"
    widths: Annotated[list[Annotated[int, Field(ge=32, le=4096)]], Field(min_length=1)]
    pictures: Annotated[
        dict[PathSegment, Literal["car", "truck", "bus", "motorcycle", "face", "blue plate", "green plate"]],
        Field(min_length=1),
    ]
    versions: Annotated[list[VersionShape], Field(min_length=1)]


class FeatureLibraryShape(_Shape):
    """What images are compared by, and whose images are found."""

    id: Id
    name: Text
    parts: Annotated[dict[Literal["colour", "layout", "edges"], Weight], Field(min_length=1)]
    datasets: list[Text] | None = None


class SkuShape(_Shape):
    """What one SKU of a cluster is."""

    id: Id
    description: str = ""
    cpu: Count
    memory: Count
    gpu: Count = 0
    gpu_type: Annotated[int, Field(ge=1, le=5)] = 5
    gpu_name: str = ""
    gpu_memory: Count = 0
    network: Annotated[int, Field(ge=0, le=2)] = 0
    created_at: Milliseconds = _CREATED_AT


class NodeShape(_Shape):
    """A machine of a cluster."""

    name: Text
    ip: Annotated[str, AfterValidator(_address)]
    skus: Annotated[int, Field(ge=1, le=100_000)]


class ClusterShape(_Shape):
    """A virtual cluster."""

    id: Id
    name: Text
    uuid: str = ""
    label: str = ""
    created_at: Milliseconds = _CREATED_AT
    modules: Annotated[list[Annotated[int, Field(ge=0, le=3)]], Field(min_length=1)]
    users: list[int] | None = None
    sku: SkuShape
    nodes: Annotated[list[NodeShape], Field(min_length=1)]


class StorageShape(_Shape):
    """A storage that jobs mount."""

    id: Id
    name: Text
    path: Text
    server_path: str
    server_host: str = ""
    server_type: Literal["nfs", "hostpath"]
    permission: Literal["r", "rw"] = "rw"
    description: str = ""


class ProjectShape(_Shape):
    """A research project that jobs are accounted to."""

    id: Id
    name: Text
    description: str = ""


class ParamShape(_Shape):
    """An input parameter of a pipeline version; one without default must be given by every run."""

    key: Text
    default: str | None = None


class StepShape(_Shape):
    """A node of a pipeline version."""

    name: Text
    dependencies: list[str] = Field(default_factory=list)
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    exit_code: Annotated[int, Field(ge=0, le=255)] = 0
    message: str = ""
    output: str = ""


class PipelineVersionShape(_Shape):
    """One version of a pipeline: a graph of nodes."""

    id: Id
    name: Text
    params: list[ParamShape] = Field(default_factory=list)
    nodes: Annotated[list[StepShape], Field(min_length=1)]


class PipelineShape(_Shape):
    """A workflow that runs are created of."""

    id: Id
    name: Text
    versions: Annotated[list[PipelineVersionShape], Field(min_length=1)]


class SeedShape(_Shape):
    """A whole seed file. Only users are necessary."""

    users: Annotated[list[UserShape], Field(min_length=1)]
    datasets: list[DatasetShape] = Field(default_factory=list)
    feature_libraries: list[FeatureLibraryShape] = Field(default_factory=list)
    clusters: list[ClusterShape] = Field(default_factory=list)
    storages: list[StorageShape] = Field(default_factory=list)
    projects: list[ProjectShape] = Field(default_factory=list)
    pipelines: list[PipelineShape] = Field(default_factory=list)

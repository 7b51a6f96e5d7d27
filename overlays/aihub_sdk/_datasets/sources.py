"""What a new version of a dataset is made from: a local archive or folder, an S3 path, or a directory on a host."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from aihub_api.dataset_management import upload_dataset_version
from aihub_api.dataset_management.models import CreatedId, UploadDatasetVersionRequest, UploadType
from aihub_api.types import Call
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._transfers.local_paths import local_path
from aihub_sdk.errors import ConfigurationError, InvalidRequest

__all__ = ["DatasetFacts", "Given", "VersionSource"]


@dataclass(frozen=True)
class DatasetFacts:
    """What both handles of a dataset are. A pickled one keeps everything but its client.

    Attributes:
        id: Id of the dataset.
        name: Its name, which its versions' names begin with.
        environment: Name of the environment it lives in.
    """

    id: int
    name: str
    environment: str
    _session: Any = field(default=None, compare=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_session": None}

    def _repr_html_(self) -> str:
        from aihub_sdk._notebook import facts_html  # noqa: PLC0415  # notebooks only

        facts = [("name", self.name), ("environment", self.environment)]
        return facts_html(f"<b>dataset {self.id}</b>", facts)

    def _attached(self) -> Any:
        if self._session is None:
            raise ConfigurationError(
                f"The dataset {self.name} was unpickled and belongs to no client yet.",
                setting="handle",
                hint=f"Give it one: hub.datasets.get({self.name!r}, id={self.id}).",
            )
        return self._session


class Parent(Protocol):
    """A handle of the version that another one derives from."""

    @property
    def version_id(self) -> int | None:
        """The id that the platform gave it, None while it is not known."""
        ...


class Given(NamedTuple):
    """What the caller said about the data."""

    path: str | PathLike[str] | None
    host_path: str | None


class VersionSource:
    """Where a version's data is, and the call that makes a version of it.

    Attributes:
        local: What has to be uploaded first, None for what is there already.
        place: Where it is, `""` before the upload.

    Raises:
        InvalidRequest: It is nothing that a version can be made from.
    """

    def __init__(
        self,
        given: Given,
        dataset: DatasetFacts,
        description: str | None,
        parent: Parent | int | None,
    ) -> None:
        self._dataset = dataset
        self._description = description
        self._parent = None if parent is None else _id_of(parent)
        self.local: Path | None = None
        self.place = ""
        path, host_path = given
        if (path is None) == (host_path is None):
            hint = "Pass a local path or an s3:// path, or host_path= for a directory on a host."
            raise InvalidRequest("Exactly one of path and host_path is needed.", field="path", hint=hint)
        if path is None:
            self._type, self.place = UploadType.HOST_DIRECTORY, host_path or ""
        elif isinstance(path, str) and path.startswith("s3://"):
            if not path[5:].partition("/")[0].strip():
                raise InvalidRequest(f"path cannot be {path!r}.", field="path", hint="Write s3://bucket/key.")
            is_zip = path.lower().endswith(".zip")
            self._type, self.place = UploadType.ZIP if is_zip else UploadType.S3_DIRECTORY, path
        else:
            self._type, self.local = UploadType.ZIP, _packable(local_path(path, "path"))
        place: object = self.place
        if self.local is None and (not isinstance(place, str) or not place.strip()):
            hint = "Pass the directory on the host, as text."
            raise InvalidRequest(f"host_path cannot be {host_path!r}.", field="host_path", hint=hint)

    def key(self) -> str:
        """A key for the upload that no other upload has; the time tells a person which one it was."""
        stamp = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
        return f"{self._dataset.name}/{stamp}.zip"

    def call(self, place: str) -> Call[CreatedId]:
        """The call that makes the version."""
        body = UploadDatasetVersionRequest(
            upload_type=self._type,
            upload_path=place,
            dataset_id=self._dataset.id,
            description=self._description,
            parent_version_id=self._parent,
        )
        return checked_call(lambda: upload_dataset_version.call(body=body), self._dataset.environment)


def _packable(path: Path) -> Path:
    if path.parts[:1] == ("s3:",) and not path.exists():
        hint = "Pass s3://… as text: a Path takes one of its slashes away."
        raise InvalidRequest(f"There is no local file {path}.", field="path", hint=hint)
    try:
        is_file, is_folder = path.is_file(), path.is_dir()
        is_there = is_file or path.exists()
    except OSError:
        # The upload says why it cannot be read.
        return path
    if not is_folder and is_there and path.suffix.lower() != ".zip":
        hint = "Pass a zip file, or the folder that the file is in."
        raise InvalidRequest(f"{path} is neither a zip file nor a folder.", field="path", hint=hint)
    # The end of an archive says what is in it: one that was cut off would be found out only after hours of uploading.
    if is_file and not _is_archive(path):
        hint = "Pack it again, or pass the folder that it was made from."
        raise InvalidRequest(f"{path} is no zip file, or a broken one.", field="path", hint=hint)
    return path


def _is_archive(path: Path) -> bool:
    import zipfile  # noqa: PLC0415  # only those pay who have a file

    try:
        with path.open("rb") as stream:
            return zipfile.is_zipfile(stream)
    except OSError:
        # The upload says why it cannot be read.
        return True


def _id_of(parent: Parent | int) -> int:
    given: object = parent
    if isinstance(parent, int) and not isinstance(parent, bool):
        return parent
    if isinstance(parent, (bool, str, type)) or not hasattr(given, "version_id"):
        hint = (
            "Pass the handle of a version that was looked at, such as hub.datasets.version(name).refresh(), or its id."
        )
        raise InvalidRequest(f"parent cannot be {given!r}.", field="parent", hint=hint)
    found = parent.version_id
    if found is None:
        hint = "Look at it first: parent=version.refresh()."
        raise InvalidRequest(f"The id of {parent} is not known yet.", field="parent", hint=hint)
    return found

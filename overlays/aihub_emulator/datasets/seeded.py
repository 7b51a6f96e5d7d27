"""The datasets that a seed declares: which images they hold, known in full before a single one is drawn."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aihub_emulator.datasets.records import FAILED, SUCCESS, ZIP, DatasetRecord, VersionRecord
from aihub_emulator.warehouse.meta import Row

__all__ = ["SEED_OWNER_ID", "Planned", "planned_images", "seeded_datasets", "seeded_rows", "seeded_versions"]

# Nobody's: no user has this id, so nobody adds versions to them.
SEED_OWNER_ID = 0
_ASPECTS = ((16, 9), (4, 3), (1, 1), (3, 4))


@dataclass(frozen=True)
class Planned:
    """One image of the seed.

    Attributes:
        number: From 1, within its dataset.
        picture: What it shows, as drawing.py knows it.
        size_bytes: How long its file is, exactly.
        scheme: How the picture is lit: `day` or `night`.
    """

    number: int
    path: str
    label: str
    picture: str
    scheme: str
    width: int
    height: int
    format: str
    size_bytes: int


def planned_images(dataset: Mapping[str, Any], version: Mapping[str, Any]) -> Iterator[Planned]:
    """The images of one version, the same ones every time, in the order of their paths."""
    first, count = version.get("first", 1), version.get("images", 0)
    numbers = range(first, first + count)
    return iter(sorted((_planned(dataset, number) for number in numbers), key=lambda image: image.path))


def _planned(dataset: Mapping[str, Any], number: int) -> Planned:
    # Not for secrets; one generator an image, so that a change to one leaves the others alone.
    draw = random.Random(f"{dataset['name']} {number}")  # noqa: S311  # made-up images, not a secret
    labels = sorted(dataset["pictures"])
    label = labels[number % len(labels)]
    width = draw.choice(dataset["widths"])
    across, down = draw.choice(_ASPECTS)
    height, suffix = width * down // across, dataset["format"]
    return Planned(
        number=number,
        path=f"{label}/{number:05}.{suffix}",
        label=label,
        picture=dataset["pictures"][label],
        scheme=dataset.get("scheme", "day"),
        width=width,
        height=height,
        format=suffix,
        size_bytes=_size_bytes(width, height, suffix, draw),
    )


def _size_bytes(width: int, height: int, suffix: str, draw: random.Random) -> int:
    """Room enough for the picture with any encoder; drawing.py fills what is left."""
    least = 6_000 + width * height // (12 if suffix == "jpg" else 40)
    return least + draw.randrange(4_000)


def seeded_datasets(seed: Mapping[str, Any]) -> Iterator[DatasetRecord]:
    """The records of the seed's datasets."""
    for dataset in seed["datasets"]:
        yield DatasetRecord(
            id=dataset["id"],
            owner_id=SEED_OWNER_ID,
            name=dataset["name"],
            description=dataset["description"],
            tags=(),
            cover_img="",
            created_at=dataset["created_at"],
            next_version=len(dataset["versions"]) + 1,
        )


def seeded_versions(seed: Mapping[str, Any]) -> Iterator[tuple[VersionRecord, Mapping[str, Any]]]:
    """The records of their versions, each with what `drawn_images` in the process that builds wants."""
    owner = seed["users"][0]["id"]
    for dataset in seed["datasets"]:
        for number, version in enumerate(dataset["versions"], start=1):
            images = list(planned_images(dataset, version))
            record = VersionRecord(
                id=version["id"],
                dataset_id=dataset["id"],
                dataset=dataset["name"],
                version=number,
                user_id=owner,
                upload_type=ZIP,
                upload_path=f"s3://seed/{dataset['name']}-V{number}.zip",
                source="",
                parent_version_id=0,
                description=version.get("description", ""),
                created_at=dataset["created_at"] + number * 3_600_000,
                status=FAILED if "message" in version else SUCCESS,
                message=version.get("message", ""),
                data_size=sum(image.size_bytes for image in images),
                data_count=len(images),
            )
            yield record, {"kind": "drawn", "dataset": dataset, "version": version}


def seeded_rows(seed: Mapping[str, Any]) -> Iterator[Row]:
    """The rows of the `meta` table for them: those that the files give when they are measured."""
    for record, source in seeded_versions(seed):
        for image in planned_images(source["dataset"], source["version"]):
            yield (
                f"{record.name}/{image.path}",
                record.dataset,
                record.version,
                image.width,
                image.height,
                image.format,
                image.size_bytes,
                image.label,
                record.created_at,
            )

"""Feature libraries: which images a search looks among, and what it compares them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aihub_emulator.settings import UnsupportedSetting

__all__ = ["PARTS", "Library", "libraries_of"]

PARTS = ("colour", "layout", "edges")


@dataclass(frozen=True)
class Library:
    """One feature library.

    Attributes:
        parts: What images are compared by, and how much each counts.
        datasets: Names of the datasets whose images it holds; None: every dataset's.
    """

    id: int
    name: str
    parts: Mapping[str, float]
    datasets: frozenset[str] | None

    def holds(self, dataset: str) -> bool:
        """Whether the images of a dataset are in it."""
        return self.datasets is None or dataset in self.datasets


def libraries_of(seed: Mapping[str, Any]) -> dict[int, Library]:
    """The feature libraries of a seed by id.

    Raises:
        UnsupportedSetting: The seed describes one wrongly.
    """
    libraries = {}
    for described in seed.get("feature_libraries", ()):
        parts = described.get("parts", {})
        if not parts or not set(parts) <= set(PARTS) or min(parts.values()) <= 0:
            known = ", ".join(PARTS)
            raise UnsupportedSetting(f"seed: feature library {described!r}: give `parts` of {known} weights above 0.")
        datasets = described.get("datasets")
        libraries[described["id"]] = Library(
            id=described["id"],
            name=described["name"],
            parts=parts,
            datasets=None if datasets is None else frozenset(datasets),
        )
    return libraries

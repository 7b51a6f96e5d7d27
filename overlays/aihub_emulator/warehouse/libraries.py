"""Feature libraries: which images a search looks among, and what it compares them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Library", "libraries_of"]


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
    """The feature libraries of a seed by id."""
    return {described["id"]: _library(described) for described in seed["feature_libraries"]}


def _library(described: Mapping[str, Any]) -> Library:
    datasets = described.get("datasets")
    return Library(
        id=described["id"],
        name=described["name"],
        parts=described["parts"],
        datasets=None if datasets is None else frozenset(datasets),
    )

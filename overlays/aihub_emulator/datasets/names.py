"""What datasets may be called."""

from __future__ import annotations

__all__ = ["dataset_name_problem"]

_LONGEST_NAME = 128


def dataset_name_problem(name: str) -> str | None:
    """Why no dataset can be called so, or None. Its name becomes part of its versions' names and of addresses."""
    if not name.strip() or name in {".", ".."}:
        return "is no name"
    if len(name) > _LONGEST_NAME:
        return f"is {len(name)} characters long, and {_LONGEST_NAME} are allowed"
    if "/" in name or not name.isprintable():
        return "holds a slash or a character that cannot be printed"
    return None

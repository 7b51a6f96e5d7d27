"""Which nodes a job gets, and which jobs have to go for it. Pure functions of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["fits", "place", "victims"]


def fits(instances: int, sku_cnt: int, free: Mapping[str, int]) -> bool:
    """Whether so many pods find room on these nodes at the same time."""
    return sum(skus // sku_cnt for skus in free.values() if skus > 0) >= instances


def place(instances: int, sku_cnt: int, free: Mapping[str, int]) -> list[str] | None:
    """The node of each pod, or None when not all of them find room.

    The fullest nodes that still have room come first, so that empty ones stay for larger pods.
    """
    if not fits(instances, sku_cnt, free):
        return None
    nodes: list[str] = []
    for name in sorted(free, key=lambda name: (free[name], name)):
        if free[name] > 0:
            nodes += [name] * min(free[name] // sku_cnt, instances - len(nodes))
    return nodes


def victims(instances: int, sku_cnt: int, free: Mapping[str, int], held: Sequence[Mapping[str, int]]) -> list[int]:
    """Which of the jobs that hold `held` have to go so that the pods find room; empty when that is not enough.

    Those that come first in `held` go first, and none goes in vain: with any one of them left, the pods would not fit.
    """
    chosen: list[int] = []
    for index in range(len(held)):
        chosen.append(index)
        if fits(instances, sku_cnt, _freed(free, (held[i] for i in chosen))):
            break
    else:
        return []
    for index in list(reversed(chosen)):
        others = [other for other in chosen if other != index]
        if fits(instances, sku_cnt, _freed(free, (held[i] for i in others))):
            chosen = others
    return chosen


def _freed(free: Mapping[str, int], released: Iterable[Mapping[str, int]]) -> dict[str, int]:
    room = dict(free)
    for job in released:
        for name, skus in job.items():
            if name in room:
                room[name] += skus
    return room

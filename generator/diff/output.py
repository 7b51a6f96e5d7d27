"""A comparison for people (text, Markdown) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.diff.catalogue import GRADES
from generator.diff.difference import Difference

_NOTHING = "The two editions say the same."


@dataclass(frozen=True)
class Report:
    """Everything that a comparison came to: both sides by name, the differences, and the proposed version."""

    old: str
    new: str
    differences: tuple[Difference, ...]
    step: str
    old_version: str
    proposed_version: str

    @property
    def counts(self) -> dict[str, int]:
        """How many differences of each grade."""
        return {grade: sum(one.grade == grade for one in self.differences) for grade in GRADES}

    @property
    def summary(self) -> str:
        """The result on one line."""
        counted = ", ".join(f"{count} {grade}" for grade, count in self.counts.items())
        if not self.differences:
            return f"{counted}. {_NOTHING}"
        return f"{counted}. Proposed: {self.step}, {self.old_version} to {self.proposed_version}."


def as_text(report: Report) -> str:
    """One difference after another, the worst first; file and line can be clicked in most terminals."""
    lines = []
    for one in report.differences:
        side = "" if one.new else " (before)"
        lines.append(f"{one.place}{side}: {one.grade}: {one.message} [{one.rule}]")
        if one.todo:
            lines.append(f"    {one.todo}")
    return "\n".join([*lines, report.summary]) + "\n"


def as_json(report: Report) -> str:
    """The whole report as one JSON object; its keys are stable."""
    data: Mapping[str, object] = {
        "old": report.old,
        "new": report.new,
        "counts": report.counts,
        "step": report.step,
        "old_version": report.old_version,
        "proposed_version": report.proposed_version,
        "differences": [one.as_json() for one in report.differences],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    """A table for each grade that has something to say."""
    parts = [f"# Changes of the API from {_cell(report.old)} to {_cell(report.new)}", report.summary]
    for grade in GRADES:
        rows = [one for one in report.differences if one.grade == grade]
        if rows:
            parts.append(f"## {grade.capitalize()}")
            parts.append("\n".join(["| what | what to do | rule | where |", "|---|---|---|---|", *map(_row, rows)]))
    return "\n\n".join(parts) + "\n"


def _row(one: Difference) -> str:
    cells: Iterable[str] = (one.message, one.todo or "-", f"`{one.rule}`", f"`{one.place}`")
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}

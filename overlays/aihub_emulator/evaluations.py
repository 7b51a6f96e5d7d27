"""Evaluation results: two files a record, the predictions checked line by line before anything is kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aihub_emulator.records.store import Table
from aihub_emulator.requests.reading import invalid, shown

__all__ = ["EvaluationRecord", "Evaluations", "check_predictions"]

_LONGEST_LINE = 16 << 20
_MOST_NAMED = 3


@dataclass(frozen=True)
class EvaluationRecord:
    """One imported result.

    Attributes:
        fields: The form's texts, as they were sent.
        model_name: File name that the model was sent under; its copy has a name of its own.
        pred_name: The same of the predictions.
        lines: Number of predictions.
        created_at: Seconds since the epoch, on the emulator's clock.
    """

    id: int
    owner_id: int
    fields: Mapping[str, str]
    model_name: str
    model_bytes: int
    pred_name: str
    pred_bytes: int
    lines: int
    created_at: float


def check_predictions(file: Path) -> int:
    """The number of lines of a JSON Lines file, each of which is one JSON object. Reads all of it.

    Raises:
        Refusal: Lines are something else; the first ones are named.
    """
    bad: list[str] = []
    lines = 0
    with file.open("rb") as stream:
        for line in _lines(stream):
            lines += 1
            problem = _problem(line)
            if problem:
                bad.append(f"line {lines} {problem}")
            if len(bad) == _MOST_NAMED:
                break
    if bad:
        raise invalid("form.pred_file", "; ".join(bad), "Send JSON Lines: UTF-8, one JSON object a line")
    if not lines:
        raise invalid("form.pred_file", "has no line", "Send JSON Lines: UTF-8, one JSON object a line")
    return lines


def _lines(file: BinaryIO) -> Iterator[bytes]:
    # One byte more than allowed, so that a line of exactly the longest length passes.
    while line := file.readline(_LONGEST_LINE + 1):
        yield line
        if len(line) > _LONGEST_LINE:
            return


def _problem(line: bytes) -> str:
    if len(line) > _LONGEST_LINE:
        return f"is longer than {_LONGEST_LINE} bytes"
    try:
        text = line.decode("utf-8").strip()
        value = json.loads(text, parse_constant=_no_constant) if text else None
    except UnicodeDecodeError:
        return "is not UTF-8"
    except (ValueError, RecursionError):
        return f"is not JSON ({shown(text)})"
    if not text:
        return "is blank"
    return "" if isinstance(value, dict) else f"is not a JSON object ({shown(value)})"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is JavaScript, not JSON")


class Evaluations:
    """Keeps imported results: a record each, and a folder each with its two files."""

    def __init__(self, table: Table[EvaluationRecord], *, folder: Path) -> None:
        self._table = table
        self._folder = folder

    def new_id(self) -> int:
        """An id for a result that is being taken in."""
        return self._table.new_id()

    def adopt(self, evaluation_id: int, *, model: Path, predictions: Path) -> None:
        """Take over both files of a result; its record has to follow."""
        unfinished = self._folder / f"unfinished-{evaluation_id}"
        # An earlier life of the emulator may have ended between taking files over and keeping their record.
        for left in (unfinished, self.folder_of(evaluation_id)):
            shutil.rmtree(left, ignore_errors=True)
        unfinished.mkdir(parents=True)
        model.replace(unfinished / "model")
        predictions.replace(unfinished / "predictions.jsonl")
        unfinished.replace(self.folder_of(evaluation_id))

    def add(self, record: EvaluationRecord) -> None:
        """Keep the record of files that were taken over."""
        self._table.put(record)

    def folder_of(self, evaluation_id: int) -> Path:
        """The folder with the files `model` and `predictions.jsonl` of a result."""
        return self._folder / str(evaluation_id)

    def clear(self) -> None:
        """Remove all files. The table is its keeper's."""
        shutil.rmtree(self._folder, ignore_errors=True)

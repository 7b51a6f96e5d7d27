"""Job files, TOML or YAML: read into a plain dict that still knows the line of each of its fields."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from .errors import ConfigurationError, InvalidRequest

__all__ = ["JobSource", "job_source"]

_FORMATS = {".toml": "TOML", ".yaml": "YAML", ".yml": "YAML"}


class JobSource(NamedTuple):
    """What a job is described by, before keyword arguments change it.

    Attributes:
        fields: Its fields as they were written.
        file: The file they are from, `""` for a dict.
        lines: The line of each field, for what the file gives.
    """

    fields: Mapping[str, Any]
    file: str = ""
    lines: Mapping[str, int] = {}

    def at(self, field: str) -> str:
        """Where a field was written, as the beginning of a message: `job.yaml, line 3: `."""
        if not self.file or field not in self.fields:
            return f"{self.file}: " if self.file else ""
        return f"{self.file}, line {self.lines[field]}: " if field in self.lines else f"{self.file}: "


def job_source(job: object) -> JobSource:
    """The fields of a job that is given as a dict, as the path of a file, or not at all.

    Raises:
        InvalidRequest: It is neither, or the file cannot be read as TOML or YAML.
        ConfigurationError: The reader of its format is not installed.
    """
    if job is None:
        return JobSource({})
    if isinstance(job, Mapping):
        return JobSource(job)
    if isinstance(job, (str, PathLike)):
        return _from_file(Path(job))
    hint = "Pass keyword arguments, a dict, or the path of a TOML or YAML file."
    raise InvalidRequest(f"A job cannot be {type(job).__name__}.", field="job", hint=hint)


def _from_file(path: Path) -> JobSource:
    kind = _FORMATS.get(path.suffix.lower())
    if kind is None:
        hint = "Name it .toml, .yaml or .yml."
        raise InvalidRequest(f"{path} is no job file: nothing says its format.", field="job", hint=hint)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        hint = "Check the path; it is relative to the working directory."
        raise InvalidRequest(f"{path} cannot be read: {reason}.", field="job", hint=hint) from error
    document = _toml(text, path) if kind == "TOML" else _yaml(text, path)
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        hint = "Write one field a line, such as `name: train-001`."
        raise InvalidRequest(f"{path} does not hold the fields of a job.", field="job", hint=hint)
    return JobSource(document, str(path), _lines(text, document))


def _toml(text: str, path: Path) -> object:
    if sys.version_info >= (3, 11):
        from tomllib import TOMLDecodeError, loads  # noqa: PLC0415  # only those pay who have a file
    else:
        try:
            from tomli import TOMLDecodeError, loads  # noqa: PLC0415  # as above
        except ImportError as error:
            raise _no_reader(path, "TOML", "tomli") from error
    try:
        return loads(text)
    except TOMLDecodeError as error:
        raise InvalidRequest(f"{path} is not TOML: {error}.", field="job", hint="Mend the line it names.") from error


def _yaml(text: str, path: Path) -> object:
    try:
        # By name: PyYAML is no dependency of the SDK, it is used where it is there.
        yaml: Any = importlib.import_module("yaml")
    except ImportError as error:
        raise _no_reader(path, "YAML", "pyyaml") from error
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        message = f"{path}{line}: it is not YAML: {problem}."
        raise InvalidRequest(message, field="job", hint="Mend the line it names.") from error


def _no_reader(path: Path, kind: str, package: str) -> ConfigurationError:
    message = f"{path} cannot be read: no reader of {kind} is installed."
    return ConfigurationError(message, setting="job", hint=f"Run: pip install {package}")


def _lines(text: str, document: Mapping[str, Any]) -> dict[str, int]:
    """The line on which each top-level field begins, for those that are found."""
    lines: dict[str, int] = {}
    for key in document:
        # A YAML field at the margin, or a TOML key or table; an indented one belongs to something else.
        found = re.search(rf"^(?:\[\[?\s*)?[\"']?{re.escape(key)}[\"']?\s*[:=\].]", text, re.MULTILINE)
        if found:
            lines[key] = text.count("\n", 0, found.start()) + 1
    return lines

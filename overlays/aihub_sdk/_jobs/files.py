"""Job files, TOML or YAML: read into a plain dict that still knows the line of each of its fields."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from aihub_sdk.errors import ConfigurationError, InvalidRequest

__all__ = ["JobSource", "job_source"]

_FORMATS = {".toml": "TOML", ".yaml": "YAML", ".yml": "YAML"}
# Fields of a job are three deep. A YAML alias can make a list that holds itself, which has no end.
_DEEPEST = 4


class JobSource(NamedTuple):
    """What a job is described by, before keyword arguments change it.

    Attributes:
        fields: Its fields as they were written.
        file: The file they are from, `""` for a dict.
        lines: The line of each field, for what the file gives; those inside another as `envs[0].value`.
    """

    fields: Mapping[str, Any]
    file: str = ""
    lines: Mapping[str, int] = {}

    def at(self, field: str) -> str:
        """Where a field was written, as the beginning of a message: `job.yaml, line 3: `.

        A field inside another whose own line is not known is where the other begins.
        """
        if not self.file:
            return ""
        outer = field
        while outer and outer not in self.lines:
            outer = re.sub(r"(?:^|\.|\[)[^.\[]*$", "", outer)
        if re.split(r"[.\[]", field)[0] not in self.fields or not outer:
            return f"{self.file}: "
        return f"{self.file}, line {self.lines[outer]}: "


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
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        hint = "Check the path; it is relative to the working directory."
        raise InvalidRequest(f"{path} cannot be read: {reason}.", field="job", hint=hint) from error
    document, lines = _toml(text, path) if kind == "TOML" else _yaml(text, path)
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        hint = "Write one field a line, such as `name: train-001`."
        raise InvalidRequest(f"{path} does not hold the fields of a job.", field="job", hint=hint)
    return JobSource(document, str(path), lines)


def _toml(text: str, path: Path) -> tuple[object, dict[str, int]]:
    if sys.version_info >= (3, 11):
        from tomllib import TOMLDecodeError, loads  # noqa: PLC0415  # only those pay who have a file
    else:
        try:
            from tomli import TOMLDecodeError, loads  # noqa: PLC0415  # as above
        except ImportError as error:
            raise _no_reader(path, "TOML", "'aihub-sdk[cli]'") from error
    try:
        document = loads(text)
    except (TOMLDecodeError, RecursionError) as error:
        raise InvalidRequest(f"{path} is not TOML: {error}.", field="job", hint="Mend the line it names.") from error
    return document, _toml_lines(text, document)


def _yaml(text: str, path: Path) -> tuple[object, dict[str, int]]:
    try:
        import yaml  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise _no_reader(path, "YAML", "'aihub-sdk[jobs]'") from error
    try:
        document = yaml.safe_load(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
        message = f"{path}{line}: it is not YAML: {problem}."
        raise InvalidRequest(message, field="job", hint="Mend the line it names.") from error
    except (ValueError, RecursionError) as error:
        # A value that only looks like a date or a number, such as 2024-13-01; the reader does not say where.
        message = f"{path} has a value that YAML cannot read: {error}."
        hint = "Put text that looks like a date or a number in quotes."
        raise InvalidRequest(message, field="job", hint=hint) from error
    lines: dict[str, int] = {}
    for field, line_number in _yaml_lines(root, "", 1, path):
        if field in lines:
            message = f"{path}, line {line_number}: {field} is there twice, the first time on line {lines[field]}."
            raise InvalidRequest(message, field=field, hint="Keep the one that is meant.")
        lines[field] = line_number
    return document, lines


def _no_reader(path: Path, kind: str, package: str) -> ConfigurationError:
    message = f"{path} cannot be read: no reader of {kind} is installed."
    return ConfigurationError(message, setting="job", hint=f"Run: pip install {package}")


def _yaml_lines(node: Any, outer: str, depth: int, path: Path) -> Iterator[tuple[str, int]]:
    """The line on which each field begins."""
    inside: list[tuple[str, Any, Any]] = []
    if getattr(node, "id", "") == "mapping":
        dot = "." if outer else ""
        inside = [(f"{outer}{dot}{key.value}", key, value) for key, value in node.value]
    elif getattr(node, "id", "") == "sequence":
        inside = [(f"{outer}[{index}]", value, value) for index, value in enumerate(node.value)]
    for field, start, value in inside:
        line = start.start_mark.line + 1
        if depth > _DEEPEST:
            message = f"{path}, line {line}: {outer} is nested too deeply, or holds itself."
            hint = "No field of a job is nested so deeply."
            raise InvalidRequest(message, field=outer, hint=hint)
        yield field, line
        yield from _yaml_lines(value, field, depth + 1, path)


def _toml_lines(text: str, document: Mapping[str, Any]) -> dict[str, int]:
    """The line on which each top-level field begins, for those that are found."""
    lines: dict[str, int] = {}
    for key in document:
        # A key or a table at the margin; an indented one belongs to something else.
        found = re.search(rf"^(?:\[\[?\s*)?[\"']?{re.escape(key)}[\"']?\s*[=\].]", text, re.MULTILINE)
        if found:
            lines[key] = text.count("\n", 0, found.start()) + 1
    return lines

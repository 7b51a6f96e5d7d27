"""Prediction files in JSON Lines, checked on this machine before they are sent."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import msgspec

from ._transfers.local_paths import expect_no_special_file
from .errors import InvalidRequest

__all__ = ["check_predictions"]

# What is named of a bad file; a file of the wrong kind would be bad on every line.
MOST_NAMED = 20
_SHOWN_LENGTH = 40


def check_predictions(path: Path) -> int:
    """The number of lines of a file each of which is one JSON object. Reads all of it, a line at a time.

    Raises:
        InvalidRequest: It cannot be read, is empty, or has other lines; the first twenty are named with their numbers.
    """
    bad: list[str] = []
    number = 0
    try:
        expect_no_special_file(path)
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                problem = _problem(line)
                if problem:
                    bad.append(f"line {number} {problem}")
                if len(bad) == MOST_NAMED:
                    break
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "Check the path; it is relative to the working directory."
        raise InvalidRequest(f"{path} cannot be read: {reason}.", field="pred_file", hint=hint) from error
    hint = "Write JSON Lines: UTF-8 without a mark, one JSON object a line, no blank lines."
    if bad:
        more = " (the first 20; there may be more)" if len(bad) == MOST_NAMED else ""
        raise InvalidRequest(f"{path}: {'; '.join(bad)}{more}.", field="pred_file", hint=hint)
    if number == 0:
        raise InvalidRequest(f"{path} has no line.", field="pred_file", hint=hint)
    return number


def _problem(line: bytes) -> str:
    """What is wrong with a line, `""` for nothing."""
    if not line.strip():
        return "is blank"
    if line.startswith(codecs.BOM_UTF8):
        return "begins with a byte order mark"
    try:
        value: Any = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return f"is not JSON ({_shown(line)})"
    except RecursionError:
        return "is nested too deeply"
    return "" if isinstance(value, dict) else f"is not a JSON object ({_shown(line)})"


def _shown(line: bytes) -> str:
    text = line.strip().decode("utf-8", "backslashreplace")
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"

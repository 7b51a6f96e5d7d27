"""How openapi-python-client turns a name of the spec into a Python name.

Written out here because importing the tool costs half a second; a test compares the two.
"""

from __future__ import annotations

import builtins
import keyword
import re

_DELIMITERS = r"\. _-"
_RESERVED = (set(dir(builtins)) | {"self", "true", "false", "datetime"}) - {"id"}


def snake_case(name: str) -> str:
    """`getSearch` becomes `get_search`."""
    return "_".join(_words(name)).lower()


def member_name(varname: str) -> str:
    """The enum member that the tool makes of an `x-enum-varnames` entry."""
    return snake_case(varname).upper()


def class_name(name: str) -> str:
    """The class that the tool makes of a schema's name; equal to the name when that is safe."""
    words = (word if word.isupper() else word.capitalize() for word in _words(name))
    made = "".join(words)
    return f"{made}_" if made in _RESERVED or keyword.iskeyword(made) else made


def _words(name: str) -> list[str]:
    kept = "".join(char for char in name if char.isidentifier() or char.isdecimal() or char in _DELIMITERS)
    if any(char.isupper() for char in kept):
        kept = " ".join(re.split("([A-Z]?[a-z]+)", kept))
    return re.findall(rf"[^{re.escape(_DELIMITERS)}]+", kept)

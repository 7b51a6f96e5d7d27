"""Tokens for tests: nobody's, signed by nobody."""

import base64
import json
from typing import Any

NOW = 1_750_000_000.0


def clock() -> float:
    """The time in these tests, always the same."""
    return NOW


def jwt(**claims: Any) -> str:
    """An unsigned JSON Web Token with these claims."""
    parts = [{"alg": "none"}, claims, {}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)

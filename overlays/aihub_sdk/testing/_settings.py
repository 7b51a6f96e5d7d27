"""The settings of clients in tests: what they are given, and nothing of the machine that the tests run on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from aihub_sdk._settings.config import Config, resolve

__all__ = ["sealed_config"]


def sealed_config(
    env: str,
    base_url: str,
    *,
    token: str,
    s3_token: str,
    services: Mapping[str, str] | None = None,
    s3_verify: bool | str | os.PathLike[str] | None = None,
    timeout: float | timedelta | None = None,
    max_retries: int | None = None,
    strict: bool | None = None,
) -> Config:
    """The settings that are given here, and the built-in values: neither a variable nor a profile counts.

    Raises:
        ConfigurationError: A value cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="aihub-testing-") as empty:
        folder = str(Path(empty).absolute())
        return resolve(
            env=env,
            base_url=base_url,
            services=services,
            token=token,
            s3_token=s3_token,
            s3_verify=s3_verify,
            timeout=timeout,
            max_retries=max_retries,
            strict=strict,
            # An empty folder has no profiles.
            environ={"XDG_CONFIG_HOME": folder, "APPDATA": folder, "HOME": folder},
        )

"""What an address may look like: checked where it is given, so that no call fails for it later."""

from __future__ import annotations

from aihub_sdk.errors import ConfigurationError

__all__ = ["checked_address"]


def checked_address(value: object, setting: str, origin: str) -> str:
    """The address without slashes at its end: scheme, host, optional port, optional path prefix.

    Raises:
        ConfigurationError: It is anything else. The message shows the value without what could be secret in it.
    """
    problem = _problem(value)
    if problem is None and isinstance(value, str):
        return value.rstrip("/")
    source = "" if origin == setting else f" (from {origin})"
    raise ConfigurationError(
        f"{setting} cannot be {_shown(value)}{source}: {problem}.",
        setting=setting,
        hint="An address is http:// or https://, a host, and optionally a port and a path prefix, such as "
        "http://gateway.example:8080/aihub.",
    )


def _problem(value: object) -> str | None:
    from urllib.parse import urlsplit  # noqa: PLC0415  # 4 ms that a client with a built-in table does not pay

    if not isinstance(value, str) or not value:
        return "it is empty or not text"
    # urlsplit drops line breaks silently, and what it drops would still be in our string.
    if not value.isascii() or any(c <= " " or c in '\x7f\\"<>^`{|}' for c in value):
        return "it has blanks, line breaks or characters that belong percent-encoded"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        return f"it does not parse ({error})" if "@" not in value else "it does not parse"
    if parts.scheme not in {"http", "https"}:
        return "it does not begin with http:// or https://"
    if "@" in parts.netloc:
        return "it carries a user name or a password, which belong in token, or in username and password"
    if not parts.hostname:
        return "it names no host"
    if port == 0:
        return "port 0 cannot be called"
    if "?" in value or "#" in value:
        return "it has a query or a fragment"
    return None


def _shown(value: object) -> str:
    """The value for a message: no user name, password, query, or anything that may be a token."""
    if not isinstance(value, str):
        return f"a {type(value).__name__}"
    if "@" in value:
        # What stands before an @ may be a password with any character in it: show nothing that could be part of it.
        return repr(f"{value.split('//')[0]}//…@…") if value.startswith(("http://", "https://")) else "this value"
    shown = value.split("?")[0].split("#")[0]
    if shown != value:
        shown += "?…"
    is_address = "." in shown or ":" in shown or len(shown) < 20
    return repr(shown) if is_address and not shown.startswith("eyJ") and len(shown) < 200 else "this value"

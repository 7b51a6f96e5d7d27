"""Fingerprints of certificates: how a person writes one, and how two are compared."""

from __future__ import annotations

from aihub_sdk.errors import ConfigurationError

__all__ = ["PREFIX", "checked_fingerprint", "fingerprint_of", "is_fingerprint"]

PREFIX = "sha256:"
_DIGITS = 64


def is_fingerprint(value: object) -> bool:
    """Whether a setting means a fingerprint rather than a file."""
    return isinstance(value, str) and value[: len(PREFIX)].lower() == PREFIX


def checked_fingerprint(value: object, origin: str) -> str:
    """The fingerprint in its one spelling, `sha256:AB:CD:…`.

    Raises:
        ConfigurationError: It is anything else.
    """
    digits = value[len(PREFIX) :].strip().replace(":", "").upper() if isinstance(value, str) else ""
    if is_fingerprint(value) and len(digits) == _DIGITS and all(c in "0123456789ABCDEF" for c in digits):
        return _spelled(digits)
    raise ConfigurationError(
        f"The fingerprint from {origin} is not one of a certificate.",
        setting="s3_verify",
        hint=f"It is sha256: and {_DIGITS} hexadecimal digits, in pairs with colons or without. An administrator has "
        "it; openssl x509 -in relay.pem -noout -fingerprint -sha256 prints it.",
    )


def fingerprint_of(certificate: bytes) -> str:
    """The fingerprint of a certificate in DER, spelled as `checked_fingerprint` does."""
    import hashlib  # noqa: PLC0415  # loads OpenSSL's bindings; only a client that has pinned a certificate pays

    return _spelled(hashlib.sha256(certificate).hexdigest().upper())


def _spelled(digits: str) -> str:
    return PREFIX + ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))

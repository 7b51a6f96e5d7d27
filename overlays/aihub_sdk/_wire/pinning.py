"""TLS with one server whose certificate is known by its fingerprint.

The comparison is made by the connection itself, at the end of its handshake and before a byte of a request is sent, for
every connection: there is no moment at which another certificate could be shown.
"""

from __future__ import annotations

import ssl

from aihub_sdk._settings.fingerprints import fingerprint_of

__all__ = ["tls_pinned_to"]


class _PinnedContext(ssl.SSLContext):
    """A context whose connections accept one certificate; `pin` is its fingerprint."""

    pin = ""


class _PinnedSocket(ssl.SSLSocket):
    """A connection that blocks."""

    def do_handshake(self, block: bool = False) -> None:
        super().do_handshake(block)
        _compare(self)


class _PinnedObject(ssl.SSLObject):
    """A connection of an event loop, or one inside another."""

    def do_handshake(self) -> None:
        super().do_handshake()
        _compare(self)


def tls_pinned_to(fingerprint: str) -> ssl.SSLContext:
    """A context that accepts the certificate with this fingerprint and no other.

    Nothing else about it counts, neither its name nor its dates nor who signed it: whoever compares the whole
    certificate needs nobody's word for it.
    """
    context = _PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.pin = fingerprint
    # OpenSSL has nothing to verify it against; `_compare` refuses all others.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = _PinnedSocket
    context.sslobject_class = _PinnedObject
    return context


def _compare(connection: ssl.SSLSocket | ssl.SSLObject) -> None:
    """Refuse a server that shows another certificate.

    Raises:
        ssl.SSLCertVerificationError: It does, or shows none. The message has both fingerprints.
    """
    context = connection.context
    pin = context.pin if isinstance(context, _PinnedContext) else ""
    certificate = connection.getpeercert(binary_form=True)
    shown = fingerprint_of(certificate) if certificate else "none"
    if not pin or shown != pin:
        # With one argument alone its text would be that of a tuple.
        raise ssl.SSLCertVerificationError(ssl.SSL_ERROR_SSL, f"its fingerprint is {shown}, and {pin} is expected")

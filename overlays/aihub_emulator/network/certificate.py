"""The certificate of the S3 relay's TLS port, made by the emulator and signed by a CA of its own."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["Certificate", "certificate_in"]

_VALID_FOR = timedelta(days=365)
_SLACK = timedelta(hours=1)
_LEAST_LEFT = timedelta(days=30)


@dataclass(frozen=True)
class Certificate:
    """Files of a served certificate: what clients trust, what the server shows, and its private key."""

    ca_file: Path
    chain_file: Path
    key_file: Path


def certificate_in(folder: Path, hosts: list[str]) -> Certificate:
    """The certificate for `hosts` (names and addresses) in `folder`; made when there is none that is still good."""
    files = Certificate(folder / "ca.pem", folder / "relay.pem", folder / "relay.key")
    if not _is_good(files, hosts):
        _make(files, hosts)
    return files


def _is_good(files: Certificate, hosts: list[str]) -> bool:
    try:
        leaf = x509.load_pem_x509_certificate(files.chain_file.read_bytes())
        serialization.load_pem_private_key(files.key_file.read_bytes(), password=None)
        x509.load_pem_x509_certificate(files.ca_file.read_bytes())
    except (OSError, ValueError):
        return False
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    is_valid = leaf.not_valid_after_utc - datetime.now(tz=timezone.utc) > _LEAST_LEFT
    return is_valid and all(_alternative(host) in names for host in hosts)


def _make(files: Certificate, hosts: list[str]) -> None:
    """Make a new certificate.

    A CA and a leaf rather than one self-signed certificate: Python 3.13 accepts nothing less as trusted.
    """
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name, name = _named("AIHub emulator CA"), _named("AIHub emulator")
    ca = (
        _begun(ca_name, ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    leaf = (
        _begun(name, ca_name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    # The chain goes first and comes last: a set that a killed process left half made is not taken for a good one.
    files.chain_file.unlink(missing_ok=True)
    files.ca_file.write_bytes(_pem(ca))
    files.key_file.touch(mode=0o600)
    files.key_file.write_bytes(secret)
    unfinished = files.chain_file.with_suffix(".part")
    unfinished.write_bytes(_pem(leaf) + _pem(ca))
    unfinished.replace(files.chain_file)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(tz=timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + _VALID_FOR)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

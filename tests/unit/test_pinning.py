"""The S3 relay's certificate by its fingerprint, for threads and for asyncio, through one implementation."""

import asyncio
import hashlib
import inspect
import socket
import ssl
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from aihub_api.s3_relay.models import UploadFileRequest
from aihub_api.types import File
from aihub_emulator.network.certificate import Certificate, certificate_in
from aihub_sdk import AIHub, AsyncAIHub
from aihub_sdk._settings.config import resolve
from aihub_sdk._settings.fingerprints import checked_fingerprint, fingerprint_of
from aihub_sdk._wire.routes import tls_of_its_own
from aihub_sdk.errors import ConfigurationError
from tests.unit.loopback import Server, send, serving

OTHER = "sha256:" + ":".join(["AB"] * 32)


def der_of(certificate: Certificate) -> bytes:
    """The certificate that the server shows: the first of its chain."""
    first = certificate.chain_file.read_text().partition("-----END")[0] + "-----END CERTIFICATE-----\n"
    return ssl.PEM_cert_to_DER_cert(first)


def serve(certificate: Certificate) -> Iterator[Server]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate.chain_file, certificate.key_file)
    with serving(tls) as seen:
        seen.answer = accept
        yield seen


def accept(request: BaseHTTPRequestHandler) -> None:
    """Take the file, so that the connection can be used again."""
    request.rfile.read(int(request.headers["Content-Length"]))
    send(request, 200, b'{"code": 0, "data": {"path": "s3://b/k"}}')


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate of another host: nothing but its fingerprint speaks for it."""
    return certificate_in(tmp_path_factory.mktemp("tls"), ["relay.example"])


@pytest.fixture
def relay(certificate: Certificate) -> Iterator[Server]:
    yield from serve(certificate)


@pytest.fixture(params=[AIHub, AsyncAIHub])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


def upload(kind: Any, address: str, verify: Any, times: int = 1) -> list[str | None]:
    """Where the relay says that it has put some files."""
    hub = kind(services={"s3_relay": address}, s3_token="secret-relay", s3_verify=verify)

    async def use() -> list[str | None]:
        async with hub:
            return [(await hub.api.s3_relay.upload_file(bucket="b", key="k", body=body())).path for _ in range(times)]

    if kind is AsyncAIHub:
        return asyncio.run(use())
    with hub:
        return [hub.api.s3_relay.upload_file(bucket="b", key="k", body=body()).path for _ in range(times)]


def body() -> UploadFileRequest:
    return UploadFileRequest(file=File(b"x"))


def test_the_certificate_with_the_fingerprint_is_trusted(kind: Any, relay: Server, certificate: Certificate) -> None:
    assert upload(kind, relay.address, fingerprint_of(der_of(certificate)), times=2) == ["s3://b/k"] * 2
    assert len(set(relay.connections)) == 1


def test_any_other_certificate_is_refused_with_both_fingerprints(
    kind: Any, relay: Server, certificate: Certificate
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        upload(kind, relay.address, OTHER)

    text = str(caught.value)
    assert (fingerprint_of(der_of(certificate)) in text, OTHER in text, caught.value.attempts) == (True, True, 1)
    assert f"is not trusted (its fingerprint is {fingerprint_of(der_of(certificate))}, and" in text
    assert "AI_HUB_S3_FINGERPRINT" in caught.value.hint


def test_a_refused_server_gets_neither_the_token_nor_a_byte_of_the_file(kind: Any, relay: Server) -> None:
    with pytest.raises(ConfigurationError):
        upload(kind, relay.address, OTHER)

    assert relay.requests == []


def test_a_certificate_that_the_pinned_one_has_signed_is_another_one(kind: Any, relay: Server, tmp_path: Path) -> None:
    """The fingerprint of an authority is not the fingerprint of what it signs."""
    mine = certificate_in(tmp_path, ["127.0.0.1"])
    authority = fingerprint_of(ssl.PEM_cert_to_DER_cert(mine.ca_file.read_text()))

    for server in serve(mine):
        with pytest.raises(ConfigurationError, match="not trusted"):
            upload(kind, server.address, authority)


def test_the_other_services_trust_as_they_always_do(kind: Any, relay: Server, certificate: Certificate) -> None:
    hub = kind(base_url=relay.address, token="t", s3_verify=fingerprint_of(der_of(certificate)))
    with pytest.raises(ConfigurationError, match="not trusted"):
        done(hub.searches.get(1))


def done(value: Any) -> Any:
    """The value, awaited where it is to be."""
    return asyncio.run(value) if inspect.iscoroutine(value) else value


# --- how it is written ----------------------------------------------------------------------------

PIN = "sha256:" + ":".join(f"{i:02X}" for i in range(32))
DIGITS = PIN.removeprefix("sha256:")


@pytest.mark.parametrize(
    "text", [PIN, PIN.lower(), f"SHA256:{DIGITS}", f"sha256:{DIGITS.replace(':', '')}", f"sha256: {DIGITS} "]
)
def test_a_fingerprint_may_be_written_in_several_ways(text: str) -> None:
    assert checked_fingerprint(text, "here") == PIN


@pytest.mark.parametrize("text", ["sha256:", PIN[:-1], PIN + ":00", "sha256:" + "XY" * 32, f"sha1:{DIGITS}", DIGITS, 5])
def test_what_is_no_fingerprint_is_refused(text: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked_fingerprint(text, "here")
    assert (caught.value.setting, "from here" in caught.value.message) == ("s3_verify", True)


def test_a_fingerprint_is_what_openssl_prints() -> None:
    assert (
        fingerprint_of(b"certificate").replace(":", "").lower() == "sha256" + hashlib.sha256(b"certificate").hexdigest()
    )


def test_the_fingerprint_is_argument_then_variable_then_profile(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    file = tmp_path / ".config" / "aihub" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f"[profiles.default]\nenv = 'local'\ns3_fingerprint = '{PIN.lower()}'\n")

    assert resolve(environ=home).s3_verify == PIN
    assert resolve(environ={**home, "AI_HUB_S3_FINGERPRINT": OTHER.lower()}).s3_verify == OTHER
    assert resolve(environ={**home, "AI_HUB_S3_FINGERPRINT": PIN}, s3_verify=OTHER).s3_verify == OTHER
    assert f"s3_verify           {PIN}" in str(resolve(environ=home).explain())


def test_a_file_and_a_fingerprint_in_one_place_are_refused(tmp_path: Path) -> None:
    variables = {"HOME": str(tmp_path), "AI_HUB_S3_FINGERPRINT": PIN, "AI_HUB_S3_CA_FILE": "ca.pem"}

    with pytest.raises(ConfigurationError, match="AI_HUB_S3_CA_FILE and AI_HUB_S3_FINGERPRINT"):
        resolve(env="local", environ=variables)


def test_a_fingerprint_without_its_prefix_is_taken_for_a_file_and_told_so() -> None:
    with pytest.raises(ConfigurationError, match="begins with sha256:"):
        resolve(env="local", environ={}, s3_verify=DIGITS)


# --- no verification ------------------------------------------------------------------------------


def test_no_verification_warns_where_it_is_written(kind: Any) -> None:
    with pytest.warns(UserWarning, match="s3_verify=False") as caught:
        kind(env="local", s3_verify=False)

    assert [warning.filename for warning in caught] == [__file__]


def test_it_warns_once_for_each_place_of_the_program(kind: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            kind(env="local", s3_verify=False).with_options(timeout=5)

    assert len(caught) == 1


@pytest.mark.parametrize("verify", [None, True, PIN])
def test_nothing_else_warns(kind: Any, verify: Any) -> None:
    assert kind(env="local", s3_verify=verify).config.s3_verify == (verify or True)


def test_an_empty_pin_trusts_nobody(relay: Server) -> None:
    context = tls_of_its_own(PIN)
    context.pin = ""  # type: ignore[attr-defined]  # what a mistake of ours would leave
    host, port = relay.address.removeprefix("https://").split(":")

    with socket.create_connection((host, int(port))) as plain, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(plain)

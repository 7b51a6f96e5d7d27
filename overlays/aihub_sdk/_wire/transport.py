"""The only module that knows httpx: how a request is made for it, and what its answers and exceptions mean.

Requests go straight into a shared public `httpx.HTTPTransport`, past `httpx.Client`, so what that would decide is
decided here: redirects are not followed, cookies are not kept, proxies come from the environment.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from importlib.util import find_spec

import httpx

from aihub_api._runtime.body import Form
from aihub_sdk._settings.proxies import through_proxy
from aihub_sdk._version import __version__
from aihub_sdk.errors import ConfigurationError

from .connections import KEEPALIVE_SECONDS
from .effects import Fault, Opened, Send, Sent
from .multipart import Multipart, Piece, may_be_read_ahead
from .pools import CONNECT_SECONDS, TimeLeft
from .routes import Way, tls_of_its_own, tls_without_authorities
from .traffic import Traffic

__all__ = [
    "FAULTS",
    "MOST_CONNECTIONS",
    "STILL_ANSWERING",
    "TOO_LATE",
    "AsyncBody",
    "AsyncPool",
    "ConnectionBroke",
    "NoAnswerInTime",
    "NotConnected",
    "Request",
    "Requests",
    "Response",
    "SyncBody",
    "SyncPool",
    "async_pools",
    "fault_of",
    "is_encoded",
    "opened_of",
    "plain_body",
    "sync_pools",
]

SyncPool = httpx.BaseTransport
AsyncPool = httpx.AsyncBaseTransport
SyncBody = httpx.SyncByteStream
AsyncBody = httpx.AsyncByteStream
Request = httpx.Request
Response = httpx.Response
NotConnected = httpx.ConnectError
ConnectionBroke = httpx.ReadError
NoAnswerInTime = httpx.ReadTimeout

# More connections cost a busy process more time than they save; see the benchmarks of polling. Calls and files are
# counted apart, or sixteen long transfers would keep every call waiting.
MOST_CONNECTIONS = 16
# A bound, not a tuning: a program that calls thousands of different URLs must not collect them for ever.
_MOST_CACHED = 512

_LIMITS = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE_SECONDS)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NEVER_SENT = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
FAULTS = (httpx.HTTPError, httpx.InvalidURL)
USER_AGENT = f"aihub-sdk/{__version__}".encode()
_NO_BODY = httpx.ByteStream(b"")
TOO_LATE = Fault(Sent.NO, is_timeout=True, reason="no time was left to send it", error=None)
STILL_ANSWERING = Fault(Sent.MAYBE, is_timeout=True, reason="the server was still answering", error=None)


class Requests:
    """Builds httpx requests, reusing parsed addresses and encoded headers."""

    __slots__ = ("_clock", "_headers", "_traffic", "_urls")

    def __init__(self, clock: Callable[[], float], traffic: Traffic) -> None:
        self._clock = clock
        self._traffic = traffic
        self._urls: dict[str, httpx.URL] = {}
        self._headers: dict[tuple[bytes, tuple[str, str] | None], httpx.Headers] = {}

    def of(self, send: Send) -> httpx.Request:
        """The request for one attempt; its body can be read from the start again for the next."""
        call = send.call
        url = self.url(send.address + call.target)
        headers = self._headers_for(url.netloc, send.credential)
        extensions = {"timeout": TimeLeft(send.deadline, self._clock, send.stall)}
        if call.form is not None:
            body = _FormBody(call.form, self._traffic)
            request = httpx.Request(send.method, url, headers=headers, stream=body, extensions=extensions)
            request.headers.update(body.headers)
            return request
        if call.content is None and send.method == "GET":
            return httpx.Request("GET", url, headers=headers, stream=_NO_BODY, extensions=extensions)
        request = httpx.Request(send.method, url, headers=headers, content=call.content or b"", extensions=extensions)
        if call.content is not None:
            request.headers["Content-Type"] = "application/json"
        return request

    def plain_get(self, url: str, stall: float) -> httpx.Request:
        """A request for a file: nobody is named, and each step may take `stall` seconds."""
        parsed = self.url(url)
        timeout = {"connect": min(stall, CONNECT_SECONDS), "read": stall, "write": stall, "pool": stall}
        headers = [(b"Host", parsed.netloc), (b"User-Agent", USER_AGENT), (b"Accept-Encoding", b"identity")]
        return httpx.Request("GET", parsed, headers=headers, stream=_NO_BODY, extensions={"timeout": timeout})

    def url(self, text: str) -> httpx.URL:
        """The parsed address."""
        parsed = self._urls.get(text)
        if parsed is None:
            parsed = httpx.URL(text)
            if not all(0 < len(label) < 64 for label in parsed.raw_host.removesuffix(b".").split(b".")):
                # Looking it up would raise what is no error of HTTP.
                raise httpx.InvalidURL(f"no host can have the name {parsed.host!r}")
            if len(self._urls) >= _MOST_CACHED:
                self._urls.clear()
            self._urls[text] = parsed
        return parsed

    def _headers_for(self, host: bytes, credential: tuple[str, str] | None) -> httpx.Headers:
        headers = self._headers.get((host, credential))
        if headers is None:
            pairs = [(b"Host", host), (b"User-Agent", USER_AGENT), (b"Accept", b"application/json")]
            if credential is not None:
                pairs.append((credential[0].encode(), credential[1].encode()))
            headers = httpx.Headers(pairs)
            if len(self._headers) >= _MOST_CACHED:
                self._headers.clear()
            self._headers[host, credential] = headers
        return headers


class _FormBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A form in large pieces of a known length; on an event loop its files are read on threads."""

    def __init__(self, form: Form, traffic: Traffic) -> None:
        self._traffic = traffic
        self._multipart = Multipart(form)
        self._is_read_ahead = may_be_read_ahead(form)
        self.headers = {
            "Content-Type": self._multipart.content_type,
            "Content-Length": str(self._multipart.size_bytes),
        }

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._multipart.pieces():
            yield piece.data
            self._tell(piece)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

        pieces = self._multipart.pieces()

        def read() -> asyncio.Future[Piece | None]:
            reading = asyncio.ensure_future(asyncio.to_thread(next, pieces, None))
            # Whether it could be read is of no interest any more when the sending is given up.
            reading.add_done_callback(lambda done: done.cancelled() or done.exception())
            return reading

        reading = read()
        # One piece at a time: the memory of several costs more than the visits to the thread that they save.
        while (piece := await reading) is not None:
            if self._is_read_ahead:
                reading = read()
            yield piece.data
            self._tell(piece)
            if not self._is_read_ahead:
                reading = read()

    def _tell(self, piece: Piece) -> None:
        """Tell a file that counts what was sent of it."""
        self._traffic.pieces += 1
        sent = getattr(piece.content, "sent", None)
        if sent is not None:
            sent(len(piece.data))


@cache
def _tls_of_everybody() -> ssl.SSLContext:
    # One for the whole process: building it costs as much as a hundred requests.
    return httpx.create_ssl_context()


def _tls(way: Way) -> ssl.SSLContext:
    if way.is_tls and way.verify is not True:
        return tls_of_its_own(way.verify)
    if way.is_tls or (way.proxy or "").lower().startswith("https:"):
        return _tls_of_everybody()
    return tls_without_authorities()


def sync_pools(way: Way) -> Callable[[], SyncPool]:
    """What makes pools of one connection each for a way.

    Raises:
        ConfigurationError: The proxy or the certificates for it cannot be used.
    """
    tls, proxy = _tls_and_proxy(way)
    return lambda: httpx.HTTPTransport(verify=tls, trust_env=False, limits=_LIMITS, proxy=proxy)


def async_pools(way: Way) -> Callable[[], AsyncPool]:
    """`sync_pools` for asyncio."""
    _settle_which_async_library()
    tls, proxy = _tls_and_proxy(way)
    return lambda: httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=_LIMITS, proxy=proxy)


def _settle_which_async_library() -> None:
    """Say once that there is no sniffio, where there is none.

    httpcore tries to import it several times a request, and an import that fails searches every folder of the path
    each time: more than half of what a request costs.
    """
    if "sniffio" not in sys.modules and find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # how Python writes down that there is no such module


def _tls_and_proxy(way: Way) -> tuple[ssl.SSLContext, httpx.Proxy | None]:
    try:
        tls, proxy = _tls(way), _proxy(way)
        if way.proxy is not None:
            # It looks at its arguments when it is made, and connects only when it is used.
            httpx.HTTPTransport(verify=tls, trust_env=False, proxy=proxy).close()
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise _unusable_proxy(error) from None
    return tls, proxy


def _proxy(way: Way) -> httpx.Proxy | None:
    """The proxy of a way; for a TLS proxy the same authorities count as for servers."""
    if way.proxy is None:
        return None
    tls = _tls_of_everybody() if way.proxy.lower().startswith("https:") else None
    return httpx.Proxy(way.proxy, ssl_context=tls)


def _unusable_proxy(error: Exception) -> ConfigurationError:
    # A ConfigurationError is a ValueError too; and other causes repeat the address, with the password in it.
    if isinstance(error, ConfigurationError):
        return error
    reason = "it needs the package socksio" if isinstance(error, ImportError) else "its address cannot be read"
    return ConfigurationError(
        f"The proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used: {reason}.",
        setting="proxy",
        hint="A proxy is http://host:port or https://host:port; NO_PROXY names the hosts that need none.",
    )


def fault_of(error: Exception, address: str) -> Fault:
    """What an httpx exception says about the request: not sent, maybe sent, or never to be sent."""
    words = str(error) or type(error).__name__
    is_timeout = isinstance(error, httpx.TimeoutException)
    if isinstance(error, _NEVER_SENT):
        return Fault(Sent.NEVER, is_timeout=False, reason=words, error=error)
    if _is_certificate_problem(error):
        reason = f"the certificate of {address} is not trusted ({words})"
        return Fault(Sent.NEVER, is_timeout=False, reason=reason, error=error)
    if isinstance(error, _NOT_SENT):
        return Fault(Sent.NO, is_timeout, f"no connection to {address}{through_proxy(address)} ({words})", error)
    what = "no answer in time" if is_timeout else f"the connection broke ({words})"
    return Fault(Sent.MAYBE, is_timeout, f"{what} from {address}", error)


def _is_certificate_problem(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def plain_body(response: httpx.Response, chunks: list[bytes]) -> list[bytes]:
    """The body without the compression that was not asked for."""
    if not is_encoded(response):
        return chunks
    return [httpx.Response(response.status_code, headers=response.headers, content=b"".join(chunks)).content]


def is_encoded(response: httpx.Response) -> bool:
    return "Content-Encoding" in response.headers


def opened_of(response: httpx.Response) -> Opened:
    length = response.headers.get("Content-Length", "")
    is_size = length.isdecimal() and not is_encoded(response)
    return Opened(response.status_code, response.headers, int(length) if is_size else None)

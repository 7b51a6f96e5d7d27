"""The two clients: `AIHub` for threads, `AsyncAIHub` for asyncio, with the same names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ._auth.login import LoginToken
from ._nouns import AsyncNouns, Nouns

if TYPE_CHECKING:
    from types import TracebackType

    from aihub_api.api import Api, AsyncApi

    from ._auth.identity import WhoAmI
    from ._calls.sessions import AsyncSession, SyncSession
    from ._calls.unlisted import AsyncUnlisted, Unlisted
    from .services.searches import AsyncSearches, Searches

__all__ = ["AIHub", "AsyncAIHub"]


class AIHub(Nouns):
    """The platform, for programs that block while they wait.

    Threads may share one client. Use it in a `with` block, or `close()` it. Making one sends nothing.

    Each setting is the first given of: argument, environment variable, profile, built-in value.

    Args:
        env: `external-test`, `internal-test`, `production` or `local`; there is no default (`AI_HUB_ENV`).
        base_url: One address for all services, such as a gateway's; may have a path prefix (`AI_HUB_BASE_URL`).
        services: Addresses of single services by key, such as `{"evaluation": "http://…"}` (`AI_HUB_<SERVICE>_URL`).
        token: JWT of a user (`AI_HUB_TOKEN`, or the file named by `AI_HUB_TOKEN_FILE`).
        username: User to log in as when there is no token; needs `password`. Logs in before the first call.
        password: Password of that user. Kept in memory to log in again when the token ends.
        profile: Name of a profile in the configuration file (`AI_HUB_PROFILE`).
        s3_token: Token of the S3 relay (`AI_HUB_S3_TOKEN`).
        s3_verify: Whom to trust at the S3 relay: a CA file (`AI_HUB_S3_CA_FILE`), the one certificate with a
            fingerprint such as `sha256:AB:CD:…` (`AI_HUB_S3_FINGERPRINT`), True for the system's authorities, False for
            anybody, with a warning.
        timeout: Seconds that one call may take in all, retries and the waits between them included. Default 60.
        max_retries: How often a call may be sent again. Default 4. Writes are sent again only when they certainly
            did not arrive, or when the server asks for it.
        strict: Whether an answer that does not fit the spec raises `SchemaMismatch`. Default False: it is kept as it
            came, and the difference is logged once.

    Raises:
        ConfigurationError: Nothing says where the platform is, a name is unknown, or a value cannot be used.
    """

    @property
    def _session(self) -> SyncSession:
        return self._part("session", self._make_session)

    def _make_session(self) -> SyncSession:
        from ._calls.sessions import SyncSession  # noqa: PLC0415  # loads httpx; a client that calls nothing does not
        from ._wire.sync_transport import SyncTransport  # noqa: PLC0415  # as above

        terms = self._terms()
        transport = SyncTransport(verify=self._config.s3_verify, clock=terms.clock.monotonic, given=self._transport)
        return SyncSession(terms, transport.used_by(self), sleep=self._sleep or time.sleep)

    @property
    def api(self) -> Api:
        """Every operation of the spec, one to one, with wire names: `hub.api.data_warehouse.get_search(id=1)`.

        `hub.api.<service>.raw` answers status, headers and timing beside the data.
        """
        return self._part("api", self._make_api)

    def _make_api(self) -> Api:
        from aihub_api.api import Api  # noqa: PLC0415  # loaded when it is first used

        return Api(self._session)

    @property
    def request(self) -> Unlisted:
        """What the spec does not have yet: `hub.request("GET", "data_warehouse", "/data-warehouse/api/v1/tables")`.

        Answers the opened data as plain JSON data; `hub.request.raw(...)` also status, headers and timing.
        """
        return self._part("request", self._make_request)

    def _make_request(self) -> Unlisted:
        from ._calls.unlisted import Unlisted  # noqa: PLC0415  # loaded when it is first used

        return Unlisted(self._session)

    @property
    def searches(self) -> Searches:
        """Searches of the data warehouse."""
        return self._part("searches", self._make_searches)

    def _make_searches(self) -> Searches:
        from .services.searches import Searches  # noqa: PLC0415  # loaded when it is first used

        return Searches(self._session)

    def login(self, username: str, password: str) -> WhoAmI:
        """Log in, and use the token that this gives from now on; it is renewed by itself when it ends.

        Returns:
            Who is logged in. The token stays in the client.

        Raises:
            AuthenticationError: The platform does not accept user name and password.
            InvalidRequest: One of them is not text.
            AIHubError: The call failed.

        Source:
            login, 用户系统 / 登录.
        """
        session = self._session
        source = LoginToken("hub.login()", username, password, time.time)
        source.renew(lambda name, word: session.log_in(name, word).token)
        session.terms.identity.source = source
        return self.whoami()

    def whoami(self) -> WhoAmI:
        """What is known about the user: from the last login's answer, and from the token's own claims.

        Sends nothing, with one exception: a client with user name and password that has not logged in yet does.

        Raises:
            AuthenticationError: There is no token, or it has expired.
            AIHubError: The login failed.

        Source:
            The claims of the token are not documented: the usual names are looked for.
        """
        from ._calls.steps import known_user  # noqa: PLC0415  # loaded when it is first used

        return known_user(self._session)

    def close(self) -> None:
        """Close the connections. Nothing can be sent afterwards; handles keep what they have seen."""
        self._session.transport.close(self)

    def __enter__(self) -> AIHub:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncAIHub(AsyncNouns):
    """`AIHub` for asyncio: the same names and arguments; what sends something is awaited.

    Tasks may share one client, and so may event loops one after another or side by side: each has its own connections.
    Use it in an `async with` block, or await `close()`.
    """

    @property
    def _session(self) -> AsyncSession:
        return self._part("session", self._make_session)

    def _make_session(self) -> AsyncSession:
        from ._calls.sessions import AsyncSession  # noqa: PLC0415  # as above
        from ._wire.async_transport import AsyncTransport  # noqa: PLC0415  # loads httpx; see AIHub

        terms = self._terms()
        transport = AsyncTransport(verify=self._config.s3_verify, clock=terms.clock.monotonic, given=self._transport)
        return AsyncSession(terms, transport.used_by(self), sleep=self._sleep)

    @property
    def api(self) -> AsyncApi:
        """Every operation of the spec, one to one, awaited. See `AIHub.api`."""
        return self._part("api", self._make_api)

    def _make_api(self) -> AsyncApi:
        from aihub_api.api import AsyncApi  # noqa: PLC0415  # loaded when it is first used

        return AsyncApi(self._session)

    @property
    def request(self) -> AsyncUnlisted:
        """What the spec does not have yet, awaited. See `AIHub.request`."""
        return self._part("request", self._make_request)

    def _make_request(self) -> AsyncUnlisted:
        from ._calls.unlisted import AsyncUnlisted  # noqa: PLC0415  # loaded when it is first used

        return AsyncUnlisted(self._session)

    @property
    def searches(self) -> AsyncSearches:
        """Searches of the data warehouse."""
        return self._part("searches", self._make_searches)

    def _make_searches(self) -> AsyncSearches:
        from .services.searches import AsyncSearches  # noqa: PLC0415  # loaded when it is first used

        return AsyncSearches(self._session)

    async def login(self, username: str, password: str) -> WhoAmI:
        """Log in, and use the token from now on. See `AIHub.login`."""
        session = self._session

        async def send_login(name: str, word: str) -> str:
            return (await session.log_in(name, word)).token

        source = LoginToken("hub.login()", username, password, time.time)
        await source.renew_async(send_login)
        session.terms.identity.source = source
        return await self.whoami()

    async def whoami(self) -> WhoAmI:
        """What is known about the user. See `AIHub.whoami`."""
        from ._calls.steps import known_user_async  # noqa: PLC0415  # loaded when it is first used

        return await known_user_async(self._session)

    async def close(self) -> None:
        """Close the connections of the running event loop. Nothing can be sent afterwards. See `AIHub.close`."""
        await self._session.transport.close(self)

    async def __aenter__(self) -> AsyncAIHub:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

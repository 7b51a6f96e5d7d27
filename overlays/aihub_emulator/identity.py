"""Who calls: users with passwords, and the tokens that stand for them."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache

import jwt

from aihub_emulator.records.store import Store, Table
from aihub_emulator.requests.answers import Code, Refusal
from aihub_emulator.spec import Scheme

__all__ = ["Identity", "Keys", "User", "keys_of"]

_ISSUER = "aihub-emulator"
_TOKENS_REMEMBERED = 1024
_REMEDY = 'Send the token of `login` as "Authorization: Bearer <token>".'


@dataclass(frozen=True)
class User:
    """Somebody who may log in."""

    id: int
    username: str
    password: str


@dataclass(frozen=True)
class Keys:
    """What tokens are made with. A kept state keeps them: tokens outlive a restart.

    Attributes:
        secret: Signs the tokens of users.
        relay_token: The token of the S3 relay.
        generation: How often all tokens of users were made to expire.
        keep_generation: Keeps the next one.
    """

    secret: bytes
    relay_token: str
    generation: int = 0
    keep_generation: Callable[[int], None] = lambda _: None


def keys_of(store: Store) -> Keys:
    """The keys that a store keeps; new ones for a new store."""
    secret = store.fact("secret")
    relay_token = store.fact("relay_token")
    if secret is None or relay_token is None:
        secret, relay_token = secrets.token_hex(32), secrets.token_urlsafe(24)
        store.keep_fact("secret", secret)
        store.keep_fact("relay_token", relay_token)
        store.commit()
    return Keys(
        bytes.fromhex(secret),
        relay_token,
        int(store.fact("token_generation") or 0),
        lambda generation: store.keep_fact("token_generation", str(generation)),
    )


def _unauthenticated(message: str) -> Refusal:
    return Refusal(Code.NOT_AUTHENTICATED, message, status=401)


class Identity:
    """Hands out tokens and tells whose they are.

    Tokens expire in real time, whatever the emulator's clock does: a client compares `exp` with its own clock.

    Attributes:
        relay_token: The token of the S3 relay.
    """

    def __init__(
        self,
        users: Table[User],
        *,
        token_seconds: float,
        keys: Keys | None = None,
        real_time: Callable[[], float] = time.time,
    ) -> None:
        keys = keys or Keys(secrets.token_bytes(32), secrets.token_urlsafe(24))
        self._users = users
        self._token_seconds = token_seconds
        self._real_time = real_time
        self._secret = keys.secret
        self._generation = keys.generation
        self._keep_generation = keys.keep_generation
        self.relay_token = keys.relay_token
        # A client sends the same token again and again, and checking a signature costs as much as the rest of a read.
        self._signed_claims = lru_cache(maxsize=_TOKENS_REMEMBERED)(self._decoded)

    def expire_tokens(self) -> None:
        """Let every token that users hold expire now, whatever its `exp` says. The relay's token stays."""
        self._generation += 1
        self._keep_generation(self._generation)

    def check_password(self, username: str, password: str) -> User:
        """The user with this name and password.

        Raises:
            Refusal: There is none. The message does not tell which of the two is wrong.
        """
        for user in self._users.all():
            matches = hmac.compare_digest(user.password.encode(), password.encode("utf-8", "replace"))
            if user.username == username and matches:
                return user
        raise Refusal(Code.UNKNOWN, "wrong user name or password")

    def user_named(self, username: str) -> User:
        """The user of this name.

        Raises:
            LookupError: There is none.
        """
        for user in self._users.all():
            if user.username == username:
                return user
        raise LookupError(f"there is no user {username!r}")

    def name_of(self, user_id: int) -> str:
        """The name of the user with this id; empty when there is none."""
        user = self._users.get(user_id)
        return user.username if user else ""

    def issue(self, user: User, *, seconds: float | None = None) -> str:
        """A token for `user`, valid for `seconds` of real time; a negative number gives an expired one."""
        now = self._real_time()
        expiry = now + (self._token_seconds if seconds is None else seconds)
        claims = {
            "iss": _ISSUER,
            "sub": str(user.id),
            "id": user.id,
            "username": user.username,
            "iat": int(now),
            "exp": int(expiry),
            "jti": secrets.token_hex(8),
            "gen": self._generation,
        }
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def caller(self, scheme: Scheme, header: str | None) -> User | None:
        """Whose call it is; None where the scheme's token belongs to nobody in particular.

        Raises:
            Refusal: The header does not prove it.
        """
        if scheme.is_bearer:
            return self._bearer(header)
        if header is None:
            raise _unauthenticated(f'there is no token. Send it as "{scheme.header}: <token>".')
        if not hmac.compare_digest(header.encode(), self.relay_token.encode()):
            raise _unauthenticated(
                f"the token in {scheme.header} is not the relay's. Send the `s3_token` that the emulator printed."
            )
        return None

    def _bearer(self, header: str | None) -> User:
        if header is None:
            raise _unauthenticated(f"there is no token. {_REMEDY}")
        word, _, token = header.strip().partition(" ")
        if word.lower() != "bearer" or not token.strip():
            raise _unauthenticated(f"the Authorization header is malformed. {_REMEDY}")
        claims = self._claims(token.strip())
        user = self._users.get(int(claims["sub"]))
        if user is None:
            raise _unauthenticated("the token's user is gone. Log in again.")
        return user

    def _decoded(self, token: str) -> Mapping[str, str | int]:
        # PyJWT would compare `exp` with the machine's clock; the injected one decides.
        claims: Mapping[str, str | int] = jwt.decode(
            token, self._secret, algorithms=["HS256"], issuer=_ISSUER, options={"verify_exp": False}
        )
        return claims

    def _claims(self, token: str) -> Mapping[str, str | int]:
        try:
            claims = self._signed_claims(token)
        except jwt.InvalidSignatureError:
            raise _unauthenticated("the token was issued by somebody else. Log in here.") from None
        except jwt.InvalidTokenError:
            raise _unauthenticated(f"the token is malformed. {_REMEDY}") from None
        expiry = int(claims["exp"])
        if self._real_time() >= expiry:
            when = datetime.fromtimestamp(expiry, tz=timezone.utc).isoformat()
            raise _unauthenticated(f"the token expired at {when}. Log in again.")
        if claims.get("gen") != self._generation:
            raise _unauthenticated("the token expired: all tokens were told to. Log in again.")
        return claims

"""Logging in, and what tokens are good for."""

from typing import Any

import jwt
import pytest

from aihub_emulator import Emulator
from tests.e2e.emulator.caller import Caller, check_answer
from tests.e2e.emulator.conftest import QUICK

LOGIN = "/api/v1/auth/login"
ANY_SEARCH = "/data-warehouse/api/v1/searches/1"


def log_in(caller: Caller, **body: Any) -> Any:
    response = caller.send("POST", LOGIN, json=body)
    check_answer("login", response.text)
    assert response.status_code == 200
    return response.json()


def test_a_login_gives_the_users_id_and_a_token_with_claims_and_expiry(nobody: Caller) -> None:
    data = log_in(nobody, username="demo", password="demo")["data"]

    claims = jwt.decode(data["token"], options={"verify_signature": False})
    assert (data["id"], claims["id"], claims["username"]) == (2, 2, "demo")
    assert claims["exp"] - claims["iat"] == 24 * 3600


def test_the_token_of_a_login_opens_the_other_operations(nobody: Caller) -> None:
    token = log_in(nobody, username="demo", password="demo")["data"]["token"]

    response = nobody.send("GET", ANY_SEARCH, headers={"Authorization": f"Bearer {token}"})

    assert (response.status_code, response.json()["code"]) == (200, 2)


@pytest.mark.parametrize(
    ("username", "password"),
    [("demo", "wrong"), ("nobody", "demo"), ("demo", ""), ("", "demo"), ("演示", "演示")],
)
def test_a_wrong_login_is_refused_without_telling_what_is_wrong(nobody: Caller, username: str, password: str) -> None:
    envelope = log_in(nobody, username=username, password=password)

    assert envelope == {"code": 1, "msg": "wrong user name or password", "data": None}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (None, "there is no token."),
        ("", "the Authorization header is malformed."),
        ("Bearer", "the Authorization header is malformed."),
        ("Basic ZGVtbzpkZW1v", "the Authorization header is malformed."),
        ("Bearer not.a.token", "the token is malformed."),
        ("Bearer \x80\xff", "the token is malformed."),
    ],
)
def test_a_token_that_is_none_is_refused_with_http_401_and_an_envelope(
    nobody: Caller, header: str | None, words: str
) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}

    response = nobody.send("GET", ANY_SEARCH, headers=headers)

    check_answer("getSearch", response.text)
    assert (response.status_code, response.json()["code"]) == (401, 401)
    assert response.json()["msg"].startswith(words)


def test_an_expired_token_is_refused_and_says_since_when(emulator: Emulator) -> None:
    expired = emulator.issue_token("demo", seconds=-60)

    with Caller(emulator.base_url, expired) as caller:
        response = caller.send("GET", ANY_SEARCH)

    assert response.status_code == 401
    assert response.json()["msg"].startswith("the token expired at 20")


def test_a_token_of_another_emulator_is_refused(emulator: Emulator) -> None:
    with Emulator(QUICK) as other, Caller(emulator.base_url, other.token) as caller:
        response = caller.send("GET", ANY_SEARCH)

    assert response.status_code == 401
    assert response.json()["msg"] == "the token was issued by somebody else. Log in here."


def test_a_token_that_claims_to_need_no_signature_is_refused(emulator: Emulator) -> None:
    claims = jwt.decode(emulator.token, options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", algorithm="none")

    with Caller(emulator.base_url, unsigned) as caller:
        response = caller.send("GET", ANY_SEARCH)

    assert response.status_code == 401


def test_the_words_bearer_may_be_written_in_any_case(emulator: Emulator, nobody: Caller) -> None:
    response = nobody.send("GET", ANY_SEARCH, headers={"Authorization": f"bearer {emulator.token}"})

    assert response.status_code == 200

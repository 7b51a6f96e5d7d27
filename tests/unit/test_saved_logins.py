"""Logins that are kept: which one is found, who may read it, and what programs of one user share through it."""

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from aihub_sdk._auth.login import LoginToken
from aihub_sdk._auth.saved_logins import SavedLogins, logins_folder
from aihub_sdk._auth.sources import TokenSource
from aihub_sdk._settings.config import Config, resolve
from aihub_sdk.errors import AuthenticationError
from tests.unit.made_up_tokens import NOW, jwt

LOCAL = "http://127.0.0.1:8021"
LIVE, OTHER, DEAD = jwt(iat=NOW - 60, exp=NOW + 3600), jwt(iat=NOW, exp=NOW + 7200), jwt(iat=NOW - 99, exp=NOW - 1)

needs_modes = pytest.mark.skipif(os.name == "nt", reason="only where files have modes")


class Machine:
    """A home folder whose programs share the logins that are kept there."""

    def __init__(self, home: Path) -> None:
        self.environ = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
        self.home = home
        self.now = NOW

    def logins(self, environment: str = "local", address: str = LOCAL) -> SavedLogins:
        return SavedLogins(logins_folder(self.environ), environment, address, lambda: self.now)

    def files(self) -> list[Path]:
        return sorted((self.home / "cache" / "aihub" / "logins").glob("*"))

    def profile(self, text: str) -> None:
        (self.home / "aihub").mkdir()
        (self.home / "aihub" / "config.toml").write_text(f"[profiles.default]\n{text}\n")
        (self.home / "aihub" / "config.toml").chmod(0o600)

    def config(self, **settings: Any) -> Config:
        given = {"env": "local", "base_url": LOCAL, **settings}
        return resolve(environ=self.environ, now=lambda: self.now, **given)

    def source(self, **settings: Any) -> TokenSource:
        return self.config(**settings).token_source


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


class Platform:
    """Gives one token after another."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    def log_in(self, username: str, password: str) -> str:
        return self.tokens.pop(0)


# --- which one is found ---------------------------------------------------------------------------


def test_a_kept_login_is_found_by_its_user(machine: Machine) -> None:
    machine.logins().save("me", LIVE)
    machine.logins().save("you", OTHER)
    found = machine.logins().find("me")

    assert found is not None
    assert (found.username, found.token, found.saved_at) == ("me", LIVE, NOW)


def test_without_a_user_the_latest_login_is_found(machine: Machine) -> None:
    for seconds, user in ((2, "late"), (1, "early"), (0, "first")):
        machine.now = NOW + seconds
        machine.logins().save(user, LIVE)
    found = machine.logins().find()

    assert found is not None
    assert found.username == "late"


@pytest.mark.parametrize("place", [("production", LOCAL), ("local", "http://127.0.0.1:9"), ("custom", LOCAL)])
def test_a_login_is_found_in_its_own_place_alone(machine: Machine, place: tuple[str, str]) -> None:
    machine.logins().save("me", LIVE)

    assert (machine.logins(*place).find(), machine.logins(*place).find("me")) == (None, None)


def test_a_new_login_takes_the_place_of_the_last_one(machine: Machine) -> None:
    machine.logins().save("me", DEAD)
    machine.logins().save("me", LIVE)
    found = machine.logins().find("me")

    assert found is not None
    assert (found.token, len(machine.files())) == (LIVE, 1)


def test_a_user_name_leads_nowhere_else(machine: Machine) -> None:
    machine.logins().save("../../../../etc/me", LIVE)

    assert [file.parent for file in machine.files()] == [machine.home / "cache" / "aihub" / "logins"]


def test_forgetting_removes_what_was_kept(machine: Machine) -> None:
    for user in ("me", "you", "they"):
        machine.logins().save(user, LIVE)

    assert machine.logins().forget("me") == ["me"]
    assert machine.logins().forget("me") == []
    assert machine.logins().forget("you", token=OTHER) == []
    assert machine.logins().forget() == ["they", "you"]
    assert machine.files() == []


# --- who may read it ------------------------------------------------------------------------------


@needs_modes
def test_file_and_folder_are_the_users_alone_whatever_the_umask(machine: Machine) -> None:
    before = os.umask(0)
    try:
        machine.logins().save("me", LIVE)
    finally:
        os.umask(before)
    (file,) = machine.files()

    assert [path.stat().st_mode & 0o777 for path in (file, file.parent)] == [0o600, 0o700]


@needs_modes
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_file_that_others_may_read_or_write_does_not_count(machine: Machine, mode: int) -> None:
    machine.logins().save("me", LIVE)
    machine.files()[0].chmod(mode)

    assert (machine.logins().find("me"), machine.logins().find()) == (None, None)


@needs_modes
def test_a_link_in_the_place_of_a_file_does_not_count(machine: Machine) -> None:
    machine.logins().save("me", LIVE)
    (file,) = machine.files()
    file.rename(machine.home / "elsewhere.json")
    file.symlink_to(machine.home / "elsewhere.json")

    assert machine.logins().find("me") is None


DAMAGE: list[Any] = [
    b"",
    b"{",
    b"[]",
    b"\xff",
    {"token": "a b"},
    {"token": "a\r\nX: y"},
    {"token": None},
    {"saved_at": "then"},
    {"environment": "production"},
    {"address": "http://elsewhere.example"},
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_cannot_be_understood_is_as_good_as_absent(machine: Machine, damage: Any) -> None:
    machine.logins().save("me", LIVE)
    (file,) = machine.files()
    whole = json.loads(file.read_text())
    file.write_bytes(damage if isinstance(damage, bytes) else json.dumps({**whole, **damage}).encode())

    assert (machine.logins().find("me"), machine.logins().find()) == (None, None)


def test_the_password_is_never_kept_and_no_text_shows_the_token(machine: Machine) -> None:
    source = LoginToken("here", "me", "secret-password", lambda: NOW, saved=machine.logins())
    source.renew(Platform(LIVE).log_in)
    (file,) = machine.files()

    assert "secret-password" not in file.read_text()
    assert LIVE not in repr(machine.logins().find("me"))


# --- what a client makes of it --------------------------------------------------------------------


def test_a_client_with_nothing_else_uses_the_latest_login(machine: Machine) -> None:
    machine.logins().save("me", LIVE)
    source = machine.source()

    assert (source.current(), source.origin, source.can_renew) == (LIVE, "aihub login (saved login)", False)


@pytest.mark.parametrize("given", [{"token": "mine"}, {"username": "u", "password": "p"}])
def test_anything_that_is_given_comes_first(machine: Machine, given: dict[str, str]) -> None:
    machine.logins().save("me", LIVE)

    assert machine.source(**given).current() == given.get("token")


def test_a_variable_and_a_profile_come_first_too(machine: Machine) -> None:
    machine.logins().save("me", LIVE)
    machine.profile("token = 'of-the-profile'")
    assert machine.source().current() == "of-the-profile"

    machine.environ["AI_HUB_TOKEN"] = "of-the-variable"
    assert machine.source().current() == "of-the-variable"


def test_a_login_of_another_environment_is_not_used(machine: Machine) -> None:
    machine.logins("production", LOCAL).save("me", LIVE)

    with pytest.raises(AuthenticationError, match="There is no token"):
        machine.source().current()


def test_a_profile_with_a_user_alone_uses_that_users_login(machine: Machine) -> None:
    machine.profile("username = 'me'")
    machine.logins().save("me", LIVE)
    machine.now = NOW + 1
    machine.logins().save("you", OTHER)

    assert machine.source().current() == LIVE


def test_a_profile_with_a_user_who_has_not_logged_in_says_how(machine: Machine) -> None:
    machine.profile("username = 'me'")

    with pytest.raises(AuthenticationError) as caught:
        machine.source().current()
    assert ("There is no login of me" in caught.value.message, caught.value.hint) == (
        True,
        "Log in: aihub login --profile default",
    )


def test_a_login_that_has_ended_says_how_to_log_in_again(machine: Machine) -> None:
    machine.logins().save("me", DEAD)

    with pytest.raises(AuthenticationError, match="expired") as caught:
        machine.source().current()
    assert "Log in again: aihub login" in caught.value.hint


def test_a_running_program_takes_over_a_new_login_when_its_own_has_ended(machine: Machine) -> None:
    machine.logins().save("me", LIVE)
    source = machine.source()
    assert source.current() == LIVE

    machine.now = NOW + 3601
    machine.logins().save("me", OTHER)
    assert source.current() == OTHER


def test_a_running_program_takes_over_a_new_login_when_its_own_was_refused(machine: Machine) -> None:
    machine.logins().save("me", LIVE)
    source = machine.source()
    assert source.current() == LIVE

    machine.logins().save("me", OTHER)
    source.refused(LIVE)
    assert source.current() == OTHER


def test_explain_says_where_the_token_is_from_and_not_what_it_is(machine: Machine) -> None:
    machine.logins().save("me", LIVE)
    text = str(machine.config().explain())

    assert ("aihub login (saved login)" in text, LIVE in text) == (True, False)


def test_an_unpickled_config_finds_the_login_where_it_is_then(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lasting = jwt(exp=4_000_000_000)
    machine.logins().save("me", lasting)
    frozen = pickle.dumps(machine.config())
    for name, value in machine.environ.items():
        monkeypatch.setenv(name, value)

    assert lasting.encode() not in frozen
    assert pickle.loads(frozen).token_source.current() == lasting


# --- a profile with a password: many programs, one login ------------------------------------------


@pytest.fixture
def shared(machine: Machine) -> Machine:
    machine.profile("username = 'me'\npassword = 'secret-password'")
    return machine


def test_the_second_program_needs_no_login(shared: Machine) -> None:
    shared.source().renew(Platform(LIVE).log_in)

    assert shared.source().renew(Platform().log_in) == LIVE


def test_a_login_that_was_passed_is_kept_in_memory_alone(machine: Machine) -> None:
    machine.source(username="me", password="p").renew(Platform(LIVE).log_in)

    assert machine.files() == []


def test_a_kept_token_that_has_ended_is_not_taken_over(shared: Machine) -> None:
    shared.now = NOW - 99
    shared.logins().save("me", DEAD)
    shared.now = NOW

    assert shared.source().renew(Platform(LIVE).log_in) == LIVE


def test_a_kept_token_is_renewed_by_the_clock_of_the_server_that_made_it(machine: Machine) -> None:
    """Its life is counted from when it was kept: a clock that is a day behind does not shorten it."""
    machine.profile("username = 'me'\npassword = 'p'")
    machine.logins().save("me", jwt(iat=NOW - 86400, exp=NOW - 86400 + 3600))
    source = machine.source()

    assert source.renew(Platform().log_in).count(".") == 2
    machine.now = NOW + 3600 - 29
    assert source.current() is None


def test_a_refused_token_is_forgotten_for_all_programs(shared: Machine) -> None:
    source = shared.source()
    source.renew(Platform(LIVE).log_in)
    source.refused(LIVE)

    assert shared.logins().find("me") is None
    assert source.renew(Platform(OTHER).log_in, stale=LIVE) == OTHER


def test_a_token_that_another_program_has_renewed_is_taken_over(shared: Machine) -> None:
    mine, its = shared.source(), shared.source()
    mine.renew(Platform(LIVE).log_in)
    its.renew(Platform().log_in)
    its.refused(LIVE)
    its.renew(Platform(OTHER).log_in, stale=LIVE)

    mine.refused(LIVE)
    assert mine.renew(Platform().log_in, stale=LIVE) == OTHER


def test_a_folder_that_cannot_be_written_costs_nothing_but_a_line(
    shared: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    (shared.home / "cache").write_text("a file where the folder should be")

    assert shared.source().renew(Platform(LIVE).log_in) == LIVE
    assert [record.message.partition(" in ")[0] for record in caplog.records] == ["the login could not be kept"]

"""`aihub login` and `aihub logout` in processes of their own, and the programs that come after them."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aihub_emulator import Emulator, Settings

Run = Callable[..., subprocess.CompletedProcess[str]]
WHO = "from aihub_sdk import AIHub; hub = AIHub(); print(hub.whoami().username, hub.searches.sql('select 1').id > 0)"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(Settings(waiting_seconds=0, running_seconds=0)) as running:
        yield running


@pytest.fixture
def run(emulator: Emulator, tmp_path: Path) -> Run:
    """Runs a program of a user whose settings say where the platform is, and nothing about who they are."""
    own = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    where = {"AI_HUB_ENV": "local", "AI_HUB_BASE_URL": emulator.base_url}

    def start(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, **own, **where, **variables},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return start


def aihub(run: Run, *arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return run("-c", "from aihub_sdk.cli import main; main()", *arguments, stdin=stdin, **variables)


def kept(folder: Path) -> list[Path]:
    return list((folder / "cache" / "aihub" / "logins").glob("*"))


def log_in(run: Run, password: str = "demo") -> subprocess.CompletedProcess[str]:
    return aihub(run, "login", "--username", "demo", "--password-stdin", stdin=f"{password}\n")


def test_a_login_serves_the_programs_after_it_until_a_logout(run: Run, tmp_path: Path) -> None:
    done = log_in(run)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Logged in to local as demo until ")
    assert run("-c", WHO).stdout == "demo True\n"

    assert aihub(run, "logout").stdout == "Removed the login of demo at local.\n"
    assert "There is no token for this call." in run("-c", WHO).stderr
    assert kept(tmp_path) == []


def test_what_is_kept_is_for_its_owner_and_without_the_password(run: Run, tmp_path: Path) -> None:
    log_in(run)
    (file,) = kept(tmp_path)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert '"demo"' in file.read_text()
    assert "password" not in file.read_text()


def test_a_wrong_password_keeps_nothing_and_is_not_shown(run: Run, tmp_path: Path) -> None:
    done = log_in(run, "secret-word")

    assert (done.returncode, done.stdout, kept(tmp_path)) == (1, "", [])
    assert done.stderr.startswith("error: wrong user name or password")
    assert "secret-word" not in done.stderr


def test_a_password_that_cannot_be_asked_for_ends_the_command(run: Run, tmp_path: Path) -> None:
    done = aihub(run, "login", "--username", "demo")

    assert (done.returncode, kept(tmp_path)) == (1, [])


def test_the_profiles_user_logs_in_and_the_profile_finds_the_login(run: Run, tmp_path: Path) -> None:
    (tmp_path / "aihub").mkdir()
    (tmp_path / "aihub" / "config.toml").write_text("[profiles.lab]\nenv = 'local'\nusername = 'demo'\n")
    arguments = ("login", "--profile", "lab", "--password-stdin")

    assert aihub(run, *arguments, stdin="demo\n").returncode == 0
    assert run("-c", WHO, AI_HUB_PROFILE="lab").stdout == "demo True\n"


def test_a_profiles_password_logs_in_once_for_all_its_programs(run: Run, tmp_path: Path, emulator: Emulator) -> None:
    (tmp_path / "aihub").mkdir()
    file = tmp_path / "aihub" / "config.toml"
    file.write_text("[profiles.default]\nenv = 'local'\nusername = 'demo'\npassword = 'demo'\n")
    file.chmod(0o600)
    program = f"import logging; logging.basicConfig(level='DEBUG'); {WHO}"

    logins = [run("-c", program).stderr.count("user_system.login") for _ in range(2)]
    assert logins == [1, 0]


def test_a_token_that_comes_first_is_pointed_out(run: Run) -> None:
    done = aihub(run, "login", "--username", "demo", "--password-stdin", stdin="demo\n", AI_HUB_TOKEN="other")

    assert (done.returncode, done.stderr) == (0, "note: the token from AI_HUB_TOKEN comes first here.\n")


def test_a_logout_without_a_login_says_so(run: Run) -> None:
    done = aihub(run, "logout", "--username", "demo")

    assert (done.returncode, done.stdout) == (0, "There was no login for local.\n")


def test_a_folder_that_cannot_be_written_is_said_to_be_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    done = log_in(run)

    assert (done.returncode, "cannot be kept" in done.stderr, "Traceback" in done.stderr) == (1, True, False)

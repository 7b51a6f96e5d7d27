"""The folder that an emulator lives in."""

import sqlite3
from pathlib import Path

import pytest

from aihub_emulator.records.home import Home
from aihub_emulator.records.sqlite_store import SqliteStore
from aihub_emulator.settings import UnsupportedSetting


def test_a_temporary_home_goes_when_it_is_closed() -> None:
    home = Home(None, seed="demo")
    folder = home.folder
    home.close()

    assert not folder.exists()


def test_a_given_home_stays_and_its_scratch_is_empty_at_each_start(tmp_path: Path) -> None:
    home = Home(tmp_path / "state", seed="demo")
    (home.scratch / "left").touch()
    home.close()

    again = Home(tmp_path / "state", seed="demo")
    left = list(again.scratch.iterdir())
    again.close()

    assert left == []


def test_only_one_emulator_lives_in_a_folder_and_the_other_is_told_who_does(tmp_path: Path) -> None:
    home = Home(tmp_path, seed="demo")

    with pytest.raises(UnsupportedSetting, match=r"an emulator with the process id \d+ uses this folder"):
        Home(tmp_path, seed="demo")
    home.close()

    Home(tmp_path, seed="demo").close()


def test_a_folder_stays_with_its_seed(tmp_path: Path) -> None:
    Home(tmp_path, seed="demo").close()

    with pytest.raises(UnsupportedSetting, match="it was started with the seed 'demo', not with 'other'"):
        Home(tmp_path, seed="other")


def test_a_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "state", seed="demo")
    mode = (tmp_path / "state").stat().st_mode & 0o777
    home.close()

    assert mode == 0o700


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UnsupportedSetting, match="File exists"):
        Home(tmp_path / "file", seed="demo")


@pytest.mark.parametrize("name", ["scratch", "objects", "evaluations", "ca.pem"])
def test_a_folder_with_something_of_somebody_else_is_refused_and_left_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis").touch()

    with pytest.raises(UnsupportedSetting, match=f"it holds '{name}', which no emulator put there"):
        Home(tmp_path, seed="demo")

    assert sorted(entry.name for entry in tmp_path.rglob("*")) == sorted([name, "thesis"])


def test_a_folder_that_a_killed_process_left_right_after_its_lock_is_taken(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    (tmp_path / "scratch").mkdir()

    Home(tmp_path, seed="demo").close()


def test_a_disk_without_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(SqliteStore, "_write_down", fail)

    with pytest.raises(UnsupportedSetting, match=r"records\.sqlite cannot be written \(database or disk is full\)"):
        Home(tmp_path, seed="demo")


def test_a_scratch_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    Home(tmp_path, seed="demo").close()
    (tmp_path / "scratch").rmdir()
    (tmp_path / "scratch").touch()

    with pytest.raises(UnsupportedSetting, match="File exists"):
        Home(tmp_path, seed="demo")

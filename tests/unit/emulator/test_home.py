"""The folder that an emulator lives in."""

from pathlib import Path

import pytest

from aihub_emulator.home import Home
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

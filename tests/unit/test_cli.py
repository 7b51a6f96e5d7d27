"""The command `aihub`: what it prints, and how it ends."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import aihub_emulator.__main__ as emulator_program
from aihub_api.tables import ENVIRONMENTS, SPEC_VERSION, TOOLS
from aihub_sdk import __version__
from aihub_sdk.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process; gives its exit code, output and complaints."""

    def aihub(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aihub", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return aihub


def test_the_versions_of_sdk_spec_and_generator_are_printed(run: Run) -> None:
    code, out, err = run("--version")
    assert (code, err) == (0, "")
    tools = [f"{tool} {version} (generated code)" for tool, version in TOOLS.items()]
    assert out.splitlines()[:-1] == [f"aihub-sdk {__version__}", f"spec {SPEC_VERSION}", *tools]
    assert "openapi-python-client" in out


def test_config_explain_prints_the_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_HUB_TOKEN", "hunter2")
    code, out, err = run("config", "explain", "--env", "internal-test")

    assert (code, err) == (0, "")
    assert "environment         internal-test" in out
    assert "AI_HUB_TOKEN" in out
    assert "hunter2" not in out


def test_config_explain_takes_a_base_url(run: Run) -> None:
    code, out, _ = run("config", "explain", "--base-url", "http://127.0.0.1:8021")

    row = next(line for line in out.splitlines() if line.startswith("data_warehouse"))

    assert (code, row.split()) == (0, ["data_warehouse", "http://127.0.0.1:8021", "argument", "base_url"])


def test_config_explain_with_nothing_configured_lists_the_environments(run: Run) -> None:
    code, out, err = run("config", "explain")

    assert (code, out) == (1, "")
    assert err.startswith("error: No environment is chosen")
    assert [name for name in ENVIRONMENTS if name not in err] == []


def test_a_misspelt_environment_is_suggested(run: Run) -> None:
    code, _, err = run("config", "explain", "--env", "internal_test")

    assert code == 1
    assert 'Did you mean "internal-test"?' in err


def test_wrong_usage_ends_with_2(run: Run) -> None:
    assert run("config", "explian")[0] == 2


def test_an_interrupt_ends_with_130_and_one_word(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("aihub_sdk.cli._settings.resolve", interrupted)
    code, out, err = run("config", "explain")

    assert (code, out, err.strip()) == (130, "", "Interrupted.")


def test_what_a_terminal_cannot_show_is_written_as_an_escape() -> None:
    command = [sys.executable, "-c", "from aihub_sdk.cli import main; main()", "login", "--help"]
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    finished = subprocess.run(command, env=environ, check=False, capture_output=True, text=True)

    assert (finished.returncode, finished.stderr) == (0, "")
    assert r"AIHub(env=\u2026)" in finished.stdout


def test_a_file_that_may_not_be_written_is_an_error_without_a_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device", "result.csv")

    monkeypatch.setattr("aihub_sdk.cli._settings.resolve", full)

    assert run("config", "explain") == (1, "", "error: [Errno 28] No space left on device: 'result.csv'\n")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["config", "--help"], ["config", "explain", "--help"]])
def test_help_is_there(run: Run, arguments: list[str]) -> None:
    code, out, _ = run(*arguments)

    assert (code, out.startswith("Usage: aihub")) == (0, True)


def test_the_emulator_gets_its_arguments_as_they_were_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []

    def pretend(argv: list[str]) -> int:
        given.append(argv)
        return 3

    monkeypatch.setattr(emulator_program, "main", pretend)
    arguments = ["--port", "0", "--s3-port=0", "--state", "a folder", "--seed", "demo", "--clock", "manual", "--help"]

    assert run("emulator", *arguments)[0] == 3
    assert given == [arguments]


def test_a_missing_extra_is_named_with_the_command_that_installs_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def pretend(_argv: list[str]) -> int:
        raise ModuleNotFoundError("No module named 'starlette'", name="starlette")

    monkeypatch.setattr(emulator_program, "main", pretend)
    code, _, err = run("emulator")

    assert code == 1
    assert err == (
        "The emulator needs starlette, which is not installed. Install it: pip install 'aihub-sdk[emulator]'\n"
    )


def test_a_part_of_our_own_that_is_missing_is_no_missing_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def pretend(_argv: list[str]) -> int:
        raise ModuleNotFoundError("No module named 'aihub_emulator.x'", name="aihub_emulator.x")

    monkeypatch.setattr(emulator_program, "main", pretend)
    monkeypatch.setattr(sys, "argv", ["aihub", "emulator"])

    with pytest.raises(ModuleNotFoundError, match=r"aihub_emulator\.x"):
        main()


def test_without_click_the_command_says_what_to_install(tmp_path: Path) -> None:
    """An installation without the extra `cli`, as a fresh interpreter that cannot find click."""
    program = (
        "import sys, importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'click' else found(name, *a)\n"
        "from aihub_sdk.cli import main; main()"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, env={**os.environ}
    )

    assert finished.returncode == 1
    assert finished.stderr == "The aihub command needs click. Install it: pip install 'aihub-sdk[cli]'\n"


def test_the_command_does_not_load_the_emulator_for_its_help() -> None:
    program = (
        "import sys\nsys.argv = ['aihub', '--help']\nfrom aihub_sdk.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'aihub_emulator', 'httpx', 'msgspec', 'pydantic'} & set(sys.modules)))"
    )
    finished = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert finished.stdout.splitlines()[-1] == "[]"

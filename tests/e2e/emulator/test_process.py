"""The command line: what it prints, and how it ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from aihub_emulator import Settings
from aihub_emulator.__main__ import main
from aihub_emulator.instance import Instance
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.job_calls import RUNNING, SUCCESS, WAITING, train, training
from tests.e2e.emulator.processes import emulator_process

SECONDS_TO_END = 10


@pytest.fixture
def own_signals() -> Iterator[None]:
    """Gives this process its signal handlers back, which the command line takes."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_the_first_line_is_json_and_all_that_scripts_need() -> None:
    with emulator_process() as (process, addresses):
        health = requests.get(f"{addresses['control_url']}/health", timeout=30).json()
        with Caller(addresses["base_url"], addresses["token"], addresses["s3_token"]) as caller:
            known = caller.get_search(1)["code"]
        with Caller(addresses["s3_url"], relay_token=addresses["s3_token"]) as relay:
            upload = {"params": {"bucket": "b", "key": "k"}, "files": {"file": ("f", b"x")}}
            stored = relay.send("POST", "/upload", verify=addresses["ca_file"], **upload).json()["code"]
        process.terminate()
        rest, for_people = process.communicate(timeout=SECONDS_TO_END)

    assert list(addresses) == ["base_url", "s3_url", "control_url", "ca_file", "token", "s3_token"]
    assert (health["status"], known, stored, rest) == ("ok", 2, 0, "")
    exports = dict(line.removeprefix("  export ").split("=", 1) for line in for_people.splitlines()[2:])
    assert exports == {
        "AI_HUB_ENV": "local",
        "AI_HUB_BASE_URL": addresses["base_url"],
        "AI_HUB_S3_RELAY_URL": addresses["s3_url"],
        "AI_HUB_TOKEN": addresses["token"],
        "AI_HUB_S3_TOKEN": addresses["s3_token"],
        "AI_HUB_S3_CA_FILE": addresses["ca_file"],
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0_and_without_a_word(number: signal.Signals) -> None:
    with emulator_process() as (process, _):
        process.send_signal(number)
        rest, for_people = process.communicate(timeout=SECONDS_TO_END)

    assert (process.returncode, rest) == (0, "")
    assert "Traceback" not in for_people


def test_a_signal_ends_it_while_a_query_runs_and_a_client_stays_connected() -> None:
    with emulator_process() as (process, addresses), Caller(addresses["base_url"], addresses["token"]) as caller:
        loop = caller.create_search(
            "with recursive t as (select 1 as x union all select x + 1 from t) select count(*) from t"
        )
        while caller.get_search(loop)["data"]["status"] == 1:
            pass
        process.terminate()
        _, for_people = process.communicate(timeout=SECONDS_TO_END)

    assert process.returncode == 0
    assert "Traceback" not in for_people


def test_it_ends_with_its_parent_when_it_is_told_to() -> None:
    start = (
        "import subprocess, sys; "
        "child = subprocess.Popen([sys.executable, '-m', 'aihub_emulator', '--port', '0', '--exit-with-parent'], "
        "stdout=subprocess.PIPE, stderr=sys.stderr); "
        "child.stdout.readline()"
    )

    # The pipe of standard error stays open in the child, so this returns when the child has ended too.
    ended = subprocess.run([sys.executable, "-c", start], stderr=subprocess.PIPE, check=False, timeout=SECONDS_TO_END)

    assert ended.returncode == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--state", "/dev/null"], "state '/dev/null': File exists."),
        (
            ["--seed", "none"],
            "seed 'none': there is no such seed; give demo, or the path of a file, such as ./lab.json.",
        ),
        (["--clock", "soon"], "clock 'soon': give `real`, `manual`, or how many times as fast"),
        (["--clock", "-1"], "clock '-1': give `real`, `manual`, or how many times as fast"),
        (["--clock", "1e9"], "clock '1e9': give `real`, `manual`, or how many times as fast, as in `60`; 1000000"),
        (["--port", "65536"], "port 65536: give 0 to 65535."),
        (["--s3-port", "-1"], "port -1: give 0 to 65535."),
        (["--host", ""], "host '': give an address of this machine, such as 127.0.0.1."),
    ],
)
def test_a_setting_that_it_does_not_have_is_refused_and_not_ignored(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str], own_signals: None
) -> None:
    status = main(["--port", "0", *options])

    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert said.err.startswith(f"aihub_emulator: {words}")


@pytest.mark.parametrize("name", ["objects.sqlite", "records.sqlite", "ca.pem"])
def test_a_state_folder_that_is_damaged_is_named_with_what_is_wrong(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], own_signals: None
) -> None:
    Instance(Settings(state=tmp_path)).close()
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).mkdir()

    status = main(["--port", "0", "--state", str(tmp_path)])

    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert said.err.startswith(f"aihub_emulator: state {str(tmp_path)!r}: ")


def test_an_empty_name_of_a_state_folder_is_not_the_present_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--port", "0", "--state", ""])

    assert (ended.value.code, "give a folder" in capsys.readouterr().err) == (2, True)


def test_a_wrong_seed_file_ends_it_with_one_message_and_status_2(tmp_path: Path) -> None:
    (tmp_path / "lab.json").write_text('{"users": [{"id": 1, "username": "kim", "pasword": "x"}]}', "utf-8")
    start = "from aihub_sdk.cli import main; main()"
    command = [sys.executable, "-c", start, "emulator", "--port", "0", "--seed", "lab.json"]

    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert (ended.returncode, ended.stdout, ended.stderr) == (
        2,
        "",
        "aihub_emulator: seed 'lab.json': $.users[0].pasword: is not known here. Did you mean \"password\"?\n",
    )


def test_a_taken_port_is_told_with_the_remedy() -> None:
    with emulator_process() as (_, addresses):
        port = addresses["base_url"].rpartition(":")[2]
        command = [sys.executable, "-m", "aihub_emulator", "--port", port, "--s3-port", "0"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Try --port 0 for free ports." in ended.stderr


def test_a_host_that_others_can_reach_is_warned_about() -> None:
    with emulator_process("--host", "0.0.0.0") as (process, addresses):
        process.terminate()
        _, for_people = process.communicate(timeout=SECONDS_TO_END)

    assert addresses["base_url"].startswith("http://127.0.0.1:")
    assert for_people.startswith("WARNING: 0.0.0.0 is reachable from other machines.")


def test_job_seconds_set_how_long_jobs_take_that_do_not_say_it() -> None:
    options = ("--clock", "manual", "--job-seconds", "starting=5,running=50")
    with emulator_process(*options) as (_, addresses), Caller(addresses["base_url"], addresses["token"]) as caller:
        number = train(caller)
        states = [training(caller, number)["status"]]
        for seconds in (4, 2, 47, 3):
            caller.send("POST", "/_emulator/clock", json={"advance": seconds})
            states.append(training(caller, number)["status"])

    assert states == [WAITING, WAITING, RUNNING, RUNNING, SUCCESS]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("sleeping=3", "'sleeping' is not one of node, running, starting, stopping"),
        ("running", "running is ''; give seconds, as in running=2.5"),
        ("running=-1", "running is -1; give 0 or more seconds"),
        ("running=inf", "running is inf; give 0 or more seconds"),
    ],
)
def test_job_seconds_that_make_no_sense_are_named(given: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--job-seconds", given])

    assert (ended.value.code, words in capsys.readouterr().err) == (2, True)

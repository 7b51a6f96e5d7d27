"""Several emulators at once share nothing, and leave nothing behind."""

import pytest
import requests

from aihub_emulator import Emulator, Settings
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.conftest import QUICK


def test_two_emulators_have_their_own_ids_results_and_secrets() -> None:
    with Emulator(QUICK) as one, Emulator(QUICK) as two:
        with Caller(one.base_url, one.token) as first, Caller(two.base_url, two.token) as second:
            in_one, in_two = first.create_search("select 'one' as x"), second.create_search("select 'two' as x")
            one.settle()
            two.settle()
            results = [
                requests.get(caller.get_search(1)["data"]["result_url"], timeout=60).text for caller in (first, second)
            ]

        assert (in_one, in_two) == (1, 1)
        assert results == ["x\none\n", "x\ntwo\n"]
        assert one.s3_token != two.s3_token
        assert one.ca_file.read_bytes() != two.ca_file.read_bytes()


def test_one_emulator_may_be_started_again_and_begins_anew() -> None:
    emulator = Emulator(QUICK)
    ids = []
    for _ in range(2):
        with emulator, Caller(emulator.base_url, emulator.token) as caller:
            ids.append(caller.create_search("select 1"))

    assert ids == [1, 1]


def test_a_stopped_emulator_answers_no_more_and_leaves_no_files() -> None:
    with Emulator(QUICK) as emulator:
        base_url, folder = emulator.base_url, emulator.ca_file.parent
        assert folder.is_dir()

    with pytest.raises(requests.ConnectionError):
        requests.get(f"{base_url}/_emulator/health", timeout=5)
    assert not folder.exists()


def test_an_emulator_that_is_not_running_says_so() -> None:
    with pytest.raises(RuntimeError, match="the emulator is not running"):
        _ = Emulator().base_url


def test_a_taken_port_is_an_error_that_leaves_nothing_running() -> None:
    with Emulator(QUICK) as emulator:
        port = int(emulator.base_url.rpartition(":")[2])

        with pytest.raises(OSError, match="in use"):
            Emulator(QUICK, port=port).start()


def test_a_manual_clock_is_turned_over_http_too() -> None:
    with Emulator(Settings(clock="manual")) as emulator, Caller(emulator.base_url) as caller:
        before = caller.send("GET", "/_emulator/clock").json()["now"]
        after = caller.send("POST", "/_emulator/clock", json={"advance": 90}).json()["now"]

    assert after - before == 90


@pytest.mark.parametrize("sent", ['{"advance": -1}', '{"advance": true}', '{"advance": NaN}', "{}", "[]", "no"])
def test_a_clock_is_not_turned_by_nonsense(sent: str) -> None:
    with Emulator(Settings(clock="manual")) as emulator, Caller(emulator.base_url) as caller:
        as_json = {"Content-Type": "application/json"}
        response = caller.send("POST", "/_emulator/clock", data=sent, headers=as_json)

    assert response.status_code == 400


def test_a_running_clock_cannot_be_turned() -> None:
    with Emulator(QUICK) as emulator, Caller(emulator.base_url) as caller:
        response = caller.send("POST", "/_emulator/clock", json={"advance": 1})

        with pytest.raises(RuntimeError, match="runs by itself"):
            emulator.advance(1)
    assert response.status_code == 400

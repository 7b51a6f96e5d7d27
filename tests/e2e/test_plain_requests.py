"""A program that knows nothing of the SDK and only has the platform's document runs against the emulator.

Its calls are those of the document's sample, in its order: log in, start an SQL search, ask until the status is 3,
fetch the file that `result_url` names.
"""

from typing import Any

import requests

from tests.e2e.emulator.processes import emulator_process

SQL_SEARCH, SUCCESS, FAILED = 1, 3, 4
MOST_POLLS = 20_000


class Platform:
    """The four calls."""

    def __init__(self, address: str) -> None:
        self.address = address

    def log_in(self, username: str, password: str) -> str:
        body = {"username": username, "password": password}
        return str(self.opened(requests.post(f"{self.address}/api/v1/auth/login", json=body, timeout=30))["token"])

    def start_search(self, token: str, name: str, sql: str) -> int:
        body = {"type": SQL_SEARCH, "name": name, "sql": sql}
        answer = requests.post(
            f"{self.address}/data-warehouse/api/v1/searches", json=body, headers=bearer(token), timeout=30
        )
        return int(self.opened(answer)["id"])

    def search(self, token: str, search_id: int) -> dict[str, Any]:
        url = f"{self.address}/data-warehouse/api/v1/searches/{search_id}"
        return self.opened(requests.get(url, headers=bearer(token), timeout=30))

    @staticmethod
    def opened(answer: requests.Response) -> dict[str, Any]:
        answer.raise_for_status()
        envelope = answer.json()
        assert envelope["code"] == 0, envelope
        data: dict[str, Any] = envelope["data"]
        return data


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_the_documents_sample_completes_with_plain_requests() -> None:
    with emulator_process() as (_, addresses):
        platform = Platform(addresses["base_url"])
        token = platform.log_in("admin", "123456")
        search_id = platform.start_search(token, "search-001", "select object_name from meta where width>1000")
        for _poll in range(MOST_POLLS):
            search = platform.search(token, search_id)
            if search["status"] in {SUCCESS, FAILED}:
                break
        rows = requests.get(search["result_url"], timeout=30).content.decode("utf-8").splitlines()

    assert (search["status"], rows[:2]) == (SUCCESS, ["object_name", "street-day/V1/bus/00003.jpg"])
    assert len(rows) > 100

"""Searches by SQL, done to the end."""

import csv
import io
from typing import Any

from aihub_emulator import Emulator
from tests.e2e.emulator.caller import Caller

LOOP = "with recursive t as (select 1 as x union all select x + 1 from t) select count(*) from t"


def finished(emulator: Emulator, caller: Caller, sql: str) -> dict[str, Any]:
    search_id = caller.create_search(sql)
    emulator.settle()
    data: dict[str, Any] = caller.get_search(search_id)["data"]
    return data


def result(emulator: Emulator, caller: Caller, sql: str) -> list[list[str]]:
    data = finished(emulator, caller, sql)
    assert (data["status"], data["message"]) == (3, "")
    answer = caller.session.get(data["result_url"], timeout=60)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8"), newline="")))

"""`python -m tests.benchmarks.polling`: waiting for many tasks at once, three looks each, beside plain httpx.

What counts is the processor time of the client's process; the server has one of its own.
"""

import argparse
import json
import platform
import statistics
from collections.abc import Iterator
from urllib.request import ProxyHandler, build_opener

from .measure import Ratio, child, stub

OURS = """
import json, sys, time
from aihub_sdk import AIHub
base, count = sys.argv[1], int(sys.argv[2])
with AIHub(env="local", base_url=base, token="t") as hub:
    hub.wait_all([hub.attach("aihub://local/training/0")], poll=0.01)
    started = time.process_time()
    jobs = hub.wait_all([hub.attach(f"aihub://local/training/{n}") for n in range(1, count + 1)], poll=0.01)
    print(time.process_time() - started)
assert [job.id for job in jobs] == list(range(1, count + 1))
"""

OURS_ASYNC = """
import asyncio, sys, time
from aihub_sdk import AsyncAIHub
base, count = sys.argv[1], int(sys.argv[2])
async def main():
    async with AsyncAIHub(env="local", base_url=base, token="t") as hub:
        await hub.wait_all([hub.attach("aihub://local/training/0")], poll=0.01)
        started = time.process_time()
        done = 0
        async for job in hub.as_completed(
            [hub.attach(f"aihub://local/training/{n}") for n in range(1, count + 1)], poll=0.01
        ):
            done += 1
        print(time.process_time() - started)
        assert done == count
asyncio.run(main())
"""

# One client, one coroutine a task, limits as they come: what a program is first written as.
COROUTINES = """
import asyncio, sys, time
import httpx
base, count = sys.argv[1], int(sys.argv[2])
async def wait(http, number):
    while True:
        answer = await http.get(f"{base}/model-training-platform/api/v1/trainings/{number}")
        if answer.json()["data"]["status"] == 3:
            return
        await asyncio.sleep(0.01)
async def main():
    async with httpx.AsyncClient(headers={"Authorization": "Bearer t"}, timeout=None) as http:
        await wait(http, 0)
        started = time.process_time()
        await asyncio.gather(*(wait(http, number) for number in range(1, count + 1)))
        print(time.process_time() - started)
asyncio.run(main())
"""

SEQUENCE = """
import sys, time
import httpx
base, count = sys.argv[1], int(sys.argv[2])
with httpx.Client(headers={"Authorization": "Bearer t"}) as http:
    def look(number):
        return http.get(f"{base}/model-training-platform/api/v1/trainings/{number}").json()["data"]["status"]
    for _ in range(3):
        look(0)
    started = time.process_time()
    waiting = list(range(1, count + 1))
    while waiting:
        waiting = [number for number in waiting if look(number) != 3]
    print(time.process_time() - started)
"""

LOOKS = 3


class Side:
    """One way to wait, and what it took."""

    def __init__(self, code: str, count: int) -> None:
        self.code = code
        self.count = count
        self.seconds: list[float] = []
        self.connections = 0

    def run(self, base: str) -> None:
        """Once, in a process of its own."""
        counted(base)
        self.seconds.append(float(child(self.code, base, str(self.count))))
        found = counted(base)
        assert found["looks"] == LOOKS * (self.count + 1), found
        self.connections = max(self.connections, found["most"])

    @property
    def per_look(self) -> float:
        """Median seconds of processor time for one look."""
        return statistics.median(self.seconds) / (LOOKS * self.count)

    def __str__(self) -> str:
        return f"{self.per_look * 1e6:.0f} µs ({self.count} tasks)"


def counted(base: str) -> dict[str, int]:
    """What the server has counted since the last time."""
    opener = build_opener(ProxyHandler({}))
    with opener.open(f"{base}/counts") as answer:
        data: dict[str, int] = json.load(answer)["data"]
    return data


def waits(rounds: int, few: int, many: int) -> Iterator[Ratio]:
    """Every comparison, from the same rounds."""
    sides = {
        "sync": Side(OURS, many),
        "async": Side(OURS_ASYNC, many),
        "sync, few": Side(OURS, few),
        "async, few": Side(OURS_ASYNC, few),
        "sequence": Side(SEQUENCE, many),
        "coroutines": Side(COROUTINES, many),
    }
    with stub() as base:
        for number in range(rounds):
            for name, side in sides.items():
                # It takes so long that one round has to do.
                if name != "coroutines" or number == 0:
                    side.run(base)
    for kind, call in (("sync", "wait_all"), ("async", "as_completed, async")):
        ours = sides[kind]
        for peer, text, target in (
            ("sequence", "the same looks one after another, httpx.Client", 1.2),
            ("coroutines", "one httpx.AsyncClient, a coroutine a task", 0.2),
        ):
            what = f"{call} / {text}"
            yield Ratio(what, ours.per_look / sides[peer].per_look, target, str(ours), str(sides[peer]))
        fewer = sides[f"{kind}, few"]
        yield Ratio("  a look among many tasks / among few", ours.per_look / fewer.per_look, 1.2, str(ours), str(fewer))
        yield Ratio("  connections at the same time", ours.connections, 16, str(ours.connections), "", "")


def main() -> None:
    """Print every ratio; exit code 0 whatever they are."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.polling", description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 tasks; takes ten minutes")
    rounds, few, many = (5, 1_000, 10_000) if parser.parse_args().full else (3, 300, 3_000)
    print(f"Python {platform.python_version()}, processor time of a look, medians of {rounds} interleaved rounds\n")
    for ratio in waits(rounds, few, many):
        print(ratio, flush=True)


if __name__ == "__main__":
    main()

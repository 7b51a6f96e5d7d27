"""`make bench`: every comparison in one run, one line each."""

import argparse
import asyncio
import json
import platform
from collections.abc import Callable, Iterator

from .measure import Ratio, child, interleaved, ms, processes, stub

SEARCH = "/data-warehouse/api/v1/searches/1"
PODS = "/model-training-platform/api/v1/trainings/{}/pods"

# Constructing: nine http services ready to be called, against one httpx client, in one fresh process.
CONSTRUCT = """
import json, sys
import httpx
from aihub_sdk import AIHub
from tests.benchmarks.measure import interleaved
services = ["data_warehouse", "dataset_management", "evaluation", "model_training", "quota_schedule",
            "s3_relay", "tag_resource", "user_system", "workflow_center"]
addresses = {name: f"http://127.0.0.1:{9000 + n}" for n, name in enumerate(services)}
def ours():
    with AIHub(services=addresses, token="t") as hub:
        for name in services:
            getattr(hub.api, name)
def theirs():
    httpx.Client().close()
print(json.dumps(interleaved({"ours": ours, "theirs": theirs}, rounds=int(sys.argv[1]))))
"""

# Peak memory of one big answer, allocations only, after a warm-up call has loaded everything.
MEMORY = """
import gc, sys, tracemalloc
import httpx
from aihub_sdk import AIHub
side, base, path = sys.argv[1:4]
hub = AIHub(base_url=base, token="t")
http = httpx.Client()
def call():
    if side == "ours":
        return hub.api.model_training.list_training_pods(id=1, page_size=9999)
    return http.get(base + path).json()
call(); gc.collect()
tracemalloc.start()
before = tracemalloc.get_traced_memory()[0]
kept = call()
print(tracemalloc.get_traced_memory()[1] - before)
"""


def imports(rounds: int) -> Iterator[Ratio]:
    """What `import aihub_sdk` costs a process, beside other packages."""
    seconds = processes(
        {
            "bare": "pass",
            "ours": "import aihub_sdk",
            "used": "from aihub_sdk import AIHub; AIHub(base_url='http://127.0.0.1:1', token='t').api.data_warehouse",
            "httpx": "import httpx",
            "requests": "import requests",
        },
        rounds=rounds,
    )
    bare = seconds["bare"]
    extra = {name: (value - bare) * 1000 for name, value in seconds.items()}
    shown = f"{ms(seconds['ours'])}", f"{ms(bare)} bare interpreter"
    yield Ratio("import aihub_sdk, more than a bare interpreter", extra["ours"], 15, *shown, unit=" ms")
    yield Ratio("  a client with one service loaded, likewise", extra["used"], None, ms(seconds["used"]), "", " ms")
    for peer in ("httpx", "requests"):
        yield Ratio(f"  import {peer}, likewise", extra[peer], None, ms(seconds[peer]), "", " ms")


def construction(rounds: int) -> Iterator[Ratio]:
    """What it costs to make a client for nine http services."""
    seconds = json.loads(child(CONSTRUCT, str(rounds)))
    value = seconds["ours"] / seconds["theirs"]
    yield Ratio("client for nine http services / one httpx.Client()", value, 0.2, *map(ms, seconds.values()))


def small_get(base: str, rounds: int) -> Iterator[Ratio]:
    """A small typed GET through the whole SDK."""
    import httpx
    import requests

    from aihub_sdk import AIHub

    hub, http, session = AIHub(base_url=base, token="t"), httpx.Client(), requests.Session()
    session.trust_env = False
    sides: dict[str, Callable[[], object]] = {
        "ours": lambda: hub.api.data_warehouse.get_search(id=1),
        "httpx": lambda: http.get(base + SEARCH, headers={"Authorization": "Bearer t"}).json(),
        "requests": lambda: session.get(base + SEARCH, headers={"Authorization": "Bearer t"}).json(),
    }
    seconds = interleaved(sides, rounds=rounds, repeat=20)
    ours = seconds["ours"]
    yield Ratio(
        "small typed GET / httpx.Client().get() + json", ours / seconds["httpx"], 0.8, ms(ours), ms(seconds["httpx"])
    )
    peer = seconds["requests"]
    yield Ratio("  the same / requests.Session().get() + json", ours / peer, None, ms(ours), ms(peer))
    hub.close()


def small_get_async(base: str, rounds: int) -> Iterator[Ratio]:
    """The same with asyncio."""
    import httpx

    from aihub_sdk import AsyncAIHub

    with asyncio.Runner() as runner:
        hub, http = AsyncAIHub(base_url=base, token="t"), httpx.AsyncClient()

        async def theirs() -> object:
            return (await http.get(base + SEARCH, headers={"Authorization": "Bearer t"})).json()

        async def ours() -> object:
            return await hub.api.data_warehouse.get_search(id=1)

        sides = {"ours": lambda: runner.run(ours()), "httpx": lambda: runner.run(theirs())}
        seconds = interleaved(sides, rounds=rounds, repeat=20)
        value = seconds["ours"] / seconds["httpx"]
        yield Ratio("  the same, async / httpx.AsyncClient().get() + json", value, None, *map(ms, seconds.values()))

        async def close() -> None:
            await hub.close()
            await http.aclose()

        runner.run(close())


def many_pods(base: str, rounds: int) -> Iterator[Ratio]:
    """9,999 pods to typed objects: clean, and with a status in every item that the spec does not list."""
    import httpx

    from aihub_sdk import AIHub

    hub, http = AIHub(base_url=base, token="t"), httpx.Client()
    sides: dict[str, Callable[[], object]] = {
        "clean": lambda: hub.api.model_training.list_training_pods(id=1, page_size=9999),
        "unknown": lambda: hub.api.model_training.list_training_pods(id=2, page_size=9999),
        "httpx": lambda: http.get(base + PODS.format(1)).json(),
    }
    seconds = interleaved(sides, rounds=rounds)
    clean, unknown, peer = seconds["clean"], seconds["unknown"], seconds["httpx"]
    yield Ratio("9,999 pods, typed / httpx + json to dicts", clean / peer, 0.65, ms(clean), ms(peer))
    memory = {side: int(child(MEMORY, side, base, PODS.format(1))) / 2**20 for side in ("ours", "theirs")}
    shown = [f"{value:.1f} MiB" for value in memory.values()]
    yield Ratio("  peak memory of the same, what is kept included", memory["ours"] / memory["theirs"], 0.5, *shown)
    yield Ratio("  an unknown enum in every item / clean", unknown / clean, 2.5, ms(unknown), ms(clean))
    hub.close()


def main() -> None:
    """Print every ratio with its target; exit code 0 whatever they are."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: shows that it runs, not how fast")
    rounds = 3 if parser.parse_args().quick else 25
    print(f"Python {platform.python_version()}, medians of {rounds} interleaved rounds; ours : theirs at the right\n")
    with stub() as base:
        for comparison in (
            imports(rounds),
            construction(rounds),
            small_get(base, rounds),
            small_get_async(base, rounds),
            many_pods(base, rounds),
        ):
            for ratio in comparison:
                print(ratio, flush=True)


if __name__ == "__main__":
    main()

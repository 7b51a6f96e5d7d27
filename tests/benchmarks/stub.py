"""A loopback server as fast as Python allows, in its own process: it costs both sides of a comparison the same.

It parses nothing but the request line, and answers from prepared bytes all but the trainings that are waited for.
"""

import asyncio
import json
import sys
from collections import Counter
from typing import Any

SEARCH = {
    "id": 1,
    "type": 1,
    "name": "search-001",
    "description": "",
    "sql": "select object_name from meta where width > 1000",
    "feature_lib_id": 0,
    "feature_lib_name": "",
    "images": None,
    "keywords": "",
    "top_k": 0,
    "status": 3,
    "message": "",
    "result_url": "http://127.0.0.1/result.csv",
    "results": None,
    "created_at": 1721382073775,
    "username": "demo",
}
POD_COUNT = 9_999


def pods(status: str) -> dict[str, Any]:
    """A page of as many pods as the document's own page size asks for."""
    items = [
        {
            "id": n,
            "namespace": "training",
            "name": f"job-42-worker-{n:05d}",
            "status": status if status != "mixed" else f"Phase{n % 7}",
            "created_at": 1721382073775 + n,
            "started_at": 1721382083775 + n,
            "finished_at": 1721392083775 + n,
            "host_ip": f"10.1.{n // 250}.{n % 250}",
            "node_name": f"gpu-node-{n % 64:03d}",
            "ssh_port": 30000 + n % 2000,
            "ssh_info": f"ssh -p {30000 + n % 2000} root@10.1.{n // 250}.{n % 250} # worker {n:05d} of job 42",
            "use_new_log": True,
        }
        for n in range(POD_COUNT)
    ]
    return {"total": POD_COUNT, "page_size": POD_COUNT, "page_num": 1, "data": items}


def response(data: Any) -> bytes:
    """A whole HTTP answer around an envelope."""
    body = json.dumps({"code": 0, "msg": "", "data": data}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


ANSWERS = {
    b"/data-warehouse/api/v1/searches/1": response(SEARCH),
    b"/model-training-platform/api/v1/trainings/1/pods": response(pods("Running")),
    b"/model-training-platform/api/v1/trainings/2/pods": response(pods("mixed")),
}


TRAININGS = b"/model-training-platform/api/v1/trainings/"
TRAINING = {
    "framework": "PyTorchJob",
    "name": "train-001",
    "description": "first try",
    "image": "registry.example.com/train/pytorch:2.1",
    "virtual_cluster": {"id": 29, "name": "vc-a800-train", "gpu_type": "A800", "label": "a800"},
    "sku_cnt": 1,
    "enable_ssh": False,
    "envs": [{"key": "NCCL_DEBUG", "value": "INFO"}],
    "storages": None,
    "instances": 1,
    "created_at": 1721382073775,
    "username": "demo",
    "user_id": 1,
    "namespace": "training",
    "res_name": "train-001-1",
    "use_ib_network": False,
    "always_pull_image": True,
    "shm": 1,
}
# Waiting, running, and at the third look succeeded; then the same again, for the next round.
STATES = (1, 2, 3)
LOOKS: Counter[bytes] = Counter()
CONNECTIONS: Counter[str] = Counter()


def training(target: bytes) -> bytes:
    """A training that is one state further at each look."""
    status = STATES[LOOKS[target] % len(STATES)]
    LOOKS[target] += 1
    return response({"id": int(target.removeprefix(TRAININGS)), "status": status, **TRAINING})


def counts() -> bytes:
    """The looks at trainings and the connections since the last time this was asked."""
    found = {"looks": sum(LOOKS.values()), "most": CONNECTIONS["most"], "opened": CONNECTIONS["opened"]}
    LOOKS.clear()
    CONNECTIONS.update({"most": -CONNECTIONS["most"], "opened": -CONNECTIONS["opened"]})
    return response(found)


class Stub(asyncio.Protocol):
    """One connection; requests carry no body, so each ends with an empty line."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.pending = b""
        CONNECTIONS.update({"opened": 1, "open": 1})
        CONNECTIONS["most"] = max(CONNECTIONS["most"], CONNECTIONS["open"])

    def connection_lost(self, error: Exception | None) -> None:
        CONNECTIONS["open"] -= 1

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            head, self.pending = self.pending.split(b"\r\n\r\n", 1)
            target = head.split(b" ", 2)[1].split(b"?", 1)[0]
            self.transport.write(self.answer(target))

    def answer(self, target: bytes) -> bytes:
        if target.startswith(TRAININGS) and target not in ANSWERS:
            return training(target)
        return counts() if target == b"/counts" else ANSWERS[target]


async def serve() -> None:
    """Serve until standard input closes; the first line printed is the address."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Stub, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())

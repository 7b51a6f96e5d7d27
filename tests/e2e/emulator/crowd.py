"""Many clients at once: what each was told is noted, so that it can be asked for after a crash."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

JOB = {
    "framework": "PyTorchJob",
    "image": "registry.example.com/train/pytorch:2.1",
    "virtual_cluster_id": 29,
    "sku_cnt": 1,
    "enable_ssh": False,
    "envs": [],
    "storage_ids": [1],
    "instances": 1,
    "use_ib_network": False,
    "always_pull_image": False,
    "shm": 1,
    "category_id": 1,
    "project_id": 1,
    "estimate_run_time": 60,
}
DATASET = {"description": "x", "tags": [1], "create_by": 1, "cover_img": ""}
SHARED_DATASETS = 4
# Kind -> path of its creation, path of one of it, and the body without a name.
KINDS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "search": (
        "/data-warehouse/api/v1/searches",
        "/data-warehouse/api/v1/searches/{}",
        {"type": 1, "sql": "select 1"},
    ),
    "training": (
        "/model-training-platform/api/v1/trainings",
        "/model-training-platform/api/v1/trainings/{}",
        {**JOB, "is_vip": False},
    ),
    "quota_task": (
        "/quota-schedule-management/api/v1/tasks",
        "/quota-schedule-management/api/v1/tasks/{}",
        {**JOB, "priority": 1},
    ),
    "run": (
        "/workflow-center/api/v1/runs",
        "/workflow-center/api/v1/runs/{}",
        {"description": "x", "pipeline_id": 1, "pipeline_version_id": 1, "params": []},
    ),
}
DATASETS = "/dataset-mng/api/v2/datasets"
VERSIONS = "/dataset-mng/api/v2/dataset-versions-upload"
VERSION = "/dataset-mng/api/v2/dataset-versions-detail?name={}"


class Connection:
    """One client's kept connection; speaks just enough HTTP to be fast."""

    def __init__(self, base_url: str, token: str) -> None:
        self._host = urlsplit(base_url).netloc
        self._token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The envelope of one answer."""
        if self._streams is None:
            name, _, port = self._host.partition(":")
            self._streams = await asyncio.open_connection(name, int(port))
        reader, writer = self._streams
        content = b"" if body is None else json.dumps(body).encode()
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return json.loads(await reader.readexactly(length))

    async def close(self) -> None:
        """Let go of the connection, whatever state it is in."""
        if self._streams is not None:
            self._streams[1].close()


@dataclass
class Told:
    """What clients were told: the ids of each kind with the names they were created under."""

    names: dict[str, dict[int, str]] = field(default_factory=lambda: {kind: {} for kind in (*KINDS, "dataset")})
    versions: dict[int, list[int]] = field(default_factory=dict)
    twice: list[tuple[str, int]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many creations were acknowledged."""
        return sum(map(len, self.names.values())) + sum(map(len, self.versions.values()))

    def note(self, kind: str, number: int, name: str) -> None:
        """A creation was acknowledged."""
        if number in self.names[kind]:
            self.twice.append((kind, number))
        self.names[kind][number] = name


class Crowd:
    """Clients that create things of every kind until they have sent enough, or until the emulator is gone."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url
        self._token = token
        self._numbers = itertools.count()
        self.told = Told()

    async def prepare(self) -> None:
        """The datasets to which every client adds versions."""
        connection = Connection(self._base_url, self._token)
        for number in range(SHARED_DATASETS):
            await self._create_dataset(connection, f"shared-{number}")
        self.told.versions = {number: [] for number in self.told.names["dataset"]}
        await connection.close()

    async def work(self, *, clients: int, requests: int, when: Mapping[int, Callable[[], Awaitable[None]]]) -> None:
        """Send so many requests in all, and do what `when` says once so many creations were acknowledged."""
        turns = iter(range(requests))
        waiting = dict(when)

        async def client() -> None:
            connection = Connection(self._base_url, self._token)
            try:
                for turn in turns:
                    await self._step(connection, turn)
                    for count in [count for count in waiting if self.told.count >= count]:
                        await waiting.pop(count)()
            except (ConnectionError, asyncio.IncompleteReadError):
                # The emulator was killed: what it had not answered yet may or may not be there.
                pass
            finally:
                await connection.close()

        await asyncio.gather(*(client() for _ in range(clients)))

    async def _step(self, connection: Connection, turn: int) -> None:
        name = f"thing-{next(self._numbers)}"
        steps = [*KINDS, "dataset", "version", "version"]
        kind = steps[turn % len(steps)]
        if kind == "dataset":
            await self._create_dataset(connection, name)
        elif kind == "version":
            dataset = 1 + turn // len(steps) % SHARED_DATASETS
            body = {"dataset_id": dataset, "upload_type": 1, "upload_path": "s3://none/none.zip"}
            self.told.versions[dataset].append(number_of(await connection.call("POST", VERSIONS, body)))
        else:
            path, one, rest = KINDS[kind]
            number = number_of(await connection.call("POST", path, {**rest, "name": name}))
            self.told.note(kind, number, name)
            seen = await connection.call("GET", one.format(number))
            assert seen["data"]["name"] == name

    async def _create_dataset(self, connection: Connection, name: str) -> None:
        answer = await connection.call("POST", DATASETS, {**DATASET, "name": name})
        self.told.note("dataset", number_of(answer), name)


def number_of(envelope: Any) -> int:
    """The id in the envelope of a creation."""
    assert envelope["code"] == 0, envelope
    return int(envelope["data"]["id"])


async def lost(told: Told, base_url: str, token: str) -> list[str]:
    """What was acknowledged and is not there, or not as it was."""
    connection = Connection(base_url, token)
    missing = [text async for text in _lost_things(told, connection)]
    missing += [text async for text in _lost_versions(told, connection)]
    await connection.close()
    return missing


async def _lost_things(told: Told, connection: Connection) -> Any:
    for kind, (_, one, _) in KINDS.items():
        for number, name in told.names[kind].items():
            seen = await connection.call("GET", one.format(number))
            if seen["code"] or seen["data"]["name"] != name:
                yield f"{kind} {number}"
    for name in told.names["dataset"].values():
        if (await connection.call("POST", DATASETS, {**DATASET, "name": name}))["code"] != 8:
            yield f"dataset {name}"


async def _lost_versions(told: Told, connection: Connection) -> Any:
    """Each dataset's versions are numbered without a gap, and each acknowledged one has one number."""
    for dataset, acknowledged in told.versions.items():
        found = []
        for number in itertools.count(1):
            seen = await connection.call("GET", VERSION.format(f"{told.names['dataset'][dataset]}/V{number}"))
            if seen["code"]:
                break
            found.append(seen["data"]["id"])
        for version in _missing(acknowledged, found):
            yield f"version {version} of dataset {dataset}"


def _missing(acknowledged: list[int], found: list[int]) -> Iterator[int]:
    return (version for version in acknowledged if found.count(version) != 1)

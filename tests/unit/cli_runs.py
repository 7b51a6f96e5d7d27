"""Running the command `aihub` in this process, over a transport that answers what a test says."""

import json
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest

from aihub_sdk import AIHub
from aihub_sdk._settings.config import resolve
from aihub_sdk.cli import main


class Ended(NamedTuple):
    """How a command ended, and what it sent."""

    code: int
    out: str
    err: str
    sent: list[httpx.Request]

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Commands:
    """Runs commands; every request is answered with `answer`, an envelope."""

    def __init__(self, patch: pytest.MonkeyPatch, captured: Callable[[], Any]) -> None:
        self._patch = patch
        self._captured = captured
        self.answer: dict[str, Any] = {"code": 0, "msg": "", "data": {"id": 1}}
        self.settings: dict[str, Any] = {}

    def __call__(self, *arguments: str) -> Ended:
        sent: list[httpx.Request] = []

        def reply(request: httpx.Request) -> httpx.Response:
            request.read()
            sent.append(request)
            return httpx.Response(200, json=self.answer, headers={"X-Request-Id": "7", "Set-Cookie": "sid=hunter2"})

        def make(**settings: Any) -> AIHub:
            self.settings = settings
            named = {"env": "local", "token": "jwt-1", "s3_token": "relay-1"}
            given = {name: value for name, value in settings.items() if value is not None}
            return AIHub._from_config(resolve(**{**named, **given}), transport=httpx.MockTransport(reply))

        self._patch.setattr("aihub_sdk.cli._client.AIHub", make)
        self._patch.setattr(sys, "argv", ["aihub", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self._captured()
        return Ended(int(ended.value.code or 0), printed.out, printed.err, sent)

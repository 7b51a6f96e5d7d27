"""Plain HTTP calls to an emulator; each envelope it answers is held against the bundle and the strict models."""

import json
from importlib import import_module
from types import TracebackType
from typing import Any

import requests
from jsonschema import Draft202012Validator

from tests.contract.bundles import bundle, operation


def check_answer(operation_id: str, text: str) -> None:
    """Fail unless `text` is an envelope of this operation for both readings of the spec."""
    name = f"{operation_id[0].upper()}{operation_id[1:]}Response"
    service = operation(operation_id)["tags"][0]
    schema = {"$ref": f"#/components/schemas/{name}", "components": bundle("aihub")["components"]}
    model = getattr(import_module(f"aihub_models.{service}"), name)

    model.model_validate_json(text, strict=True)
    problems = [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(text))]
    assert problems == []


class Caller:
    """Somebody with a token."""

    def __init__(self, base_url: str, token: str | None = None, relay_token: str | None = None) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.trust_env = False
        if token is not None:
            self.session.headers["Authorization"] = f"Bearer {token}"
        if relay_token is not None:
            self.session.headers["Token"] = relay_token

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.session.close()

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request."""
        return self.session.request(method, f"{self.base_url}{path}", timeout=60, **options)

    def post_search(self, body: dict[str, Any]) -> dict[str, Any]:
        """The envelope of `createSearch`."""
        response = self.send("POST", "/data-warehouse/api/v1/searches", json=body)
        check_answer("createSearch", response.text)
        envelope: dict[str, Any] = response.json()
        return envelope

    def create_search(self, sql: str, name: str = "search-001") -> int:
        """The id of a new SQL search."""
        envelope = self.post_search({"type": 1, "name": name, "sql": sql})
        assert envelope["code"] == 0, envelope
        return int(envelope["data"]["id"])

    def get_search(self, search_id: int) -> dict[str, Any]:
        """The envelope of `getSearch`."""
        response = self.send("GET", f"/data-warehouse/api/v1/searches/{search_id}")
        check_answer("getSearch", response.text)
        envelope: dict[str, Any] = response.json()
        return envelope

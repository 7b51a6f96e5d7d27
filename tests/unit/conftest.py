"""One test for both clients: `client(*steps, **settings)` makes one over a script that must be used up."""

from collections.abc import Callable, Iterator

import pytest

from tests.unit.scripted import Client

MakeClient = Callable[..., Client]


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest) -> Iterator[MakeClient]:
    made: list[Client] = []

    def make(*steps: object, **settings: object) -> Client:
        made.append(Client(request.param, *steps, **settings))  # type: ignore[arg-type]  # the caller's steps
        return made[-1]

    yield make
    for each in made:
        each.end()

"""The error tree: what it promises to those who catch, print, log and pickle."""

import builtins
import copy
import inspect
import pickle
import re

import pytest

from aihub_sdk import errors
from aihub_sdk.errors import (
    AIHubError,
    AuthenticationError,
    ErrorContext,
    NotFound,
    RateLimited,
    ResponseLost,
    ServerRefused,
    WaitTimeout,
)

CONTEXT = ErrorContext("data_warehouse", "createSearch", "internal-test", 200, 8, 3, 1.25)
CLASSES = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, AIHubError)]
# A value of its own for every keyword that some error takes.
VALUES: dict[str, object] = {
    "setting": "env",
    "looked_at": ("argument env", "AI_HUB_ENV"),
    "field": "body.images[0].box",
    "source": "AI_HUB_TOKEN",
    "server_message": "名称已存在",
    "retry_after": 2.5,
    "content_type": "text/html",
    "reason": "it is not JSON",
    "drifts": ("Search.status: expected int, got str",),
    "check": "getSearch",
    "timeout": 60.0,
    "path": "data/a.jpg",
    "on_disk": "half of it",
    "job_id": 42,
    "ref": "aihub://internal-test/training/42",
    "state": 4,
    "state_name": "FAILED",
    "context": CONTEXT,
    "hint": "Choose another name.",
}


def filled(cls: type[AIHubError]) -> AIHubError:
    """An error of the class with every keyword given."""
    parameters = inspect.signature(cls).parameters
    return cls("It failed.", **{name: VALUES[name] for name in parameters if name != "message"})  # type: ignore[arg-type]  # each value fits the keyword of its name


def drawn_tree() -> dict[str, tuple[str, str]]:
    """Class name -> (parent, builtin in brackets), as the module's docstring draws it."""
    drawn: dict[str, tuple[str, str]] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^([│├└─ ]*)([A-Z]\w+)(?: +\((\w+)\))?(?:  +\S.*)?$", line)
        if match and (match.group(1) or match.group(2) == "AIHubError"):
            depth = len(match.group(1)) // 4
            above[depth:] = [match.group(2)]
            drawn[match.group(2)] = (above[depth - 1] if depth else "", match.group(3) or "")
    return drawn


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_survives_pickling_with_every_attribute(cls: type[AIHubError]) -> None:
    error = filled(cls)

    again = pickle.loads(pickle.dumps(error))

    assert (type(again), vars(again), again.args, str(again)) == (cls, vars(error), error.args, str(error))
    assert {name: getattr(again, name) for name in VALUES if hasattr(again, name)} == {
        name: getattr(error, name) for name in VALUES if hasattr(error, name)
    }


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_keeps_what_it_was_given(cls: type[AIHubError]) -> None:
    error = filled(cls)
    given = [name for name in inspect.signature(cls).parameters if name != "message"]

    assert {name: getattr(error, name) for name in given} == {name: VALUES[name] for name in given}


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_needs_nothing_but_its_message(cls: type[AIHubError]) -> None:
    error = cls("It failed.")

    assert (str(error), error.context, error.hint) == ("It failed.", ErrorContext(), "")


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_copies(cls: type[AIHubError]) -> None:
    error = filled(cls)

    assert vars(copy.copy(error)) == vars(error)


def test_a_note_survives_pickling() -> None:
    error = NotFound("No such search.")
    error.add_note("seen in the nightly run")

    assert pickle.loads(pickle.dumps(error)).__notes__ == ["seen in the nightly run"]


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_is_documented_with_its_cause_or_remedy(cls: type[AIHubError]) -> None:
    documented = inspect.getdoc(cls) or ""

    assert cls.__doc__
    assert cls is AIHubError or "Remedy:" in documented


@pytest.mark.parametrize("cls", CLASSES)
def test_the_documentation_names_every_attribute_of_the_class(cls: type[AIHubError]) -> None:
    inherited = {name for base in cls.__mro__[1:] if base in CLASSES for name in inspect.signature(base).parameters}
    own = [name for name in inspect.signature(cls).parameters if name not in inherited | {"message"}]

    assert [name for name in own if name not in (cls.__doc__ or "")] == []


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    real = {}
    for cls in CLASSES:
        parents = [base for base in cls.__mro__[1:] if base in CLASSES]
        own_builtins = [base.__name__ for base in cls.__bases__ if hasattr(builtins, base.__name__)]
        real[cls.__name__] = (
            parents[0].__name__ if parents else "",
            "" if cls is AIHubError else "".join(own_builtins),
        )

    assert drawn_tree() == real


def test_every_error_is_exported_and_lives_in_the_public_module() -> None:
    assert sorted([*(cls.__name__ for cls in CLASSES), "ErrorContext"]) == sorted(errors.__all__)
    assert {cls.__module__ for cls in [*CLASSES, ErrorContext]} == {"aihub_sdk.errors"}


def test_the_message_has_two_lines_what_and_then_where_and_the_way_out() -> None:
    error = ServerRefused("名称已存在", context=CONTEXT, hint="Choose another name.")

    assert str(error) == (
        "名称已存在\n  [data_warehouse.createSearch on internal-test, HTTP 200, code 8, 3 attempts, 1.2 s] "
        "Choose another name."
    )


@pytest.mark.parametrize(
    ("context", "text"),
    [
        (ErrorContext(), ""),
        (ErrorContext(environment="production"), "production"),
        (ErrorContext(service="user_system"), "user_system"),
        (ErrorContext(operation="login", attempts=1), "login, 1 attempt"),
        (ErrorContext(status=404, elapsed=0.04), "HTTP 404, 0.0 s"),
        (ErrorContext(code=0), "code 0"),
    ],
)
def test_a_context_says_only_what_is_known(context: ErrorContext, text: str) -> None:
    assert str(context) == text


def test_a_servers_words_cannot_add_lines_to_a_log() -> None:
    error = ServerRefused("done\n2026-01-01 INFO all is well\x1b[2J", hint="a\rb")

    assert str(error) == "done\\n2026-01-01 INFO all is well\\x1b[2J\n  a\\rb"


def test_the_context_can_be_read_off_the_error() -> None:
    error = AIHubError("It failed.", context=CONTEXT)

    assert (
        error.service, error.operation, error.environment, error.status, error.code, error.attempts, error.elapsed
    ) == CONTEXT  # fmt: skip  # one line shows that the order is that of the context


def test_a_lost_answer_may_have_been_applied_also_after_pickling() -> None:
    assert pickle.loads(pickle.dumps(ResponseLost("lost"))).maybe_applied is True


@pytest.mark.parametrize(
    ("error", "caught_as"),
    [
        (AuthenticationError("x"), PermissionError),
        (NotFound("x"), LookupError),
        (WaitTimeout("x"), TimeoutError),
        (ResponseLost("x"), ConnectionError),
        (RateLimited("x"), ServerRefused),
    ],
)
def test_the_builtin_a_caller_would_catch_catches_it(error: AIHubError, caught_as: type[Exception]) -> None:
    with pytest.raises(caught_as):
        raise error


def test_the_cause_is_kept() -> None:
    cause = OSError("reset")

    with pytest.raises(AIHubError) as caught:
        raise ResponseLost("lost") from cause

    assert caught.value.__cause__ is cause

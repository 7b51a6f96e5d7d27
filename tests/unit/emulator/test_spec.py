"""What the emulator reads from the bundles."""

from aihub_emulator.services import HANDLERS, coverage
from aihub_emulator.spec import load_operations, operation_named


def test_every_handler_belongs_to_an_operation_of_the_spec() -> None:
    assert set(HANDLERS) - {operation.id for operation in load_operations()} == set()


def test_every_example_is_a_success() -> None:
    assert [op.id for op in load_operations() if op.example["code"] != 0] == []


def test_login_alone_wants_no_token_and_the_relay_has_its_own_header() -> None:
    schemes = {operation.id: operation.scheme for operation in load_operations()}
    upload = schemes["uploadFile"]

    assert [name for name, scheme in schemes.items() if scheme is None] == ["login"]
    assert upload is not None
    assert (upload.is_bearer, upload.header) == (False, "Token")


def test_the_stop_operations_answer_without_data() -> None:
    without = {operation.id for operation in load_operations() if not operation.has_data}

    assert without == {"stopTraining", "stopQuotaTask"}


def test_a_referenced_parameter_is_read_like_an_inline_one() -> None:
    names = [(p.name, p.place, p.is_required) for p in operation_named("listTrainingPods").parameters]

    assert names == [("id", "path", True), ("page_size", "query", False), ("page_num", "query", False)]


def test_every_operation_with_a_handler_is_worked_for_and_every_other_one_answers_its_example() -> None:
    by_answer = {name: {r["operation"] for r in coverage() if r["answer"] == name} for name in ("work", "example")}

    assert by_answer["work"] == set(HANDLERS)
    assert by_answer["example"] == {operation.id for operation in load_operations()} - set(HANDLERS)

"""Evaluation platform: results come in as a form with two files."""

from __future__ import annotations

import asyncio

from aihub_emulator.evaluations import EvaluationRecord, check_predictions
from aihub_emulator.requests.answers import Answer, Code, Refusal
from aihub_emulator.requests.calls import Call
from aihub_emulator.requests.forms import file_of
from aihub_emulator.requests.reading import invalid, shown

__all__ = ["import_evaluation_result"]

_NAMES = ("model_name", "dataset_name", "id_dataset_name", "gallery_dataset_name")
_FILES = ("model_file", "pred_file")


async def import_evaluation_result(call: Call) -> Answer:
    """The id of a new evaluation. Nothing is kept of a form that is refused."""
    fields = call.body.model_dump(mode="json", exclude_none=True, exclude=set(_FILES))
    _check_fields(fields, call)
    model, predictions = (call.files[name] for name in _FILES)
    # By another thread: other requests go on being answered while a long file is read.
    lines = await asyncio.to_thread(check_predictions, file_of(predictions))
    evaluations = call.instance.evaluations
    evaluation_id = evaluations.new_id()
    evaluations.adopt(evaluation_id, model=file_of(model), predictions=file_of(predictions))
    evaluations.add(
        EvaluationRecord(
            id=evaluation_id,
            owner_id=call.caller.id,
            fields=fields,
            model_name=model.filename or "",
            model_bytes=model.size or 0,
            pred_name=predictions.filename or "",
            pred_bytes=predictions.size or 0,
            lines=lines,
            created_at=call.instance.clock.now(),
        )
    )
    return Answer({"id": evaluation_id})


def _check_fields(fields: dict[str, str], call: Call) -> None:
    for name in _NAMES:
        if not fields[name].strip():
            raise invalid(f"form.{name}", f"is {shown(fields[name])}", "Send a name")
    if "epoch" in fields and not fields["epoch"].strip():
        raise invalid("form.epoch", f"is {shown(fields['epoch'])}", "Leave it out, or send one")
    user_id = fields.get("user_id")
    if user_id is None:
        return
    if user_id != str(call.caller.id):
        problem = f"is {shown(user_id)}, and the token is that of user {call.caller.id}"
        raise Refusal(Code.FORBIDDEN, f"form.user_id: {problem}. Send {call.caller.id}, or leave it out.")

"""Evaluations: import a model's inference results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path
from typing import IO

from aihub_api._runtime.body import File
from aihub_api.evaluation import import_evaluation_result
from aihub_api.evaluation.models import CreatedId, EvaluationModelType, ImportEvaluationResultRequest
from aihub_api.types import Call
from aihub_sdk._calls.envelope import checked_call
from aihub_sdk._calls.sessions import AsyncSession, SyncSession
from aihub_sdk._choices import member
from aihub_sdk._predictions import check_predictions
from aihub_sdk._transfers.local_paths import expect_no_special_file, local_path
from aihub_sdk.errors import AIHubError, ErrorContext, InvalidRequest, TransferFailed

__all__ = ["AsyncEvaluations", "Evaluations"]

# Files take as long as they take: only standing still is limited.
_LONGEST_SECONDS = 30 * 24 * 3600.0


class Evaluations:
    """`hub.evaluations`: imports results to evaluate."""

    def __init__(self, session: SyncSession) -> None:
        self._session = session

    def import_result(
        self,
        model_name: str,
        *,
        model_type: EvaluationModelType | int | str,
        model_file: str | PathLike[str],
        pred_file: str | PathLike[str],
        dataset_name: str,
        id_dataset_name: str,
        gallery_dataset_name: str,
        epoch: int | str | None = None,
        user_id: int | str | None = None,
    ) -> int:
        """Hand in a model's inference results for evaluation. Blocks while both files are sent.

        The files are streamed: memory stays small however large they are. The client's `timeout` is how long nothing
        may happen, not how long the transfer may take.

        Args:
            model_name: Name of the model.
            model_type: What it recognises: `"face"` (3), `"body"` (4) or `"license_plate"` (5).
            model_file: The model's file.
            pred_file: The inference results in JSON Lines. Every line is checked before anything is sent.
            dataset_name: Name of the query dataset.
            id_dataset_name: Name of the id dataset.
            gallery_dataset_name: Name of the gallery dataset.
            epoch: Training epoch that the model is from.
            user_id: Id of the user who evaluates; left out when None.

        Returns:
            Id of the new evaluation task. No documented operation reads it; the web console shows it.

        Raises:
            InvalidRequest: An argument does not fit, a file cannot be read, or lines of `pred_file` are no JSON
                objects: the first twenty are named with their numbers. Nothing was sent.
            TransferFailed: A file has changed while it was sent; nothing was imported.
            ConfigurationError: The address of the evaluation platform is not configured: the document gives none.
            ResponseLost: Whether it was taken is not known; the error says how to check. It is never sent twice.
            AIHubError: The call failed.

        Source:
            importEvaluationResult, 评测平台 / 创建评测任务.
        """
        arguments = locals()
        environment = self._session.terms.config.environment
        self._session.terms.config.address("evaluation")
        member(EvaluationModelType, model_type, "model_type")
        check_predictions(local_path(pred_file, "pred_file"))
        with _import_call(arguments, environment) as call:
            stall = self._session.terms.config.timeout
            return self._session.send(call, timeout=_LONGEST_SECONDS, stall=stall).data.id


class AsyncEvaluations:
    """`Evaluations` for asyncio: the same names, awaited."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def import_result(
        self,
        model_name: str,
        *,
        model_type: EvaluationModelType | int | str,
        model_file: str | PathLike[str],
        pred_file: str | PathLike[str],
        dataset_name: str,
        id_dataset_name: str,
        gallery_dataset_name: str,
        epoch: int | str | None = None,
        user_id: int | str | None = None,
    ) -> int:
        """Hand in a model's inference results for evaluation. See `Evaluations.import_result`."""
        arguments = locals()
        import asyncio  # noqa: PLC0415  # whoever awaits this has loaded it; a synchronous client never does

        environment = self._session.terms.config.environment
        self._session.terms.config.address("evaluation")
        member(EvaluationModelType, model_type, "model_type")
        await asyncio.to_thread(check_predictions, local_path(pred_file, "pred_file"))
        with _import_call(arguments, environment) as call:
            stall = self._session.terms.config.timeout
            return (await self._session.send(call, timeout=_LONGEST_SECONDS, stall=stall)).data.id


@contextmanager
def _import_call(arguments: dict[str, object], environment: str) -> Iterator[Call[CreatedId]]:
    """The call made of `import_result`'s arguments, whose names are the form's fields; its files are open meanwhile.

    Raises:
        InvalidRequest: A file cannot be opened, or a field does not fit.
        TransferFailed: A file has changed or cannot be read any more while the call is sent.
    """
    context = ErrorContext("evaluation", "importEvaluationResult", environment)
    fields = {name: value for name, value in arguments.items() if name != "self"}
    fields["model_type"] = member(EvaluationModelType, fields["model_type"], "model_type")
    for name in ("epoch", "user_id"):
        value = fields[name]
        # The form's fields are all text; people count in numbers.
        fields[name] = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    with ExitStack() as files:
        for name in ("model_file", "pred_file"):
            path = local_path(fields[name], name)
            fields[name] = File(files.enter_context(_opened(path, name, context)), filename=path.name)
        body = ImportEvaluationResultRequest(**fields)  # type: ignore[arg-type]  # checked_call reports what does not fit
        call: Call[CreatedId] = checked_call(lambda: import_evaluation_result.call(body=body), environment)
        try:
            yield call
        except AIHubError:
            raise
        except OSError as error:
            raise TransferFailed(
                f"Handing in the result of {arguments['model_name']} broke off: {error.strerror or error}.",
                path=str(arguments["model_file"]),
                on_disk="Nothing was imported.",
                context=context,
                hint="Start it again when nobody writes to its two files any more.",
            ) from error


def _opened(path: Path, field: str, context: ErrorContext) -> IO[bytes]:
    try:
        expect_no_special_file(path)
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "Check the path; it is relative to the working directory."
        raise InvalidRequest(f"{path} cannot be read: {reason}.", field=field, context=context, hint=hint) from error

"""`aihub evaluations`: results of a model, handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aihub_api.evaluation.models import EvaluationModelType

from ._client import with_hub
from ._commands import Group
from ._printing import print_json

if TYPE_CHECKING:
    from aihub_sdk.client import AIHub

__all__ = ["evaluations"]

_KINDS = [kind.name.lower() for kind in EvaluationModelType]
_FILE = click.Path(exists=True, dir_okay=False)


@click.group(cls=Group)
def evaluations() -> None:
    """Hand in a model's results for evaluation."""


@evaluations.command("import")
@click.argument("model_name", metavar="MODEL")
@click.option("--model-type", type=click.Choice(_KINDS), required=True, help="What it recognises.")
@click.option("--model-file", type=_FILE, required=True, help="The model's file.")
@click.option("--pred-file", type=_FILE, required=True, help="The inference results in JSON Lines; checked first.")
@click.option("--dataset", "dataset_name", required=True, help="Name of the query dataset.")
@click.option("--id-dataset", "id_dataset_name", required=True, help="Name of the id dataset.")
@click.option("--gallery-dataset", "gallery_dataset_name", required=True, help="Name of the gallery dataset.")
@click.option("--epoch", help="Training epoch that the model is from.")
@with_hub
def import_result(  # one argument an option
    hub: AIHub,
    *,
    model_name: str,
    model_type: str,
    model_file: str,
    pred_file: str,
    dataset_name: str,
    id_dataset_name: str,
    gallery_dataset_name: str,
    epoch: str | None,
) -> None:
    """Hand in the inference results of a model, and print the id of the new evaluation."""
    made = hub.evaluations.import_result(
        model_name,
        model_type=model_type,
        model_file=model_file,
        pred_file=pred_file,
        dataset_name=dataset_name,
        id_dataset_name=id_dataset_name,
        gallery_dataset_name=gallery_dataset_name,
        epoch=epoch,
    )
    print_json({"id": made})

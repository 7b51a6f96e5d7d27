"""Stage `models`: datamodel-code-generator reads the same bundles into strict pydantic models, the server's side."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

from .bundle import Json
from .project import GeneratorError, header

_INIT = '''"""Strict pydantic models of every request and answer: the server's side of the contract.

One module a service. Unknown fields are refused, nothing is coerced, enums are closed. The emulator validates with
them and tests hold both sides against them; `aihub_sdk` never imports them.
"""
'''


def write_models(documents: dict[str, Json], folder: Path) -> None:
    """Write the package `aihub_models` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for service, document in documents.items():
        source = header(f"spec/services/{service}.yaml")
        docstring = f'"""Strict models of the service `{service}`."""\n\n'
        (folder / f"{service}.py").write_text(source + docstring + _generate(service, document), encoding="utf-8")
    (folder / "__init__.py").write_text(header("generator/models.py") + _INIT, encoding="utf-8")
    (folder / "py.typed").write_text("", encoding="utf-8")


def _closed(document: Json) -> Json:
    """`document` as the strict side reads it: objects have the listed fields only, unless the spec leaves them open.

    An enum marked `x-open` admits unlisted values, so here it is plain text.
    """
    schemas = {name: dict(schema) for name, schema in document["components"]["schemas"].items()}
    for schema in schemas.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        if schema.get("x-open"):
            del schema["enum"]
    return {**document, "components": {**document["components"], "schemas": schemas}}


def _generate(service: str, document: Json) -> str:
    from datamodel_code_generator import InputFileType, PythonVersion, generate  # noqa: PLC0415  # 0.5 s
    from datamodel_code_generator.enums import DataModelType, StrictTypes  # noqa: PLC0415  # same
    from datamodel_code_generator.format import Formatter  # noqa: PLC0415  # same

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            text = generate(
                json.dumps(_closed(document)),
                input_file_type=InputFileType.OpenAPI,
                output_model_type=DataModelType.PydanticV2BaseModel,
                target_python_version=PythonVersion.PY_310,
                strict_types=[StrictTypes.str, StrictTypes.int, StrictTypes.float, StrictTypes.bool, StrictTypes.bytes],
                use_annotated=True,
                collapse_root_models=True,
                field_constraints=True,
                use_specialized_enum=False,
                set_default_enum_member=True,
                use_schema_description=True,
                use_field_description=True,
                use_standard_collections=True,
                use_union_operator=True,
                disable_timestamp=True,
                disable_future_imports=False,
                custom_file_header=" ",
                formatters=[Formatter.RUFF_FORMAT],
            )
        except Exception as error:
            raise GeneratorError(f"datamodel-code-generator has objections to {service}: {error}") from error
    return str(text).lstrip()

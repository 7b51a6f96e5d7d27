"""Our reading of openapi-python-client's naming is the tool's own."""

from __future__ import annotations

import pytest
from openapi_python_client import strings

from generator.lint.casing import class_name, member_name, snake_case

_NAMES = [
    "Search",
    "GetSearchResponse",
    "S3File",
    "JOBPage",
    "job_page",
    "Job2page",
    "IDList",
    "Warning",
    "Id",
    "None",
    "getSearch",
    "getJOB",
    "listTrainingPods",
    "uploadFile2",
    "WAITING",
    "GPU_4090",
    "LOADING_META",
    "A800",
    "MPI_JOB",
    "error-message",
    "名称",
]


@pytest.mark.parametrize("name", _NAMES)
def test_a_schema_becomes_the_class_that_the_tool_makes(name: str) -> None:
    assert class_name(name) == strings.ClassName(name, "")


@pytest.mark.parametrize("name", _NAMES)
def test_an_operation_becomes_the_function_that_the_tool_makes(name: str) -> None:
    assert snake_case(name) == strings.snake_case(name)


@pytest.mark.parametrize("name", _NAMES)
def test_a_varname_becomes_the_member_that_the_tool_makes(name: str) -> None:
    assert member_name(name) == strings.snake_case(name).upper()

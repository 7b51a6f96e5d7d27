"""Names of environments and services: never guessed, always suggested."""

import pytest

from aihub_api.tables import ENVIRONMENTS, SERVICES
from aihub_sdk._settings.environments import (
    ALIASES,
    VARIABLES,
    check_environment,
    check_service,
    service_variable,
    variable_notes,
)
from aihub_sdk.errors import ConfigurationError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("internal_test", '"internal-test"'),
        ("internaltest", '"internal-test"'),
        ("Internal-Test", '"internal-test"'),
        ("intrnal-tset", '"internal-test"'),
        ("externl-test", '"external-test"'),
        ("prod", '"production"'),
        ("PROD", '"production"'),
        ("produktion", '"production"'),
        ("生产环境", '"production"'),
        ("内网测试环境", '"internal-test"'),
        ("外网测试环境", '"external-test"'),
        ("test", '"internal-test" or "external-test"'),
        ("lokal", '"local"'),
    ],
)
def test_a_misspelt_environment_suggests_the_right_one_and_lists_all(written: str, meant: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_environment(written, "argument env")

    assert caught.value.message == f"There is no environment {written!r} (from argument env)."
    assert caught.value.hint.startswith(f"Did you mean {meant}? ")
    assert [name for name in ENVIRONMENTS if name not in caught.value.hint] == []


@pytest.mark.parametrize("written", ["", "xyz", "平台", 7, None, ["production"]])
def test_what_is_near_nothing_gets_no_suggestion_but_the_list(written: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_environment(written, "argument env")

    assert "Did you mean" not in caught.value.hint
    assert ", ".join(ENVIRONMENTS) in caught.value.hint


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_known_environment_is_taken_as_it_is(name: str) -> None:
    assert check_environment(name, "argument env") == name


def test_every_other_name_leads_to_a_known_environment() -> None:
    assert {name for names in ALIASES.values() for name in names} <= set(ENVIRONMENTS)
    assert set(ALIASES) & set(ENVIRONMENTS) == set()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("data-warehouse", "data_warehouse"),
        ("datawarehouse", "data_warehouse"),
        ("DataWarehouse", "data_warehouse"),
        ("dataset_managment", "dataset_management"),
        ("s3-relay", "s3_relay"),
        ("qouta_schedule", "quota_schedule"),
    ],
)
def test_a_misspelt_service_suggests_the_right_one_and_lists_all(written: str, meant: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_service(written, "argument services")

    assert caught.value.hint.startswith(f'Did you mean "{meant}"? ')
    assert [name for name in SERVICES if name not in caught.value.hint] == []


def test_every_service_has_a_variable() -> None:
    assert [service for service in SERVICES if service_variable(service) not in VARIABLES] == []
    assert service_variable("data_warehouse") == "AI_HUB_DATA_WAREHOUSE_URL"


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("AI_HUB_DATAWAREHOUSE_URL", "AI_HUB_DATA_WAREHOUSE_URL"),
        ("AIHUB_TOKEN", "AI_HUB_TOKEN"),
        ("ai_hub_env", "AI_HUB_ENV"),
        ("AI_HUB_BASEURL", "AI_HUB_BASE_URL"),
        ("AI_HUB_TOKENFILE", "AI_HUB_TOKEN_FILE"),
        ("AI_HUB_S3_CAFILE", "AI_HUB_S3_CA_FILE"),
    ],
)
def test_a_misspelt_variable_is_pointed_out(variable: str, meant: str) -> None:
    assert variable_notes({variable: "x"}) == (
        f"{variable} is set but is no setting of the SDK: did you mean {meant}?",
    )


def test_an_address_for_a_service_that_does_not_exist_is_pointed_out() -> None:
    (note,) = variable_notes({"AI_HUB_NOTEBOOKS_URL": "http://h"})

    assert note == f"AI_HUB_NOTEBOOKS_URL is set but no service has that name: {', '.join(SERVICES)}."


def test_variables_of_the_platform_and_of_others_are_left_alone() -> None:
    environ = {"AI_HUB_WORKFLOW_RUN_ID": "3", "AI_HUB_NODE_NAME": "n", "HOME": "/h", "AIR_HUB": "x"}

    assert variable_notes({**environ, **dict.fromkeys(VARIABLES, "x")}) == ()

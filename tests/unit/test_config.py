"""Settings: which source wins, what is refused, and what is told about it."""

import pickle
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aihub_api.tables import ENVIRONMENTS, SERVICES
from aihub_sdk._settings.config import Config, resolve
from aihub_sdk._settings.environments import service_variable
from aihub_sdk.errors import AuthenticationError, ConfigurationError
from tests.unit.made_up_tokens import NOW, clock, jwt

WITHOUT_ADDRESS = ["quota_schedule", "evaluation", "s3_relay"]


class Machine:
    """A home folder and its variables."""

    def __init__(self, home: Path) -> None:
        self.file = home / ".config" / "aihub" / "config.toml"
        self.environ = {"HOME": str(home)}

    def profiles(self, text: str, mode: int = 0o600) -> None:
        """Write the profile file."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(text, encoding="utf-8")
        self.file.chmod(mode)

    def resolve(self, **settings: Any) -> Config:
        """The settings of a client on this machine."""
        return resolve(environ=self.environ, now=clock, **settings)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def refusal(machine: Machine, **settings: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        machine.resolve(**settings)
    return caught.value


# --- nothing configured ---------------------------------------------------------------------------


def test_nothing_configured_lists_all_that_was_looked_at_and_the_known_environments(machine: Machine) -> None:
    text = str(refusal(machine))

    expected = ["env", "base_url", "services", "AI_HUB_ENV", "AI_HUB_BASE_URL", "AI_HUB_<SERVICE>_URL"]
    assert [part for part in [*expected, str(machine.file), *ENVIRONMENTS] if part not in text] == []


def test_nothing_configured_says_whether_there_is_a_profile_file(machine: Machine) -> None:
    assert f'profile "default" in {machine.file} (no such file)' in str(refusal(machine))

    machine.profiles("[profiles.other]\nenv = 'local'\n")

    assert f'profile "default" in {machine.file} (has no such profile)' in str(refusal(machine))


def test_nothing_configured_points_at_a_misspelt_variable(machine: Machine) -> None:
    machine.environ["AI_HUB_ENVIRONMENT"] = "production"
    machine.environ["AI_HUB_BASEURL"] = "http://h"

    assert "did you mean AI_HUB_BASE_URL?" in str(refusal(machine))


def test_a_token_alone_is_no_place(machine: Machine) -> None:
    assert refusal(machine, token="t").setting == "env"


def test_an_empty_variable_is_not_set(machine: Machine) -> None:
    machine.environ |= {"AI_HUB_ENV": "", "AI_HUB_BASE_URL": "", "AI_HUB_PROFILE": "", "AI_HUB_TOKEN": ""}

    assert refusal(machine).setting == "env"


# --- environment ----------------------------------------------------------------------------------


def test_the_environment_is_argument_then_variable_then_named_profile_then_default_profile(machine: Machine) -> None:
    machine.profiles("[profiles.default]\nenv = 'local'\n[profiles.lab]\nenv = 'production'\n")
    machine.environ["AI_HUB_ENV"] = "internal-test"

    assert machine.resolve(env="external-test", profile="lab").environment == "external-test"
    assert machine.resolve(profile="lab").environment == "internal-test"
    del machine.environ["AI_HUB_ENV"]
    assert machine.resolve(profile="lab").environment == "production"
    assert machine.resolve().environment == "local"


def test_a_misspelt_environment_in_a_variable_names_the_variable(machine: Machine) -> None:
    machine.environ["AI_HUB_ENV"] = "prod"

    error = refusal(machine)

    assert error.message == "There is no environment 'prod' (from AI_HUB_ENV)."
    assert error.hint.startswith('Did you mean "production"?')


def test_a_base_url_alone_is_enough(machine: Machine) -> None:
    config = machine.resolve(base_url="http://gateway.example:30021/")

    assert config.environment == "custom"
    assert {config.address(service) for service in SERVICES} == {"http://gateway.example:30021"}


def test_a_base_url_gives_the_addresses_and_the_environment_keeps_its_name(machine: Machine) -> None:
    config = machine.resolve(env="production", base_url="http://127.0.0.1:1")

    assert (config.environment, config.address("data_warehouse")) == ("production", "http://127.0.0.1:1")


# --- addresses ------------------------------------------------------------------------------------

LADDER = ["services", "base_url", "variable", "AI_HUB_BASE_URL", "profile services", "profile base_url", "table"]


@pytest.mark.parametrize("rung", range(len(LADDER)), ids=LADDER)
def test_the_stronger_source_gives_the_address(machine: Machine, rung: int) -> None:
    """services argument > base_url argument > AI_HUB_<SERVICE>_URL > AI_HUB_BASE_URL > profile > built-in table."""
    given = LADDER[rung:]
    arguments: dict[str, Any] = {"env": "production"}
    profile = ["[profiles.default]", "env = 'production'"]
    for source in given:
        url = f"http://{source.replace(' ', '-').replace('_', '-').lower()}.example"
        if source == "services":
            arguments["services"] = {"data_warehouse": url}
        elif source == "base_url":
            arguments["base_url"] = url
        elif source == "variable":
            machine.environ["AI_HUB_DATA_WAREHOUSE_URL"] = url
        elif source == "AI_HUB_BASE_URL":
            machine.environ["AI_HUB_BASE_URL"] = url
        elif source == "profile services":
            profile.append(f"services = {{ data_warehouse = '{url}' }}")
        elif source == "profile base_url":
            profile.append(f"base_url = '{url}'")
    machine.profiles("\n".join(profile))

    address = machine.resolve(**arguments).address("data_warehouse")

    strongest = f"http://{given[0].replace(' ', '-').replace('_', '-').lower()}.example"
    assert address == (SERVICES["data_warehouse"].addresses["production"] if given == ["table"] else strongest)


def test_one_services_address_leaves_the_others_to_the_table(machine: Machine) -> None:
    config = machine.resolve(env="internal-test", services={"user_system": "https://login.example/x"})

    assert config.address("user_system") == "https://login.example/x"
    assert config.address("data_warehouse") == SERVICES["data_warehouse"].addresses["internal-test"]


@pytest.mark.parametrize("env", [name for name in ENVIRONMENTS if name != "local"])
@pytest.mark.parametrize("service", WITHOUT_ADDRESS)
def test_a_service_without_an_address_names_its_settings_and_the_reason(
    machine: Machine, env: str, service: str
) -> None:
    config = machine.resolve(env=env)

    with pytest.raises(ConfigurationError) as caught:
        config.address(service)

    text = str(caught.value)
    parts = [service_variable(service), f'services={{"{service}": ', "AI_HUB_BASE_URL", "base_url=", "prints none"]
    assert [part for part in parts if part not in text] == []
    assert (caught.value.environment, caught.value.service) == (env, service)


@pytest.mark.parametrize("service", WITHOUT_ADDRESS)
def test_the_variable_that_the_error_names_helps(machine: Machine, service: str) -> None:
    machine.environ[service_variable(service)] = "https://h.example"

    assert machine.resolve(env="production").address(service) == "https://h.example"


def test_a_missing_address_points_at_the_misspelt_variable(machine: Machine) -> None:
    machine.environ["AI_HUB_QUOTASCHEDULE_URL"] = "http://h.example"

    with pytest.raises(ConfigurationError, match="did you mean AI_HUB_QUOTA_SCHEDULE_URL"):
        machine.resolve(env="production").address("quota_schedule")


def test_a_service_that_was_not_given_has_no_address_without_an_environment(machine: Machine) -> None:
    config = machine.resolve(services={"user_system": "http://h.example"})

    with pytest.raises(ConfigurationError, match="AI_HUB_DATA_WAREHOUSE_URL"):
        config.address("data_warehouse")


def test_a_misspelt_service_is_refused_at_once(machine: Machine) -> None:
    error = refusal(machine, env="local", services={"datawarehouse": "http://h.example"})

    assert error.hint.startswith('Did you mean "data_warehouse"?')


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("http://h", "http://h"),
        ("https://h.example:8443/", "https://h.example:8443"),
        ("http://h/gate/way//", "http://h/gate/way"),
        ("http://[::1]:8021", "http://[::1]:8021"),
        ("HTTP://h", "HTTP://h"),
        ("http://h/%E4%B8%AD", "http://h/%E4%B8%AD"),
    ],
)
def test_an_address_may_have_a_port_and_a_path_prefix(machine: Machine, value: str, kept: str) -> None:
    assert machine.resolve(base_url=value).address("user_system") == kept


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "empty or not text"),
        (7, "empty or not text"),
        ("localhost:8021", "does not begin with http"),
        ("h.example", "does not begin with http"),
        ("ftp://h", "does not begin with http"),
        ("http://", "names no host"),
        ("http:///path", "names no host"),
        ("http://h:port", "does not parse"),
        ("http://h:70000", "does not parse"),
        ("http://h:0", "port 0"),
        ("http://[::1", "does not parse"),
        ("http://h/?a=1", "a query or a fragment"),
        ("http://h/#a", "a query or a fragment"),
        ("http://h?", "a query or a fragment"),
        ("http://h/a b", "blanks"),
        (" http://h", "blanks"),
        ("http://h\n", "blanks"),
        ("http://h\r\nX: y", "blanks"),
        ("http://主机", "percent-encoded"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(machine: Machine, value: Any, problem: str) -> None:
    error = refusal(machine, base_url=value)

    assert error.message.startswith("base_url cannot be ")
    assert problem in error.message
    assert error.hint != ""


@pytest.mark.parametrize(
    "value",
    [
        "http://user:hunter2@h.example",
        "http://hunter2@h.example/x",
        "http://h.example/?token=hunter2",
        "http://h.example/?hunter2@x",
        "http://user:hun//hunter2@h.example",
        "http://user:a?hunter2@h.example",
        "http://u:hunter2@h:port",
        "user:hunter2@h.example",
        "ftp://user:hunter2@h.example",
        "eyJhbGciOiJub25lIn0.hunter2.",
        "http://h/#hunter2",
    ],
)
def test_a_refused_address_shows_nothing_that_could_be_a_secret(machine: Machine, value: str) -> None:
    assert "hunter2" not in str(refusal(machine, base_url=value))
    assert "hunter2" not in str(refusal(machine, services={"user_system": value}))
    machine.environ["AI_HUB_USER_SYSTEM_URL"] = value
    assert "hunter2" not in str(refusal(machine))


def test_a_bad_address_in_a_variable_names_the_variable(machine: Machine) -> None:
    machine.environ["AI_HUB_EVALUATION_URL"] = "h.example:80"

    assert refusal(machine, env="production").message.startswith("AI_HUB_EVALUATION_URL cannot be 'h.example:80'")


# --- options --------------------------------------------------------------------------------------


def test_the_defaults_are_a_minute_and_four_retries(machine: Machine) -> None:
    config = machine.resolve(env="local")

    assert (config.timeout, config.max_retries, config.is_strict, config.s3_verify) == (60.0, 4, False, True)


@pytest.mark.parametrize(("given", "seconds"), [(1, 1.0), (0.5, 0.5), (timedelta(minutes=2), 120.0)])
def test_a_timeout_is_seconds_or_a_timedelta(machine: Machine, given: Any, seconds: float) -> None:
    assert machine.resolve(env="local", timeout=given).timeout == seconds


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan"), True, "60", timedelta(0), [1]])
def test_a_timeout_that_never_or_always_ends_a_call_is_refused(machine: Machine, value: Any) -> None:
    assert refusal(machine, env="local", timeout=value).setting == "timeout"


@pytest.mark.parametrize("value", [-1, 1.5, True, "3"])
def test_retries_are_a_whole_number(machine: Machine, value: Any) -> None:
    assert refusal(machine, env="local", max_retries=value).setting == "max_retries"


def test_retries_can_be_switched_off(machine: Machine) -> None:
    assert machine.resolve(env="local", max_retries=0).max_retries == 0


def test_strict_is_true_or_false(machine: Machine) -> None:
    assert machine.resolve(env="local", strict=True).is_strict is True
    assert refusal(machine, env="local", strict="yes").setting == "strict"


def test_options_come_from_the_argument_then_the_profiles(machine: Machine) -> None:
    machine.profiles(
        "[profiles.default]\nenv = 'local'\ntimeout = 5\nmax_retries = 1\nstrict = true\n"
        "[profiles.lab]\ntimeout = 7.5\n"
    )
    config = machine.resolve(profile="lab", max_retries=9)

    assert (config.timeout, config.max_retries, config.is_strict) == (7.5, 9, True)


def test_the_relays_trust_is_argument_then_variable_then_profile(machine: Machine, tmp_path: Path) -> None:
    for name in ("a.pem", "b.pem", "c.pem"):
        (tmp_path / name).write_text("certificate")
    machine.profiles("[profiles.default]\nenv = 'local'\ns3_ca_file = '../../c.pem'\n")
    machine.environ["AI_HUB_S3_CA_FILE"] = str(tmp_path / "b.pem")

    assert machine.resolve(s3_verify=tmp_path / "a.pem").s3_verify == str(tmp_path / "a.pem")
    assert machine.resolve(s3_verify=False).s3_verify is False
    assert machine.resolve().s3_verify == str(tmp_path / "b.pem")
    del machine.environ["AI_HUB_S3_CA_FILE"]
    assert machine.resolve().s3_verify == str(tmp_path / "c.pem")


def test_a_ca_file_that_is_not_there_is_refused(machine: Machine, tmp_path: Path) -> None:
    error = refusal(machine, env="local", s3_verify=str(tmp_path / "no.pem"))

    assert error.message == f"There is no CA file {tmp_path / 'no.pem'} (from argument s3_verify)."


# --- what is told ---------------------------------------------------------------------------------


def test_explain_shows_each_value_and_where_it_came_from(machine: Machine) -> None:
    machine.profiles("[profiles.default]\ntimeout = 5\n")
    machine.environ |= {"AI_HUB_TOKEN": jwt(exp=NOW + 60), "AI_HUB_EVALUATION_URL": "http://e.example"}

    rows = {row.setting: row[1:] for row in machine.resolve(env="internal-test").explain().rows}

    assert {name: rows[name] for name in ("environment", "timeout", "max_retries", "token", "evaluation")} == {
        "environment": ("internal-test", "argument env"),
        "timeout": ("5 s", 'profile "default"'),
        "max_retries": ("4", "built in"),
        "token": ("(hidden), expires 2025-06-15 15:07:40 UTC", "AI_HUB_TOKEN"),
        "evaluation": ("http://e.example", "AI_HUB_EVALUATION_URL"),
    }
    assert rows["quota_schedule"] == ("no address", "set AI_HUB_QUOTA_SCHEDULE_URL")
    assert set(SERVICES) <= set(rows)


def test_explain_prints_as_a_table(machine: Machine) -> None:
    explained = machine.resolve(base_url="http://h.example").explain()

    assert str(explained).splitlines()[:2] == [
        "setting             value                                   from",
        "environment         custom                                  only addresses are given",
    ]
    assert repr(explained) == str(explained)


def test_explain_points_out_what_may_surprise(machine: Machine) -> None:
    machine.profiles("[profiles.default]\nenv = 'production'\ntoken = 't'\n")
    machine.environ |= {"AI_HUB_BASE_URL": "http://g.example", "AI_HUB_DATAWAREHOUSE_URL": "http://h"}

    assert machine.resolve(env="internal-test").explain().notes == (
        'profile "default" is for production: its addresses and secrets are not used for internal-test.',
        "addresses that are not internal-test's own come from: AI_HUB_BASE_URL.",
        "AI_HUB_DATAWAREHOUSE_URL is set but is no setting of the SDK: did you mean AI_HUB_DATA_WAREHOUSE_URL?",
    )


def test_explain_says_that_a_token_file_is_not_read_while_there_is_a_token(machine: Machine) -> None:
    machine.environ |= {"AI_HUB_TOKEN": "t", "AI_HUB_TOKEN_FILE": "/run/token"}
    note = "AI_HUB_TOKEN_FILE is not read, because AI_HUB_TOKEN is set and comes first."

    assert machine.resolve(env="local").explain().notes == (note,)
    assert machine.resolve(env="local", token="mine").explain().notes == ()


def test_explain_says_which_hosts_are_called_through_a_proxy_without_its_password(machine: Machine) -> None:
    machine.environ |= {"HTTP_PROXY": "http://me:hun/ter2@proxy.example:3128", "NO_PROXY": "b.example"}
    services = {
        "evaluation": "http://a.example:1",
        "quota_schedule": "http://b.example",
        "s3_relay": "https://c.example",
    }

    way = "through the proxy http://proxy.example:3128 (HTTP_PROXY, HTTPS_PROXY or ALL_PROXY)"
    assert machine.resolve(services=services).explain().notes == (
        f"requests to a.example go {way}; NO_PROXY names the hosts that need none.",
    )


def test_no_secret_is_in_the_text_of_a_config(machine: Machine) -> None:
    for secrets in ({"token": "hunter2"}, {"username": "me", "password": "hunter2"}):
        config = machine.resolve(env="local", s3_token="hunter2", **secrets)
        shown = [str(config), repr(config), str(config.explain()), repr(config.token_source), repr(config._secrets)]

        assert [text for text in shown if "hunter2" in text] == []


def test_settings_do_not_change(machine: Machine) -> None:
    config = machine.resolve(env="local")

    with pytest.raises(AttributeError, match="make another client"):
        config.timeout = 1  # type: ignore[misc]  # the assignment is what is tested
    with pytest.raises(AttributeError, match="make another client"):
        del config._place


# --- pickling -------------------------------------------------------------------------------------


def test_a_pickled_config_keeps_everything_but_the_secrets_that_were_arguments(machine: Machine) -> None:
    config = machine.resolve(
        env="production",
        services={"evaluation": "http://e.example"},
        token="hunter2",
        s3_token="hunter2",
        timeout=7,
        max_retries=1,
        strict=True,
        s3_verify=False,
    )

    data = pickle.dumps(config)
    again = pickle.loads(data)

    assert b"hunter2" not in data
    kept = ("environment", "timeout", "max_retries", "is_strict", "s3_verify")
    assert [getattr(again, name) for name in kept] == [getattr(config, name) for name in kept]
    assert [again.address(s) for s in ("evaluation", "user_system")] == [
        config.address(s) for s in ("evaluation", "user_system")
    ]
    assert again.s3_token is None
    with pytest.raises(AuthenticationError, match="AI_HUB_TOKEN"):
        again.token_source.current()


def test_an_unpickled_config_finds_the_secrets_of_its_own_process(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.environ |= {"AI_HUB_TOKEN": "hunter2", "AI_HUB_S3_TOKEN": "hunter3"}
    data = pickle.dumps(machine.resolve(env="production"))
    assert (b"hunter2" in data, b"hunter3" in data) == (False, False)
    monkeypatch.setenv("AI_HUB_TOKEN", "here")
    monkeypatch.setenv("AI_HUB_S3_TOKEN", "there")

    again = pickle.loads(data)

    assert (again.token_source.current(), again.s3_token) == ("here", "there")


def test_a_secret_in_a_profile_is_not_pickled(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.profiles("[profiles.default]\nenv = 'local'\ntoken = 'hunter2'\n")

    data = pickle.dumps(machine.resolve())

    assert b"hunter2" not in data


def test_unpickling_where_the_profile_does_not_exist_fails_only_when_the_token_is_needed(machine: Machine) -> None:
    machine.profiles("[profiles.lab]\nenv = 'local'\ntoken = 't'\n")

    again = pickle.loads(pickle.dumps(machine.resolve(profile="lab")))

    assert again.environment == "local"
    with pytest.raises(AuthenticationError, match="There is no profile 'lab'"):
        again.token_source.current()

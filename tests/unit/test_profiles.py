"""The profile file: where it is, what it may say, and who may read it."""

import os
from pathlib import Path
from typing import Any

import pytest

from aihub_sdk._settings.config import Config, resolve
from aihub_sdk._settings.profiles import config_path, read_profiles
from aihub_sdk.errors import AuthenticationError, ConfigurationError
from tests.unit.made_up_tokens import clock

POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def write(environ: dict[str, str], text: str, mode: int = 0o600) -> Path:
    path = Path(config_path(environ))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def settings(environ: dict[str, str], **arguments: Any) -> Config:
    return resolve(environ=environ, now=clock, **arguments)


def refusal(environ: dict[str, str], **arguments: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        settings(environ, **arguments)
    return caught.value


@POSIX_ONLY
def test_the_file_is_below_the_users_configuration_folder() -> None:
    assert config_path({"HOME": "/home/u"}) == "/home/u/.config/aihub/config.toml"
    assert config_path({"HOME": "/home/u", "XDG_CONFIG_HOME": "/etc/u"}) == "/etc/u/aihub/config.toml"
    assert config_path({"HOME": "/home/u", "XDG_CONFIG_HOME": "relative"}) == "/home/u/.config/aihub/config.toml"


def test_a_profile_is_chosen_by_argument_then_variable_then_the_default_one(environ: dict[str, str]) -> None:
    write(
        environ, "[profiles.default]\nenv='local'\n[profiles.a]\nenv='production'\n[profiles.b]\nenv='internal-test'\n"
    )

    assert settings(environ).environment == "local"
    environ["AI_HUB_PROFILE"] = "a"
    assert settings(environ).environment == "production"
    assert settings(environ, profile="b").environment == "internal-test"


def test_what_the_named_profile_does_not_say_the_default_one_does(environ: dict[str, str]) -> None:
    write(environ, "[profiles.default]\ntimeout = 5\ntoken = 't'\n[profiles.lab]\nenv = 'local'\n")
    config = settings(environ, profile="lab")

    assert (config.timeout, config.token_source.current(), config.token_source.origin) == (5, "t", 'profile "default"')


def test_a_profile_that_does_not_exist_suggests_one_and_lists_all(environ: dict[str, str]) -> None:
    path = write(environ, "[profiles.lab]\nenv = 'local'\n[profiles.office]\nenv = 'production'\n")
    error = refusal(environ, profile="Lab")

    assert error.message == f"There is no profile 'Lab' (from argument profile) in {path}."
    assert error.hint == 'Did you mean "lab"? Its profiles are: lab, office.'


def test_a_named_profile_without_a_file_says_so(environ: dict[str, str]) -> None:
    environ["AI_HUB_PROFILE"] = "lab"

    assert "(no such file)" in refusal(environ).hint
    assert "from AI_HUB_PROFILE" in refusal(environ).message


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[profiles.default]\nevn = 'local'\n", "There is no setting 'evn'", 'Did you mean "env"?'),
        ("[profiles.default]\nenv = 'prod'\n", "There is no environment 'prod'", 'Did you mean "production"?'),
        ("[profiles.default]\nenv = 1\n", "env is not text", ""),
        ("[profiles.default]\ntimeout = 'x'\n", "timeout is not a number", ""),
        ("[profiles.default]\nmax_retries = true\n", "max_retries is not a number", ""),
        ("[profiles.default]\nstrict = 1\n", "strict is not true or false", ""),
        ("[profiles.default]\nservices = 'x'\n", "services is not a table", ""),
        (
            "[profiles.default.services]\nwarehouse = 'http://h'\n",
            "There is no service 'warehouse'",
            "The services are",
        ),
        ("[default]\nenv = 'local'\n", "has an unknown part 'default'", "[profiles.default]"),
        ("profiles = 1\n", "profiles is not a set of tables", "[profiles.default]"),
        ("[profiles]\ndefault = 1\n", "profiles is not a set of tables", "[profiles.default]"),
        ("[profiles.default\n", "is not valid TOML", "Correct the line"),
    ],
)
def test_a_mistake_in_the_file_is_named(environ: dict[str, str], text: str, message: str, hint: str) -> None:
    path = write(environ, text)
    error = refusal(environ, env="local")

    assert (message in error.message, hint in error.hint, str(path) in error.message) == (True, True, True)


def test_a_mistake_in_the_file_does_not_show_its_secrets(environ: dict[str, str]) -> None:
    write(environ, "[profiles.default]\ntoken = 'hunter2'\nbroken\n")
    error = refusal(environ, env="local")

    assert "hunter2" not in str(error)
    assert error.__cause__ is None


def test_a_bad_address_in_a_profile_names_the_profile(environ: dict[str, str]) -> None:
    write(environ, "[profiles.default]\nbase_url = 'h.example'\n")

    assert '(from profile "default")' in refusal(environ).message


@POSIX_ONLY
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o620])
@pytest.mark.parametrize(
    "secret", ["token = 'hunter2'", "username = 'me'\npassword = 'hunter2'", "s3_token = 'hunter2'"]
)
def test_a_secret_that_others_may_read_is_refused(environ: dict[str, str], mode: int, secret: str) -> None:
    path = write(environ, f"[profiles.default]\nenv = 'local'\n{secret}\n", mode)
    error = refusal(environ)

    assert error.message.endswith(f"and may be read by others (mode {mode:04o}).")
    assert error.hint == f"Make it yours alone: chmod 600 {path}"
    assert "hunter2" not in str(error)


@POSIX_ONLY
def test_an_open_file_without_secrets_is_fine(environ: dict[str, str]) -> None:
    write(environ, "[profiles.default]\nenv = 'local'\ntimeout = 5\n", 0o644)

    assert settings(environ).timeout == 5


@POSIX_ONLY
@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_secret_of_ones_own_is_used(environ: dict[str, str], mode: int) -> None:
    write(environ, "[profiles.default]\nenv = 'local'\ntoken = 't'\n", mode)

    assert settings(environ).token_source.current() == "t"


@pytest.mark.parametrize("about_production", ["env = 'production'", "base_url = 'http://gateway.example'"])
def test_what_belongs_to_another_place_is_not_used_here(environ: dict[str, str], about_production: str) -> None:
    """A token of the real platform is never sent to a test installation, nor a test's address called production."""
    write(
        environ,
        f"[profiles.default]\n{about_production}\ntoken = 'real'\ns3_token = 'real'\ntimeout = 5\n"
        "services = { user_system = 'http://login.example' }\n",
    )
    config = settings(environ, env="internal-test")

    assert config.address("user_system") == "http://192.168.99.63:31031"
    assert (config.s3_token, config.timeout) == (None, 5)
    with pytest.raises(AuthenticationError, match=r'profile "default" is for (production|custom) and was left out'):
        config.token_source.current()


def test_a_named_profile_about_another_place_than_the_default_one_stands_alone(environ: dict[str, str]) -> None:
    write(environ, "[profiles.default]\nbase_url = 'http://test.example'\n[profiles.real]\nenv = 'production'\n")

    assert settings(environ, profile="real").address("user_system") == "http://192.168.99.63:30031"


def test_a_profile_about_no_place_applies_everywhere(environ: dict[str, str]) -> None:
    write(environ, "[profiles.default]\ntoken = 't'\nservices = { evaluation = 'http://e.example' }\n")
    config = settings(environ, env="production")

    assert (config.token_source.current(), config.address("evaluation")) == ("t", "http://e.example")


def test_a_profile_gives_place_and_token_together(environ: dict[str, str]) -> None:
    write(environ, "[profiles.lab]\nbase_url = 'https://lab.example/hub/'\ntoken = 't'\n")
    config = settings(environ, profile="lab")

    assert (config.environment, config.address("evaluation"), config.token_source.current()) == (
        "custom",
        "https://lab.example/hub",
        "t",
    )


def test_a_token_file_in_a_profile_is_found_beside_it(environ: dict[str, str]) -> None:
    path = write(environ, "[profiles.default]\nenv = 'local'\ntoken_file = 'token'\n")
    path.with_name("token").write_text("from-the-file\n")

    assert settings(environ).token_source.current() == "from-the-file"


def test_a_folder_that_is_a_file_counts_as_no_profiles(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("")

    assert read_profiles(None, "", environ).in_use == ()


def test_a_file_that_is_no_text_is_refused(environ: dict[str, str]) -> None:
    write(environ, "").write_bytes(b"\xff\xfe\x00")

    error = refusal(environ, env="local")

    assert error.message.endswith("config.toml cannot be read: it is not UTF-8.")
    assert error.hint.startswith("Make it a text file")
    # The decoder's own error holds the whole file.
    assert error.__cause__ is None


def test_a_profiles_text_does_not_show_its_values(environ: dict[str, str]) -> None:
    write(environ, "[profiles.default]\ntoken = 'hunter2'\n")

    assert "hunter2" not in repr(read_profiles(None, "", environ))

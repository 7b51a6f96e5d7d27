"""No code on a page goes untested without saying why."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from aihub_sdk.cli._root import root
from tests.architecture.project_files import text_of
from tests.docs.markdown_pages import blocks, pages
from tests.docs.test_command_sessions import CHANGES, COMMANDS, first

# A fence such as ```{.bash fragment="installs packages"} shows code that no test runs, and why.
FENCES = re.compile(r"^```(?P<language>\w*)(?P<rest>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
# How a line of Python or of a shell begins. The readmes show the project before anything is installed.
STARTS = {"aihub", "curl", "export", "from", "git", "import", "make", "pip", "python", "with"}
SHELLS = {"bash", "console", "sh", "shell"}
# A line of an indented block, or of a marked one, that calls the command.
COMMAND = re.compile(r"^(?:    )?(?:\$ )?(aihub [^\n]*)$", re.MULTILINE)


def fences(page: str) -> Iterator[tuple[str, str, str]]:
    for found in FENCES.finditer(text_of(page)):
        yield found["language"], found["rest"], found["code"]


def unmarked_shell(page: str) -> list[str]:
    """Shell blocks that neither run as a session with curl or of commands, nor say why they do not run."""
    run = first(page).text if page in {*COMMANDS, *CHANGES} else ""
    return [code for language, _, code in fences(page) if language in SHELLS and "curl " not in code and code != run]


def shown_commands() -> list[tuple[str, str]]:
    shown = []
    for page in pages():
        for line in COMMAND.findall(re.sub(r"\\\n\s*", " ", text_of(page))):
            # What follows two blanks explains; `aihub emulator` hands its words on.
            command = re.split(r"  +|\s#", line)[0].rstrip(" \\")
            if not re.search(r"[|>…]|\.\.\.|^aihub emulator|\$\(", command):
                shown.append((page, command))
    return shown


def test_every_shell_block_runs_or_says_why_not() -> None:
    assert {page: code for page in pages() for code in unmarked_shell(page)} == {}


def test_every_fragment_gives_its_reason() -> None:
    fragments = [
        (page, rest) for page in pages() for language, rest, _ in fences(page) if not language and rest.strip()
    ]

    assert [each for each in fragments if not re.fullmatch(r'\{\.\w+ fragment="[^"]{10,}"\}', each[1])] == []
    assert len(fragments) > 0


def indented_code(page: str) -> list[str]:
    """Lines of code outside of the fences, where nobody says whether it runs."""
    outside = FENCES.sub("", text_of(page))
    return [line for line in re.findall(r"(?<=\n\n) {4}(\S[^\n]*)", outside) if line.split(" ")[0] in STARTS]


@pytest.mark.parametrize("page", [page for page in pages() if not page.startswith("README")])
def test_no_code_stands_outside_of_the_fences(page: str) -> None:
    assert indented_code(page) == []


def test_no_python_block_hides_behind_another_name() -> None:
    languages = {block.language for page in pages() for block in blocks(page)}

    assert languages & {"py", "python3", "pycon"} == set()


def test_no_python_block_hides_behind_text() -> None:
    hidden = [
        (page, code) for page in pages() for name, _, code in fences(page) if name == "text" and "import " in code
    ]

    assert hidden == []


@pytest.mark.parametrize(("page", "command"), shown_commands())
def test_a_command_that_a_page_shows_exists_with_its_options(page: str, command: str) -> None:
    words = shlex.split(command, comments=True)[1:]
    found: click.Command = root
    context = click.Context(found, info_name="aihub")
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        inner = found.get_command(context, words[0])
        assert inner is not None, f"{page}: there is no {words[0]!r} in `{command}`"
        found, words = inner, words[1:]

    known = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}
    used = {word.split("=")[0] for word in words if re.match("--?[a-z]", word)}
    assert used - known - {"-h", "--help"} == set()

"""That a wait lives: in the log now and then, and as one line where somebody looks at a terminal.

Every test with a client runs sync and async. The terminal is a text buffer that says it is one; the thread that draws
may add to it at any time, so tests look only at what is drawn before a call returns.
"""

import asyncio
import io
import logging
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from rich.live import Live

from aihub_sdk._settings.config import resolve
from aihub_sdk._waits import live_line as _live_line
from aihub_sdk._waits.live_line import LiveLine
from aihub_sdk._waits.values import time_words
from aihub_sdk.errors import JobFailed
from tests.unit.conftest import MakeClient
from tests.unit.scripted import BASE, Client, ok, page

REF = "aihub://custom/training/7"
RUNNING, SUCCESS, FAILED = 2, 3, 4
GONE, UP = "\x1b[2K", "\x1b[1A"


class Terminal(io.StringIO):
    """A terminal that keeps what was written to it."""

    encoding = "utf-8"
    is_gone = False

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.is_gone:
            raise OSError("there is no terminal any more")
        return super().write(text)

    @property
    def shown(self) -> str:
        """What is left on the screen: no line is longer than the terminal is wide."""
        lines: list[str] = []
        for text in self.getvalue().replace("\x1b[?25l", "").replace("\x1b[?25h", "").split("\n"):
            lines.append("")
            for piece in text.split("\r"):
                ups = piece.count(UP)
                del lines[len(lines) - ups :]
                # Only the line's own last row is ever taken away: whatever follows is drawn in its place.
                lines[-1] = piece.replace(UP, "").rpartition(GONE)[2]
        return "\n".join(lines).strip("\n")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    screen = Terminal()
    # pytest takes sys.stderr back between a fixture and its test.
    monkeypatch.setattr(_live_line, "sys", SimpleNamespace(stderr=screen))
    for name, value in {"TERM": "xterm", "COLUMNS": "200", "LINES": "24"}.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    return screen


def training(status: int) -> httpx.Response:
    return ok({"id": 7, "status": status})


def waited(c: Client, *steps: Any, **rules: Any) -> Any:
    c.script.steps = list(steps)
    return c.done(c.hub.attach(REF).wait(**rules))


# --- the log --------------------------------------------------------------------------------------


def test_a_long_wait_says_every_five_minutes_that_it_goes_on(
    client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    c = client()
    with caplog.at_level(logging.INFO, "aihub_sdk"):
        waited(c, *[training(RUNNING)] * 25, training(SUCCESS), poll=30)

    assert [record.getMessage() for record in caplog.records] == [
        f"{REF}: RUNNING",
        f"{REF}: still RUNNING after 5 min, 11 polls",
        f"{REF}: still RUNNING after 10 min, 21 polls",
        f"{REF}: SUCCESS",
    ]


def test_the_five_minutes_begin_anew_with_each_change(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    c = client()
    with caplog.at_level(logging.INFO, "aihub_sdk"):
        waited(c, training(1), training(1), *[training(RUNNING)] * 3, training(SUCCESS), poll=200)

    assert [record.getMessage().removeprefix(f"{REF}: ") for record in caplog.records] == [
        "WAITING",
        "RUNNING",
        "still RUNNING after 13 min, 5 polls",
        "SUCCESS",
    ]


def test_an_outage_is_no_reason_to_fall_silent(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    c = client(max_retries=0)
    with caplog.at_level(logging.INFO, "aihub_sdk"):
        waited(c, *[page(503) for _ in range(8)], training(SUCCESS), poll=60)

    assert [record.getMessage().removeprefix(f"{REF}: ") for record in caplog.records] == [
        "could not be read (ServerError); waiting on",
        "still not seen after 5 min, 6 polls",
        "SUCCESS",
    ]


def test_a_hundred_jobs_say_it_in_one_line(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    looks: dict[str, int] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        looks[request.url.path] = looks.get(request.url.path, 0) + 1
        return training(SUCCESS if looks[request.url.path] == 3 else RUNNING)

    c = client(*[answer] * 300)
    with caplog.at_level(logging.INFO, "aihub_sdk"):
        c.done(c.hub.wait_all([c.hub.attach(f"aihub://custom/training/{n}") for n in range(100)], poll=400))

    assert [record.getMessage() for record in caplog.records if "still" in record.getMessage()] == [
        "still waiting: 0 of 100 jobs done after 6 min, 100 polls",
        "still waiting: 0 of 100 jobs done after 13 min, 200 polls",
    ]


def test_without_anybody_who_listens_nothing_is_printed(client: MakeClient, capfd: pytest.CaptureFixture[str]) -> None:
    c = client()
    waited(c, *[training(RUNNING)] * 25, training(SUCCESS), poll=30)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3660, "1 h 1 min"), (187200, "2 d 4 h")],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert time_words(seconds) == words


# --- the line -------------------------------------------------------------------------------------


def spied(c: Client, terminal: Terminal) -> list[str]:
    """What the screen shows each time the client sleeps."""
    seen: list[str] = []

    def look() -> None:
        seen.append(terminal.shown[2:])

    sleep, sleep_async = c.time.sleep, c.time.sleep_async

    def watched(seconds: float) -> None:
        look()
        sleep(seconds)

    async def watched_async(seconds: float) -> None:
        look()
        await sleep_async(seconds)

    c.hub._session._sleep = watched_async if c.is_async else watched
    return seen


def test_the_line_says_which_job_its_state_and_for_how_long(client: MakeClient, terminal: Terminal) -> None:
    c = client()
    seen = spied(c, terminal)
    # Each event makes room, so that the line is drawn anew before the next sleep.
    waited(c, training(1), training(RUNNING), training(SUCCESS), poll=300, on_event=lambda _: None)

    assert seen == [f"{REF}  WAITING  0 s, 1 poll", f"{REF}  RUNNING  5 min, 2 polls"]


def test_it_says_when_the_platform_does_not_answer(client: MakeClient, terminal: Terminal) -> None:
    c = client(max_retries=0)
    seen = spied(c, terminal)
    waited(c, page(503), page(503), training(SUCCESS), poll=60, on_event=lambda _: None)

    assert seen == [
        f"{REF}  not seen yet  0 s, 1 poll, the last 1 failed",
        f"{REF}  not seen yet  1 min, 2 polls, the last 2 failed",
    ]


def test_many_jobs_have_one_line(client: MakeClient, terminal: Terminal) -> None:
    states = (SUCCESS, RUNNING, RUNNING, RUNNING, SUCCESS, SUCCESS)
    c = client(*[training(state) for state in states])
    seen = spied(c, terminal)
    handles = [c.hub.attach(f"aihub://custom/training/{n}") for n in (1, 2, 3)]
    c.done(c.hub.wait_all(handles, poll=60, on_event=lambda _: None))

    assert seen == ["1 of 3 jobs done after 0 s, 3 polls", "2 of 3 jobs done after 1 min, 5 polls"]


def interrupted(c: Client) -> Callable[[httpx.Request], httpx.Response]:
    def interrupt(_: httpx.Request) -> httpx.Response:
        raise asyncio.CancelledError if c.is_async else KeyboardInterrupt

    return interrupt


@pytest.mark.parametrize("ending", ["success", "failure", "interrupt", "callback"])
def test_nothing_of_it_is_left_however_the_wait_ends(
    client: MakeClient, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    # What is said on Ctrl-C is the log's own; here only the line matters.
    monkeypatch.setattr(logging.getLogger("aihub_sdk"), "disabled", True)
    c = client()
    last = {"success": training(SUCCESS), "failure": training(FAILED), "callback": training(SUCCESS)}
    steps = [training(RUNNING), last.get(ending) or interrupted(c)]
    expected: type[BaseException] | None = {"failure": JobFailed, "callback": ZeroDivisionError}.get(ending)
    if ending == "interrupt":
        expected = asyncio.CancelledError if c.is_async else KeyboardInterrupt

    def on_event(event: Any) -> None:
        if ending == "callback" and event.polls == 2:
            1 / 0  # noqa: B018  # a callback that fails

    if expected is None:
        waited(c, *steps)
    else:
        with pytest.raises(expected):
            waited(c, *steps, on_event=on_event)

    assert "RUNNING" in terminal.getvalue()
    assert terminal.shown == ""
    assert terminal.getvalue().count("\x1b[?25l") == terminal.getvalue().count("\x1b[?25h") > 0
    assert not _live_line._TERMINAL.locked()


def test_a_program_that_prints_between_two_looks_finds_a_free_line(client: MakeClient, terminal: Terminal) -> None:
    c = client()
    screens: list[str] = []
    waited(c, training(RUNNING), training(SUCCESS), on_event=lambda _: screens.append(terminal.shown))

    assert screens == ["", ""]


def test_watching_makes_room_for_the_program(client: MakeClient, terminal: Terminal) -> None:
    c = client(training(1), training(RUNNING), training(SUCCESS))
    screens = []

    async def follow() -> None:
        if c.is_async:
            async for each in c.hub.attach(REF).watch():
                screens.append((each.status.name, terminal.shown))  # noqa: PERF401  # both kinds read alike
        else:
            for each in c.hub.attach(REF).watch():
                screens.append((each.status.name, terminal.shown))  # noqa: PERF401  # as above

    c.done(follow())
    assert screens == [("WAITING", ""), ("RUNNING", ""), ("SUCCESS", "")]
    assert "RUNNING" in terminal.getvalue()


def test_a_wait_that_ends_at_once_draws_nothing(client: MakeClient, terminal: Terminal) -> None:
    waited(client(), training(SUCCESS))

    assert terminal.getvalue() == ""


@pytest.mark.parametrize("value", ["off", "OFF", "0", "no", "false", "log"])
def test_the_variable_turns_it_off(client: MakeClient, terminal: Terminal, value: str) -> None:
    c = client()
    object.__setattr__(c.hub._session.terms.config, "_environ", {"AI_HUB_PROGRESS": value})
    waited(c, training(RUNNING), training(SUCCESS))

    assert terminal.getvalue() == ""


def test_off_is_off_for_the_log_too_and_log_is_not(client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    said = {}
    for value in ("off", "log"):
        c = client()
        object.__setattr__(c.hub._session.terms.config, "_environ", {"AI_HUB_PROGRESS": value})
        caplog.clear()
        with caplog.at_level(logging.INFO, "aihub_sdk"):
            waited(c, training(RUNNING), training(RUNNING), training(SUCCESS), poll=400)
            c.script.steps = [training(RUNNING), training(RUNNING), training(SUCCESS)]
            c.done(c.hub.wait_all([c.hub.attach(REF)], poll=400))
        said[value] = sum("still" in record.getMessage() for record in caplog.records)

    assert said == {"off": 0, "log": 3}


def test_a_value_that_nobody_understands_is_told_and_breaks_nothing() -> None:
    config = resolve(base_url=BASE, token="t", environ={"AI_HUB_PROGRESS": "of"})

    assert config.progress == "auto"
    assert "AI_HUB_PROGRESS is 'of', and is not used: the choices are auto, log and off." in config.explain().notes
    assert resolve(base_url=BASE, environ={"AI_HUB_PROGRESS": "off"}).progress == "off"


def test_a_log_that_is_listened_to_is_heartbeat_enough(
    client: MakeClient, terminal: Terminal, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "aihub_sdk"):
        waited(client(), training(RUNNING), training(SUCCESS))

    assert terminal.getvalue() == ""


@pytest.mark.parametrize("why", ["no terminal", "no stderr", "closed", "dumb", "no library"])
def test_where_there_is_nothing_to_draw_on_or_with_nothing_is_drawn(
    client: MakeClient, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    elif why == "no library":
        monkeypatch.setitem(sys.modules, "rich.live", None)
    else:
        # Asking a closed one raises.
        closed = io.StringIO()
        closed.close()
        instead = {"no terminal": io.StringIO(), "no stderr": None, "closed": closed}
        monkeypatch.setattr(_live_line, "sys", SimpleNamespace(stderr=instead[why]))

    assert waited(client(), training(RUNNING), training(RUNNING), training(SUCCESS)).status == SUCCESS
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("fault", ["start", "stop", "words", "write"])
def test_whatever_goes_wrong_while_drawing_ends_the_line_and_not_the_wait(
    client: MakeClient, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no")

    def stop(line: Live) -> None:
        really_stop(line)
        broken()

    really_stop = Live.stop
    if fault == "start":
        monkeypatch.setattr(Live, "start", broken)
    elif fault == "stop":
        monkeypatch.setattr(Live, "stop", stop)
    elif fault == "words":
        monkeypatch.setattr("aihub_sdk._waits.following.OneWait._words", broken)
    terminal.is_gone = fault == "write"

    assert waited(client(), training(RUNNING), training(RUNNING), training(SUCCESS)).status == SUCCESS
    assert not _live_line._TERMINAL.locked()


def test_of_waits_side_by_side_the_first_has_the_line(terminal: Terminal) -> None:
    with LiveLine(lambda: "first", is_wanted=True) as first, LiveLine(lambda: "second", is_wanted=True) as second:
        first.show()
        second.show()
        assert "second" not in terminal.getvalue()
        first.hide()
        second.show()
        assert terminal.shown[2:] == "second"

    assert terminal.shown == ""


def test_a_terminal_that_cannot_show_a_character_shows_another(terminal: Terminal) -> None:
    terminal.encoding = "ascii"
    with LiveLine(lambda: "数据", is_wanted=True) as line:
        line.show()

        assert terminal.shown[2:] == "??"


def test_words_that_cannot_be_had_any_more_do_not_end_the_thread_that_draws(terminal: Terminal) -> None:
    said = iter(["once"])
    with LiveLine(lambda: next(said), is_wanted=True) as line:
        line.show()
        line._drawn.refresh()

        assert terminal.shown[2:] == ""


def test_ctrl_c_while_the_line_is_begun_leaves_no_thread_that_draws(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_start = Live.start

    def start(line: Live, *, refresh: bool) -> None:
        really_start(line, refresh=refresh)
        raise KeyboardInterrupt

    monkeypatch.setattr(Live, "start", start)
    with pytest.raises(KeyboardInterrupt), LiveLine(lambda: "words", is_wanted=True) as line:
        line.show()

    assert (terminal.shown, _live_line._TERMINAL.locked()) == ("", False)

"""The one line on a terminal that shows that a wait lives, drawn by `rich` where that is installed.

It is for people, so nothing depends on it: whatever goes wrong while drawing ends the line and never the wait.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

__all__ = ["LiveLine", "may_draw"]

log = logging.getLogger("aihub_sdk")

# Two lines on one terminal would overwrite each other: of waits side by side the first has it.
_TERMINAL = threading.Lock()
# A line that made room comes back after this many seconds, so that a thousand jobs do not make it flicker.
_REST = 0.25


def may_draw(mode: str) -> bool:
    """Whether somebody may be looking at a terminal: standard error is one, and the log is not shown there instead."""
    if mode != "auto" or log.isEnabledFor(logging.INFO):
        return False
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError, OSError):
        # A program without a console has no standard error, or has closed it.
        return False


class LiveLine:
    """A line that is shown while a wait sleeps or looks, and makes room for everything else that is printed.

    Args:
        words: What it says now; asked a few times a second, from another thread.
        is_wanted: Whether it is ever to be shown.
    """

    def __init__(self, words: Callable[[], str], *, is_wanted: bool) -> None:
        self._words = words
        self._is_off = not is_wanted
        self._drawn: Any = None
        self._hidden_at: float | None = None

    def __enter__(self) -> LiveLine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.hide()

    def show(self) -> None:
        """Draw it, if it is not there already and nobody else has one."""
        if self._is_off or self._drawn is not None or not _TERMINAL.acquire(blocking=False):
            return
        try:
            self._drawn = _start(self._words)
        except Exception:  # noqa: BLE001  # a wait is worth more than its line, whatever a terminal or a library does
            self._is_off = True
        finally:
            if self._drawn is None:
                self._is_off = True
                _TERMINAL.release()

    def show_again(self) -> None:
        """Draw it, unless it made room a moment ago: for a wait that looks at a thousand jobs in a row."""
        if self._hidden_at is None or time.monotonic() - self._hidden_at >= _REST:
            self.show()

    def hide(self) -> None:
        """Take it away, without a trace."""
        drawn, self._drawn = self._drawn, None
        if drawn is None:
            return
        try:
            drawn.stop()
        except Exception:  # noqa: BLE001  # as in show
            self._is_off = True
        finally:
            self._hidden_at = time.monotonic()
            _TERMINAL.release()


def _start(words: Callable[[], str]) -> Any:
    """A line that is drawn by a thread of its own, or None where there is nothing to draw with or on."""
    try:
        from rich.console import Console  # noqa: PLC0415  # optional, and 50 ms that only a terminal pays
        from rich.live import Live  # noqa: PLC0415  # as above
        from rich.text import Text  # noqa: PLC0415  # as above
    except ImportError:
        return None
    file: Any = _Forgiving(sys.stderr)
    console = Console(file=file)
    if not console.is_interactive:
        return None

    def line() -> Text:
        try:
            text = words()
        except Exception:  # noqa: BLE001  # on the thread that draws; as in LiveLine.show
            text = ""
        frame = "|/-\\"[int(time.monotonic() * 4) % 4]
        return Text(f"{frame} {text}", no_wrap=True, overflow="ellipsis")

    # Whatever the program prints stays on its own stream: the line makes room for what the SDK itself starts.
    live = Live(console=console, get_renderable=line, transient=True, redirect_stdout=False, redirect_stderr=False)
    try:
        live.start(refresh=True)
    except BaseException:
        # Ctrl-C may arrive when its thread runs already, and nobody would ever stop that.
        live.stop()
        raise
    return live


class _Forgiving:
    """Standard error for the thread that draws: a terminal that is gone, or cannot show a character, is no error."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.encoding = getattr(stream, "encoding", None) or "ascii"

    def write(self, text: str) -> int:
        try:
            self._stream.write(text.encode(self.encoding, "replace").decode(self.encoding))
        except (OSError, ValueError):
            return 0
        return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            return

    def isatty(self) -> bool:
        return bool(self._stream.isatty())

    def fileno(self) -> int:
        return int(self._stream.fileno())

"""`sys.stdin`, `input` and `getpass` of user code: lines that the client is asked for. Runs in the worker.

Only code of an `execute` whose client answers may ask, on the main thread; for all other code there is no input, and
it is told so instead of waiting for ever.
"""

from __future__ import annotations

import builtins
import io
import sys
from _thread import get_ident

from . import forks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .commands.request import Ask

NO_STDIN = "a routed cell has no standard input; send the value with `-i NAME`"
OTHER_THREAD = "only the main thread of a cell can ask for input"


class StandardInput(io.TextIOBase):
    """What `sys.stdin` is."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self) -> None:
        self._ask: Ask | None = None
        self._main = get_ident()
        self._rest = ""  # of an answer of several lines

    def open(self, ask: Ask) -> None:
        """From here code may ask."""
        self._ask, self._rest = ask, ""

    def close_to_code(self) -> None:
        """From here nobody may ask. An `ask` that an interrupt left here refuses by itself: its request is over."""
        self._ask = None

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 0

    def read(self, size: int | None = -1) -> str:
        """Asks until there is no more, or enough."""
        wanted = -1 if size is None else size
        text = ""
        while wanted < 0 or len(text) < wanted:
            line = self.readline(wanted - len(text) if wanted >= 0 else -1)
            if not line:
                break
            text += line
        return text

    def readline(self, size: int = -1) -> str:  # type: ignore[override]  # typeshed's base reads bytes
        return self._line("", False, size)

    def _line(self, prompt: str, is_password: bool, size: int = -1) -> str:
        """The next line with its end, or as much of it as `size` says; empty where there is no more."""
        if not self._rest:
            text = self._asked(prompt, is_password)
            if text is None:
                return ""
            self._rest = text if text.endswith("\n") else text + "\n"
        end = self._rest.index("\n") + 1
        if 0 <= size < end:
            end = size
        line, self._rest = self._rest[:end], self._rest[end:]
        return line

    def _asked(self, prompt: str, is_password: bool) -> str | None:
        if self._ask is None or forks.is_child:
            raise EOFError(NO_STDIN)
        if get_ident() != self._main:
            raise EOFError(OTHER_THREAD)
        return self._ask(prompt, is_password)

    def whole_line(self, prompt: object, is_password: bool) -> str:
        """The next line without its end.

        Raises:
            EOFError: there is none, or nobody can be asked.
        """
        line = self._line(str(prompt), is_password)
        if not line:
            raise EOFError("EOF when reading a line")
        return line[:-1]


def replace_input() -> None:
    """The prompt of `input` goes to the client instead of being printed; the original runs while code reads from
    elsewhere."""
    plain = builtins.input

    def ask(prompt: object = "") -> str:
        stdin: object = sys.stdin
        return stdin.whole_line(prompt, False) if isinstance(stdin, StandardInput) else plain(prompt)

    ask.__name__ = ask.__qualname__ = "input"
    builtins.input = ask


def replace_getpass(module: Any) -> None:
    """Called when `getpass` has been imported: passwords are asked of the client; the rest is as with `input`."""
    plain: Callable[..., str] = module.getpass

    def ask(prompt: str = "Password: ", *args: Any, **options: Any) -> str:
        stdin: object = sys.stdin
        return stdin.whole_line(prompt, True) if isinstance(stdin, StandardInput) else plain(prompt, *args, **options)

    ask.__name__ = ask.__qualname__ = "getpass"
    module.getpass = ask

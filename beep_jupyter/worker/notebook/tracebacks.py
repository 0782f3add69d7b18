"""Tracebacks as notebooks show them: each frame with the lines around it. Runs in the worker, for cells of notebooks.

Imported when a cell first fails. The form is IPython's, so that people and tools read it as they are used to.
"""

from __future__ import annotations

import itertools
import linecache
import os
import re
import sys
import traceback
from collections import Counter
from inspect import CO_VARARGS, CO_VARKEYWORDS

from .. import failures
from .traceback_lines import BLUE, CYAN, GREEN, PLAIN, RED, lines_around

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import CodeType, FrameType
    from typing import Any

    from .cells import Cells

    Frame = tuple[FrameType, int]  # with the line that raised

_WIDTH = 75
_COLOR = re.compile(r"\x1b\[[\d;]+m")
_CAUSED = "The above exception was the direct cause of the following exception:"
_MEANWHILE = "During handling of the above exception, another exception occurred:"


def describe(error: BaseException, numbers: Mapping[str, int], looks: Cells) -> dict[str, Any]:
    """`{"ename", "evalue", "traceback"}` of an exception.

    Args:
        numbers: of the notebook's cells, by the file that their text has.
        looks: how they are to look: `xmode` (Context, Verbose, Minimal or Docs) and `has_colors`.
    """
    mode = looks.xmode
    found = failures.described(error)
    if hasattr(error, "_render_traceback_"):
        lines = [str(line) for line in error._render_traceback_()]
    elif mode == "Minimal" or (isinstance(error, SyntaxError) and failures.users_part(error) is None):
        lines = _last_lines(error, numbers)
    else:
        lines = _Telling(numbers, mode == "Verbose").of(error)
    return dict(found, traceback=[line if looks.has_colors else _COLOR.sub("", line) for line in lines])


def _last_lines(error: BaseException, numbers: Mapping[str, int]) -> list[str]:
    """The exception itself, without how it came to it."""
    if isinstance(error, SyntaxError) and error.filename in numbers:
        return _of_syntax_error(error, numbers)
    text = failures.described(error)["evalue"]
    notes = [str(note) for note in getattr(error, "__notes__", None) or ()]
    return ["%s%s%s: %s" % (RED, type(error).__name__, PLAIN, text), *notes]


def _of_syntax_error(error: SyntaxError, numbers: Mapping[str, int]) -> list[str]:
    """The place in the cell, marked, and what is wrong with it."""
    _, shown, last = _syntax_lines(error)
    return ["  " + _cell_place(numbers[error.filename or ""], error.lineno), *shown, last]


def _syntax_lines(error: SyntaxError) -> tuple[str, list[str], str]:
    """What Python says of what it cannot compile: the place, the line with a mark below it, and what is wrong."""
    *parts, last = traceback.format_exception_only(type(error), error)
    place, *lines = "".join(parts).rstrip("\n").split("\n")
    text = error.text or linecache.getline(error.filename or "", error.lineno or 0)
    if not lines and text.strip():  # what is found behind the parser comes without its line
        lines = ["    " + text.strip()]
    if len(lines) == 1 and text.strip() and error.offset:  # newer Pythons leave some marks out
        lines.append(" " * max(4, 3 + error.offset - len(text) + len(text.lstrip())) + "^")
    return place, lines, _named(last.rstrip("\n"))


def _cell_place(cell: int, line: int | None) -> str:
    return "%sCell%s %sIn[%d], line %s%s" % (CYAN, PLAIN, GREEN, cell, line, PLAIN)


def _named(line: str) -> str:
    """The last line of a traceback, with the exception's name in red."""
    name, colon, text = line.partition(":")
    return RED + name + PLAIN + colon + text


class _Telling:
    """Tells of one exception and of those that it came from."""

    def __init__(self, numbers: Mapping[str, int], has_values: bool) -> None:
        self._numbers = numbers
        self._has_values = has_values
        self._told: set[int] = set()

    def of(self, error: BaseException) -> list[str]:
        """The lines, the earliest exception first."""
        self._told.add(id(error))
        before, says = _before(error)
        lines: list[str] = []
        if before is not None and id(before) not in self._told:
            lines += [*self.of(before), "", says, ""]
        if _is_group(error):
            return [*lines, *"".join(traceback.format_exception(type(error), error, error.__traceback__)).split("\n")]
        frames = _frames(error)
        if isinstance(error, SyntaxError):
            return [*lines, *self._of_syntax_error(error, frames)]
        lines += [_head(error)] if lines else [RED + "-" * _WIDTH + PLAIN, _head(error)]
        for shown in _shortened(frames):
            lines += [shown, ""] if isinstance(shown, str) else self._frame(*shown)
        return [*lines, *_last_lines(error, self._numbers)]

    def _of_syntax_error(self, error: SyntaxError, frames: list[Frame]) -> list[str]:
        """The way to what could not be compiled, in a line each; then that, marked."""
        lines = ["Traceback (most recent call last):", ""]
        for frame, number in frames:
            file = frame.f_code.co_filename
            lines += ["  " + self._place(file, number), "    " + linecache.getline(file, number).strip(), ""]
        place, shown, last = _syntax_lines(error)
        if error.filename:
            place = "  " + self._place(error.filename, error.lineno or 0)
        return [*lines, place, *shown, last]

    def _frame(self, frame: FrameType, number: int) -> list[str]:
        code = frame.f_code
        call = "" if code.co_name == "<module>" else ", in " + _call(code)
        values = self._values(frame) if self._has_values else []
        return [self._place(code.co_filename, number) + call, *lines_around(code, number), *values, ""]

    def _place(self, file: str, number: int) -> str:
        if file in self._numbers:
            return _cell_place(self._numbers[file], number)
        return "File %s%s:%d%s" % (GREEN, _short_path(file), number, PLAIN)

    def _values(self, frame: FrameType) -> list[str]:
        names = [name for name in frame.f_code.co_varnames if name in frame.f_locals]
        return ["        %s = %s" % (name, _brief(frame.f_locals[name])) for name in names]


def _before(error: BaseException) -> tuple[BaseException | None, str]:
    """The exception that this one came from, and how."""
    if error.__cause__ is not None:
        return error.__cause__, _CAUSED
    return (None if error.__suppress_context__ else error.__context__), _MEANWHILE


def _is_group(error: BaseException) -> bool:
    return sys.version_info >= (3, 11) and isinstance(error, BaseExceptionGroup)


def _head(error: BaseException) -> str:
    name, says = type(error).__name__, "Traceback (most recent call last)"
    return RED + name + PLAIN + says.rjust(_WIDTH - len(name))


def _frames(error: BaseException) -> list[Frame]:
    """The user's frames with their lines; of a program that `%run` ran, only its own."""
    entry, found = failures.users_part(error), []
    while entry is not None:
        code = entry.tb_frame.f_code
        if not failures.is_ours(code.co_filename):
            found.append((entry.tb_frame, entry.tb_lineno))
        elif code.co_name == "_execute":
            found.clear()
        entry = entry.tb_next
    return found


def _shortened(frames: list[Frame]) -> Iterator[Frame | str]:
    """Frames, with what is said in place of those that a recursion repeats: of each its first two and its last tell."""
    counts = Counter(map(_key, frames))
    for is_repeated, group in itertools.groupby(frames, lambda each: counts[_key(each)] > 3):
        shown = list(group)
        yield from _without_repeats(shown) if is_repeated else shown


def _without_repeats(frames: list[Frame]) -> Iterator[Frame | str]:
    keys = [_key(each) for each in frames]
    told: set[int] = set()
    for key in set(keys):
        places = [place for place, other in enumerate(keys) if other == key]
        told.update((*places[:2], places[-1]))
    for is_told, group in itertools.groupby(range(len(frames)), told.__contains__):
        if is_told:
            yield from (frames[place] for place in group)
            continue
        left_out = Counter(keys[place] for place in group)
        times = ("%s at line %d (%d times)" % (code.co_name, line, n) for (code, line), n in left_out.most_common())
        yield "    [... skipping similar frames: %s]" % ", ".join(times)


def _key(frame: Frame) -> tuple[CodeType, int]:
    return frame[0].f_code, frame[1]


def _call(code: CodeType) -> str:
    """A function's name with its parameters, in their order."""
    positional, count = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames
    stars, double_stars = [], []
    if code.co_flags & CO_VARARGS:
        stars = ["*" + names[count]]
    if code.co_flags & CO_VARKEYWORDS:
        double_stars = ["**" + names[count + len(stars)]]
    shown = [*names[:positional], *stars, *names[positional:count], *double_stars]
    name = CYAN + getattr(code, "co_qualname", code.co_name) + PLAIN
    return "%s%s(%s)%s" % (name, BLUE, ", ".join(shown), PLAIN)


def _short_path(path: str) -> str:
    home = os.path.expanduser("~")
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path


def _brief(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  the user's own code
        return "<repr failed>"
    return text if len(text) <= 200 else text[:200] + "..."

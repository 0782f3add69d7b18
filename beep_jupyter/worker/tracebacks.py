"""Tracebacks as notebooks show them: each frame with the lines around it. Runs in the worker, for cells of notebooks.

Imported when a cell first fails. The form is IPython's, so that people and tools read it as they are used to.
"""

from __future__ import annotations

import ast
import linecache
import os
import re
import sys
import traceback
from inspect import CO_VARARGS, CO_VARKEYWORDS

from . import failures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType, FrameType
    from typing import Any

    from .cells import Cells

_WIDTH = 75
_AROUND = 2  # statements before and after the one that failed
_NUMBER_WIDTH = 7
_RED, _GREEN, _CYAN, _BOLD, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[1m", "\x1b[0m"
_COLOR = re.compile(r"\x1b\[\d+m")
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
        lines = error._render_traceback_()
    elif mode == "Minimal" or (isinstance(error, SyntaxError) and failures.users_part(error) is None):
        lines = _last_lines(error, numbers)
    else:
        lines = _Telling(numbers, mode == "Verbose").of(error)
    return dict(found, traceback=[line if looks.has_colors else _COLOR.sub("", line) for line in lines])


def _last_lines(error: BaseException, numbers: Mapping[str, int]) -> list[str]:
    """The exception itself, without how it came to it."""
    if isinstance(error, SyntaxError) and error.filename in numbers:
        return _of_syntax_error(error, numbers)
    lines = "".join(traceback.format_exception_only(type(error), error)).rstrip("\n").split("\n")
    return [_named(lines[0]), *lines[1:]]


def _of_syntax_error(error: SyntaxError, numbers: Mapping[str, int]) -> list[str]:
    """The place in the cell, marked, and what is wrong with it."""
    shown = traceback.format_exception_only(type(error), error)
    place = "  " + _cell_place(numbers[error.filename or ""], error.lineno)
    return [place, *"".join(shown[1:-1]).rstrip("\n").split("\n"), _named(shown[-1].rstrip("\n"))]


def _cell_place(cell: int, line: int | None) -> str:
    return "%sCell%s %sIn[%d], line %s%s" % (_CYAN, _PLAIN, _GREEN, cell, line, _PLAIN)


def _named(line: str) -> str:
    """The last line of a traceback, with the exception's name in red."""
    name, colon, text = line.partition(":")
    return _RED + name + _PLAIN + colon + text


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
        frames = list(_frames(error))
        lines += [_RED + "-" * _WIDTH + _PLAIN, _head(error)]
        for frame, number in _shortened(frames):
            lines += self._frame(frame, number) if frame is not None else ["    [... skipping %d frames]" % number, ""]
        return [*lines, *_last_lines(error, self._numbers)]

    def _frame(self, frame: FrameType, number: int) -> list[str]:
        code = frame.f_code
        call = "" if code.co_name == "<module>" else ", in %s%s%s" % (_CYAN, _call(code), _PLAIN)
        values = self._values(frame) if self._has_values else []
        return [self._place(code.co_filename, number) + call, *_lines_around(code, number), *values, ""]

    def _place(self, file: str, number: int) -> str:
        if file in self._numbers:
            return _cell_place(self._numbers[file], number)
        return "File %s%s:%d%s" % (_GREEN, _short_path(file), number, _PLAIN)

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
    return _RED + name + _PLAIN + says.rjust(_WIDTH - len(name))


def _frames(error: BaseException) -> Any:
    entry = failures.users_part(error)
    while entry is not None:
        if not failures.is_ours(entry.tb_frame.f_code.co_filename):
            yield entry.tb_frame, entry.tb_lineno
        entry = entry.tb_next


def _shortened(frames: list[tuple[FrameType, int]]) -> list[tuple[FrameType | None, int]]:
    """A recursion that went too deep has hundreds of the same frames; the first and the last tell enough."""
    if len(frames) <= 60:
        return [*frames]
    return [*frames[:3], (None, len(frames) - 6), *frames[-3:]]


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
    return "%s(%s)" % (getattr(code, "co_qualname", code.co_name), ", ".join(shown))


def _short_path(path: str) -> str:
    home = os.path.expanduser("~")
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path


def _lines_around(code: CodeType, number: int) -> list[str]:
    lines = linecache.getlines(code.co_filename)
    if not 0 < number <= len(lines):
        return []
    first, last = _statements_around(lines, code, number)
    return [_line(lines[each - 1], each, each == number) for each in range(first, last + 1) if lines[each - 1].strip()]


def _line(text: str, number: int, is_current: bool) -> str:
    if not is_current:
        return "%s%*d%s %s" % (_GREEN, _NUMBER_WIDTH, number, _PLAIN, text.rstrip("\n"))
    arrow = "-" * (_NUMBER_WIDTH - len(str(number)) - 2) + "> %d" % number
    return "%s%s%s %s" % (_GREEN + _BOLD, arrow, _PLAIN, text.rstrip("\n"))


def _statements_around(lines: list[str], code: CodeType, number: int) -> tuple[int, int]:
    """The first and the last line of what is shown: whole statements of the function that failed, or of the file."""
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return max(1, number - _AROUND), min(len(lines), number + _AROUND)
    pieces = sorted(_pieces(_scope(tree, code), len(lines)))
    here = next((place for place, (first, last) in enumerate(pieces) if first <= number <= last), None)
    if here is None:
        return number, number
    shown = pieces[max(0, here - _AROUND) : here + _AROUND + 1]
    return shown[0][0], shown[-1][1]


def _scope(tree: ast.Module, code: CodeType) -> ast.AST:
    """The function that the code is of; the module where it is of none."""
    if code.co_name == "<module>":
        return tree
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in ast.walk(tree):
        if isinstance(node, functions) and node.name == code.co_name and _first_line(node) == code.co_firstlineno:
            return node
    return tree


def _first_line(node: Any) -> int:
    decorators = [each.lineno for each in getattr(node, "decorator_list", ())]
    return int(min([node.lineno, *decorators]))


def _pieces(node: Any, last_line: int) -> list[tuple[int, int]]:
    """Statements as ranges of lines; a compound one is its head, and what is in it."""
    if isinstance(node, ast.Module):
        return [piece for child in node.body for piece in _pieces(child, last_line)]
    inner = [child for name in ("body", "handlers", "orelse", "finalbody") for child in _listed(node, name)]
    end = getattr(node, "end_lineno", last_line)
    if not inner:
        return [(node.lineno, end)]
    head = (_first_line(node), max(node.lineno, _first_line(inner[0]) - 1))
    return [head] + [piece for child in inner for piece in _pieces(child, last_line)]


def _listed(node: Any, name: str) -> list[Any]:
    found = getattr(node, name, None)
    return found if isinstance(found, list) else []


def _brief(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  the user's own code
        return "<repr failed>"
    return text if len(text) <= 200 else text[:200] + "..."

"""The lines of a file around the one that raised, as tracebacks show them. Runs in the worker, with `tracebacks.py`."""

from __future__ import annotations

import ast
import linecache

from .code_colors import colored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

RED, GREEN, BLUE, CYAN, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[34m", "\x1b[36m", "\x1b[0m"
_AROUND = 2  # statements before and after the one that failed
_LONGEST = 6  # lines of one of those others that are shown
_NUMBER_WIDTH = 7
_GAP = "   (...)"


def lines_around(code: CodeType, number: int) -> list[str]:
    """The line of that number with statements before and after it, as far to the left as they go together."""
    lines = linecache.getlines(code.co_filename)
    if not 0 < number <= len(lines):
        return []
    shown = [each for piece in _statements_around(lines, code, number) for each in _numbers(piece, number, lines)]
    texts = [lines[each - 1].rstrip("\n") for each in shown if each]
    indent = min((len(text) - len(text.lstrip()) for text in texts if text.strip()), default=0)
    painted = iter(colored("\n".join(text[indent:] for text in texts)).split("\n"))
    return [_line(next(painted), each, each == number) if each else _GAP for each in shown]


def _numbers(piece: tuple[int, int], current: int, lines: list[str]) -> Iterator[int]:
    """The numbers of a statement's lines; 0 stands for what is left out of a long one."""
    first, last = piece
    while last > first and not lines[last - 1].strip():
        last -= 1
    is_long = last - first >= _LONGEST and not first <= current <= last
    yield from (*range(first, first + 3), 0, last - 1, last) if is_long else range(first, last + 1)


def _line(text: str, number: int, is_current: bool) -> str:
    arrow = "-" * (_NUMBER_WIDTH - len(str(number)) - 2) + "> " if is_current else ""
    return "%s%s%s %s" % (GREEN, (arrow + str(number)).rjust(_NUMBER_WIDTH), PLAIN, text)


def _statements_around(lines: list[str], code: CodeType, number: int) -> list[tuple[int, int]]:
    """What is shown, as ranges of lines: whole statements of the function that failed, or of the file."""
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return [(max(1, number - _AROUND), min(len(lines), number + _AROUND))]
    pieces = _without_overlaps(sorted(_pieces(_scope(tree, code), len(lines))))
    here = next((place for place, (first, last) in enumerate(pieces) if first <= number <= last), None)
    if here is None:
        return [(number, number)]
    return pieces[max(0, here - _AROUND) : here + _AROUND + 1]


def _without_overlaps(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Statements that share a line are one piece."""
    merged: list[tuple[int, int]] = []
    for first, last in pieces:
        if merged and first <= merged[-1][1]:
            first, last = merged[-1][0], max(merged.pop()[1], last)
        merged.append((first, last))
    return merged


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

"""From a notebook's cell to plain Python: `%`, `!` and `?` become calls of `get_ipython()`. Runs in the kernel.

IPython's own transformer does it, an instance of ours: what users or other extensions add to theirs is for local cells.
The backend's `get_ipython()` carries the calls out, with nothing installed there.
"""

from __future__ import annotations

import ast
import re

from IPython.core.inputtransformer2 import TransformerManager

from ..worker.magics.table import LINES

_CELL_MAGIC = re.compile(r"\s*%%(?P<name>\S+)[ \t]*(?P<line>[^\n]*)(?:\n(?P<body>.*))?\Z", re.DOTALL)
_HELP = re.compile(r"\w+\?")  # `%%time?` asks what that is
_OPTION = re.compile(r"\s*\w+[ \t]+-\w[^;=]*\Z")
_OF_CODE = frozenset(("capture", "debug", "prun", "time", "timeit"))  # cell magics whose cells are Python
_LINE_MAGICS = frozenset(" ".join(LINES.values()).split())


def transformed(cell: str) -> str:
    """The cell as plain Python; as it is where it cannot be read, so that the backend says what is wrong with it."""
    try:
        return _transformed(cell)
    except SyntaxError:
        return cell


def _transformed(cell: str) -> str:
    magic = _CELL_MAGIC.match(cell)
    if magic is None or _HELP.match(magic["name"]):
        manager = TransformerManager()  # type: ignore[no-untyped-call]  # IPython's has no types
        return manager.transform_cell(_with_percent(cell))
    body = magic["body"] or ""
    if magic["name"] in _OF_CODE:
        body = _transformed(body)
    return f"get_ipython().run_cell_magic({magic['name']!r}, {magic['line']!r}, {body!r})\n"


def _with_percent(cell: str) -> str:
    """The `%` that may be left out in a cell of one line, as in `pip install numpy` or `pwd`."""
    word = cell.split(maxsplit=1)[0] if cell.strip() else ""
    if word not in _LINE_MAGICS or len(cell.strip().splitlines()) > 1:
        return cell
    if cell.strip() == word:  # may be a variable too, which only the backend knows
        return f"get_ipython().name_or_magic({word!r})"
    if not _is_python(cell):
        return "%" + cell.lstrip()
    return _minus_or_option(word, cell.strip()) if _OPTION.match(cell) else cell


def _minus_or_option(word: str, text: str) -> str:
    """What may be a subtraction or a magic with its options, as `ls -l`: a magic where there is no such variable."""
    options = text[len(word) :].strip()
    return f"({text}) if {word!r} in globals() else get_ipython().run_line_magic({word!r}, {options!r})"


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True

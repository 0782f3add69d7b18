"""From an exception to Jupyter's error: name, text, and a traceback that shows the cell's own lines.

Runs in the worker; imported when something first fails, because `traceback` is (3 ms).
"""

from __future__ import annotations

import sys
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any

_CELL = "<cell "
_OURS = __file__.rpartition("/")[0] + "/"


def describe(error: BaseException) -> dict[str, Any]:
    """`{"ename", "evalue", "traceback"}` of an exception, without our own frames."""
    error.__traceback__ = users_part(error)
    try:
        told = traceback.TracebackException(type(error), error, error.__traceback__)
        _leave_ours_out(told)
        lines = list(told.format())
    except Exception as broken:  # noqa: BLE001  an exception class of the user's that cannot be shown
        lines = ["(the traceback cannot be shown: %r)\n" % type(broken).__name__]
    return dict(described(error), traceback="".join(lines).rstrip("\n").split("\n"))


def described(error: BaseException) -> dict[str, Any]:
    """`{"ename", "evalue"}` of an exception."""
    return {"ename": type(error).__name__, "evalue": _text_of(error)}


def show(error: BaseException) -> None:
    """Prints an exception that is nobody's result."""
    sys.stderr.write("\n".join(describe(error)["traceback"]) + "\n")


def users_part(error: BaseException) -> TracebackType | None:
    """The traceback from the first entry on that is the user's."""
    return _first(error, lambda file: file.startswith(_CELL)) or _first(error, lambda file: not is_ours(file))


def is_ours(file: str) -> bool:
    """Whether a file is of this package."""
    return _OURS in file


def _leave_ours_out(told: traceback.TracebackException) -> None:
    """Of it and of all that it came from: what raises an interrupt, or asks for input, is called by the user's code."""
    waiting: list[traceback.TracebackException | None] = [told]
    while waiting:
        each = waiting.pop()
        if each is not None:
            each.stack[:] = [entry for entry in each.stack if not is_ours(entry.filename)]
            waiting += [each.__cause__, each.__context__, *(getattr(each, "exceptions", None) or ())]


def _first(error: BaseException, is_wanted: Callable[[str], bool]) -> TracebackType | None:
    """The outermost entry of a traceback whose file is wanted."""
    entry = error.__traceback__
    while entry is not None and not is_wanted(entry.tb_frame.f_code.co_filename):
        entry = entry.tb_next
    return entry


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # noqa: BLE001  as above; one that exits must not end the worker here
        return "<exception str() failed>"

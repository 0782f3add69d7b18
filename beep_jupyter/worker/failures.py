"""From an exception to Jupyter's error: name, text, and a traceback that shows the cell's own lines.

Runs in the worker; imported when something first fails, because `traceback` is (3 ms).
"""

from __future__ import annotations

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
    outermost = _first(error, lambda file: file.startswith(_CELL)) or _first(error, lambda file: _OURS not in file)
    error.__traceback__ = outermost
    try:
        lines = traceback.format_exception(type(error), error, outermost)
    except Exception as broken:  # noqa: BLE001  an exception class of the user's that cannot be shown
        lines = ["(the traceback cannot be shown: %r)\n" % type(broken).__name__]
    return {
        "ename": type(error).__name__,
        "evalue": _text_of(error),
        "traceback": "".join(lines).rstrip("\n").split("\n"),
    }


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

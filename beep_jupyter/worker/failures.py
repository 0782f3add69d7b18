"""From an exception to Jupyter's error: name, text, and a traceback that shows the cell's own lines.

Runs in the worker; imported when something first fails, because `traceback` is (3 ms).
"""

from __future__ import annotations

import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CELL = "<cell "


def describe(error: BaseException) -> dict[str, Any]:
    """`{"ename", "evalue", "traceback"}` of an exception, without our own frames."""
    outermost = error.__traceback__
    while outermost is not None and not outermost.tb_frame.f_code.co_filename.startswith(_CELL):
        outermost = outermost.tb_next
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


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # noqa: BLE001  as above; one that exits must not end the worker here
        return "<exception str() failed>"

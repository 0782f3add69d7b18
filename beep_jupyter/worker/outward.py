"""Values on their way to the client: as trees, or as handles where they cannot travel. Runs in the worker."""

from __future__ import annotations

from . import values
from .handles import Handles, brief
from .receiver import ANYONE, INLINE_LIMIT_BYTES, Receiver
from .registry import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Answer = tuple[dict[str, Any], list[Any]]  # a reply's fields, and the buffers that they refer to

_TOO_LARGE = (
    "Its %d bytes of memory do not fit into JSON; ask for frames (application/vnd.beep.frame), or for the bytes of a"
    " variable (application/octet-stream)."
)
_INLINE = Receiver(inline_limit_bytes=INLINE_LIMIT_BYTES)
_CURE = "Use it through its handle."


class Outward:
    """Encodes for replies, and keeps what stays here.

    Attributes:
        handles: the objects that stayed.
    """

    __slots__ = ("handles",)

    def __init__(self) -> None:
        self.handles = Handles()

    def answer(self, value: Any, is_inline: bool) -> Answer:
        """The reply of commands that answer one value: `{value}`, or the handle form."""
        try:
            tree, buffers = _encoded(value, 0, is_inline)
        except values.Untransferable as error:
            return self.handles.add(value, str(error)), []
        if buffers and is_inline:
            return self.handles.add(value, _too_large(buffers)), []
        return {"value": tree}, buffers

    def tree(self, value: Any, buffers: list[Any], is_inline: bool) -> Any:
        """A value's tree, its buffers appended; what cannot travel becomes one handle for the whole."""
        try:
            tree, own = _encoded(value, len(buffers), is_inline)
        except values.Untransferable as error:
            return {"$type": "handle", "value": self.handles.add(value, str(error))}
        if own and is_inline:
            return {"$type": "handle", "value": self.handles.add(value, _too_large(own))}
        buffers.extend(own)
        return tree


def _encoded(value: Any, first_buffer: int, is_inline: bool) -> tuple[Any, list[Any]]:
    try:
        return values.encode(value, first_buffer=first_buffer, to=_INLINE if is_inline else ANYONE)
    except values.Untransferable:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  user code has replaced what values are read with
        raise values.Untransferable(name_of(type(value)), "reading it raised %s" % brief(error), _CURE) from None


def _too_large(buffers: list[Any]) -> str:
    return _TOO_LARGE % sum(memoryview(buffer).nbytes for buffer in buffers)

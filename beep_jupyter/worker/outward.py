"""Values on their way to the client: as trees, or as handles where they cannot travel. Runs in the worker."""

from __future__ import annotations

from . import values
from .handles import Handles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Answer = tuple[dict[str, Any], list[Any]]  # a reply's fields, and the buffers that they refer to

_TOO_LARGE = (
    "Its %d bytes of memory do not fit into JSON; ask for frames (application/vnd.beep.frame), or for the bytes of a"
    " variable (application/octet-stream)."
)


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
            tree, buffers = values.encode(value, inline_limit_bytes=values.INLINE_LIMIT_BYTES if is_inline else 0)
        except values.Untransferable as error:
            return self.handles.add(value, str(error)), []
        if buffers and is_inline:
            return self.handles.add(value, _too_large(buffers)), []
        return {"value": tree}, buffers

    def tree(self, value: Any, buffers: list[Any], is_inline: bool) -> Any:
        """A value's tree, its buffers appended; what cannot travel becomes one handle for the whole."""
        limit = values.INLINE_LIMIT_BYTES if is_inline else 0
        try:
            tree, own = values.encode(value, first_buffer=len(buffers), inline_limit_bytes=limit)
        except values.Untransferable as error:
            return {"$type": "handle", "value": self.handles.add(value, str(error))}
        if own and is_inline:
            return {"$type": "handle", "value": self.handles.add(value, _too_large(own))}
        buffers.extend(own)
        return tree


def _too_large(buffers: list[Any]) -> str:
    return _TOO_LARGE % sum(memoryview(buffer).nbytes for buffer in buffers)

"""Values on their way to the client: as trees, or as handles where they cannot travel. Runs in the worker."""

from __future__ import annotations

from .. import late
from ..values.coding import Encoder
from ..values.handles import Handles, brief
from ..values.receiver import INLINE_LIMIT_BYTES, LIBRARIES, MAX_BYTES, Receiver
from ..values.registry import Untransferable, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..values.pool import Pool
    from .request import Request

    Answer = tuple[dict[str, Any], list[Any]]  # a reply's fields, and the buffers that they refer to

_TOO_LARGE = "its %d bytes of memory do not fit into JSON"
_TOO_LARGE_CURE = (
    "Ask for frames (application/vnd.beep.frame), or for the bytes of a variable (application/octet-stream)."
)
_CURE = "Use it through its handle."
_PLACE = "the client's Python"
_KEPT_RECEIVERS = 16


class Outward:
    """Encodes for replies, and keeps what stays here.

    Attributes:
        handles: the objects that stayed.
        pool: what is lent to clients that showed that they can open it; None before the first of them.
    """

    __slots__ = ("_receivers", "handles", "pool")

    def __init__(self) -> None:
        self._receivers: dict[tuple[str | None, bool], Receiver] = {}  # by what requests announce
        self.handles = Handles()
        self.pool: Pool | None = None

    def answer(self, value: Any, request: Request) -> Answer:
        """The reply of commands that answer one value: `{value}`, or the handle form."""
        try:
            encoder, tree = self._encoded(value, 0, request)
        except Untransferable as error:
            return self.handles.add(value, error), []
        return {"value": tree}, encoder.buffers

    def tree(self, value: Any, buffers: list[Any], request: Request, shown: str | None = None) -> Any:
        """A value's tree, its buffers appended; what cannot travel becomes one handle for the whole.

        Args:
            shown: the text that the value was shown as, so that its `repr` need not be asked for again.
        """
        try:
            encoder, tree = self._encoded(value, len(buffers), request)
        except Untransferable as error:
            return {"$type": "handle", "value": self.handles.add(value, error, shown)}
        buffers.extend(encoder.buffers)
        return tree

    def lend_from(self, limit_bytes: int) -> Pool:
        """The pool; made, with that limit, for the first client that asks."""
        if self.pool is None:
            self.pool = late.load("values.pool").Pool(limit_bytes)
            self._receivers.clear()
        return self.pool

    def _encoded(self, value: Any, first_buffer: int, request: Request) -> tuple[Encoder, Any]:
        encoder = Encoder(first_buffer, self._receiver(request))
        try:
            tree = encoder.encode_whole(value)
        except Untransferable:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  user code has replaced what values are read with
            raise Untransferable(name_of(type(value)), "reading it raised %s" % brief(error), _CURE) from None
        if encoder.buffers and request.is_inline:
            raise Untransferable(name_of(type(value)), _TOO_LARGE % encoder.account.size_bytes, _TOO_LARGE_CURE)
        return encoder, tree

    def _receiver(self, request: Request) -> Receiver:
        announced = request.accepts, request.is_inline
        found = self._receivers.get(announced)
        if found is None:
            if len(self._receivers) >= _KEPT_RECEIVERS:
                self._receivers.clear()
            found = self._receivers[announced] = self._announced(*announced)
        return found

    def _announced(self, accepts: str | None, is_inline: bool) -> Receiver:
        words = () if accepts is None else accepts.split()
        sizes = [word[4:] for word in words if word.startswith("max=") and word[4:].isdigit()]
        return Receiver(
            _PLACE,
            None if accepts is None else [word for word in words if word in LIBRARIES],
            inline_limit_bytes=INLINE_LIMIT_BYTES if is_inline else 0,
            max_bytes=int(sizes[0]) if sizes else MAX_BYTES,
            pool=self.pool if "memory" in words else None,
            takes_pickle="pickle" in words,
        )

"""What a client and this worker find out of each other, once, before they exchange what needs more than JSON: which
libraries are here, and whether each can open memory that the other lends. Runs in the worker; loaded when asked for.
"""

from __future__ import annotations

from ..values.mapping import mapped
from ..values.pool import PROOF
from ..values.receiver import LIBRARIES
from ..values.registry import MalformedValue
from .modules import is_available
from .request import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .outward import Answer, Outward
    from .request import Request


class CapabilityCommands:
    """`capabilities`."""

    def __init__(self, namespace: dict[str, Any], outward: Outward) -> None:
        self._outward = outward

    def do_capabilities(self, request: Request) -> Answer:
        """{memory, memoryLimitBytes} → {accepts, memory}

        `memory` is a reference to some that holds `proof`, or null; each side opens the other's.
        """
        accepts = [library for library in LIBRARIES if is_available(library)]
        if opens(request.fields.get("memory")):
            accepts.append("memory")
        limit = request.fields.get("memoryLimitBytes", 0)
        if type(limit) is not int or limit < 0:
            raise Refusal("bad_request", "field 'memoryLimitBytes' must be a number of bytes")
        return {"accepts": " ".join(accepts), "memory": self._outward.lend_from(limit).proof()}, []


def opens(reference: Any) -> bool:
    """Whether this process can open memory that another lends it as a proof."""
    try:
        return reference is not None and bytes(mapped(reference)) == PROOF
    except MalformedValue:
        return False

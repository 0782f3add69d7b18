"""The process that holds one contestant: `python -m benchmarks.driver NAME DESCRIPTOR SIZE`. `arena` starts it.

It says when it is ready, then gets orders, (measure, count), over the connection and answers each with samples or a
reason; None, or the end of the connection, ends it.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from . import measures
from .contestant import CannotDoError, Contestant
from .roster import ROSTER
from .side_by_side import side_by_side
from .sizes import SIZES, Size

Order = tuple[str, int]
MEASURES: dict[str, Callable[[Contestant, Size], measures.Samples]] = {
    measure.__name__: measure
    for measure in (
        measures.start,
        measures.memory,
        measures.call,
        measures.call_placed,
        measures.array,
        measures.frame,
        measures.frame_text,
        measures.lines,
        measures.host,
    )
}


def main() -> None:
    """Serves until the connection ends."""
    name, descriptor, size = sys.argv[1:]
    link = Connection(int(descriptor))
    contestant = ROSTER[name]()
    contestant.prepare()
    link.send("ready")
    stage = Stage(contestant, SIZES[size])
    with contextlib.suppress(EOFError):
        while (order := link.recv()) is not None:
            link.send(stage.carry_out(order))
            stage.clear()
    contestant.close()


class Stage:
    """A contestant, started when it is first needed and again after it failed."""

    def __init__(self, contestant: Contestant, size: Size) -> None:
        self._contestant = contestant
        self._size = size
        self._is_open = False
        self._has_failed = False

    def carry_out(self, order: Order) -> dict[str, Any]:
        """`{"samples": …}`, `{"unable": True}`, `{"skipped": reason}` or `{"failed": reason}`."""
        try:
            return {"samples": self._measure(*order)}
        except CannotDoError:
            return {"unable": True}
        except ModuleNotFoundError as error:  # pandas, which not everybody's contestant needs
            return {"skipped": f"{error.name} is not installed"}
        except Exception as error:  # noqa: BLE001  whatever a library raises is a result of the run, not its end
            self._has_failed = True
            return {"failed": f"{type(error).__name__}: {error}"}

    def clear(self) -> None:
        """Ends what has failed; after the answer, because it may hang or raise."""
        if self._has_failed:
            self._is_open = self._has_failed = False
            self._contestant.close()

    def _measure(self, measure: str, count: int) -> measures.Samples:
        if measure == "side_by_side":
            return side_by_side(self._contestant, self._size, count)
        if measure != "start" and not self._is_open:
            self._contestant.start()
            self._is_open = True
        if measure != "start":
            measures.check(self._contestant)
        samples = MEASURES[measure](self._contestant, self._size)
        self._is_open = True
        return samples


if __name__ == "__main__":
    main()

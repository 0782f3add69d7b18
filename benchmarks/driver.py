"""The process that holds one contestant: `python -m benchmarks.driver NAME DESCRIPTOR SIZE`. `arena` starts it.

It says when it is ready, then gets orders, (measure, count), over the connection and answers each with samples or a
reason; None, or the end of the connection, ends it.
"""

from __future__ import annotations

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
    )
}


def main() -> None:
    """Serves until the connection ends."""
    name, descriptor, size = sys.argv[1:]
    link = Connection(int(descriptor))
    contestant = ROSTER[name]()
    contestant.prepare()
    link.send("ready")
    try:
        serve(link, contestant, SIZES[size])
    finally:
        contestant.close()


def serve(link: Connection, contestant: Contestant, size: Size) -> None:
    """Answers orders. After a failure the next one finds the contestant fresh."""
    is_open = False
    try:
        while (order := link.recv()) is not None:
            answer = carry_out(order, contestant, size, is_open)
            link.send(answer)
            is_open = "failed" not in answer and (is_open or order[0] != "side_by_side")
            if not is_open:
                contestant.close()
    except EOFError:
        return


def carry_out(order: Order, contestant: Contestant, size: Size, is_open: bool) -> dict[str, Any]:
    """`{"samples": …}`, `{"unable": True}` or `{"failed": reason}`."""
    measure, count = order
    try:
        if measure == "side_by_side":
            return {"samples": side_by_side(contestant, size, count)}
        if measure != "start":
            if not is_open:
                contestant.start()
            measures.check(contestant)
        return {"samples": MEASURES[measure](contestant, size)}
    except CannotDoError:
        return {"unable": True}
    except Exception as error:  # noqa: BLE001  whatever a library raises is a result of the run, not its end
        return {"failed": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()

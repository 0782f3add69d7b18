"""What each way to end does at each moment of a worker's life: 42 cells, the same over every kind.

ways                                        moments
raise       an exception                    start      before the worker is ready, from the environment's .pth
SystemExit  the exception that exits        decode     while a value that came in is made
_exit       the process ends at once        run        in the code of a cell
SEGV, KILL  a signal ends it                encode     while the value that goes out is taken apart
memory      more than its memory limit      half-sent  on a thread, between two parts of a reply that is being sent
                                            idle       on a thread, while nothing is asked
                                            stop       in an `atexit` handler

outcomes
code      ExecutionError; the worker lives on with its variables
transfer  TransferError; the same
handle    the value stays there as a handle, or TransferError; the same
nothing   the caller sees nothing of it, and the worker lives on
start     StartError with what was written to stderr; nothing is left of it
died      WorkerDiedError with the exit code, signal or reason; the next call has a fresh worker
fresh     the next call is told so, before anything is sent; the one behind it has a fresh worker
stopped   the backend ends as any does, and leaves nothing
"""

from __future__ import annotations

from dataclasses import dataclass

from . import problem_child

_TABLE = """
                start    decode     run    encode   half-sent  idle     stop
    raise       start    transfer   code   handle   nothing    nothing  stopped
    SystemExit  start    transfer   code   handle   nothing    nothing  stopped
    _exit       start    died       died   died     died       fresh    stopped
    SEGV        start    died       died   died     died       fresh    stopped
    KILL        start    died       died   died     died       fresh    stopped
    memory      start    died       died   died     died       fresh    stopped
"""

MEMORY_LIMIT_BYTES = 96 << 20
_HOARD = f"hoard = bytearray(b'x' * {160 << 20}); import ctypes; ctypes.PyDLL(None).usleep(10_000_000)"
STATEMENTS = problem_child.CRASHES | {"memory": _HOARD}
"""Each way as statements on one line. Who hoards holds the GIL meanwhile, so that nothing goes on beside it."""

FACTS = {
    "_exit": {"exit_code": 7, "signal": None, "reason": "exit"},
    "SEGV": {"exit_code": None, "signal": 11, "reason": "crash"},
    "KILL": {"exit_code": None, "signal": 9, "reason": "crash"},
    "memory": {"exit_code": None, "signal": 9, "reason": "memory"},
}
"""What a WorkerDiedError tells of each way."""


@dataclass(frozen=True)
class Cell:
    """One way at one moment, and what is to come of it."""

    way: str
    moment: str
    outcome: str

    @property
    def statements(self) -> str:
        return STATEMENTS[self.way]


def _cells() -> list[Cell]:
    moments, *rows = [line.split() for line in _TABLE.strip().splitlines()]
    return [Cell(row[0], moment, outcome) for row in rows for moment, outcome in zip(moments, row[1:], strict=True)]


CELLS = _cells()

"""A client that moves 10 MiB in and out of a backend until it is killed: `python -m …transfer_client FILE SEED`.

Before each transfer it reads a line; after it, it writes one: `done` and the worker's pid, `lost`
where the worker died, or the fresh one before it was ready, `wrong` where a value is not what was sent.
"""

from __future__ import annotations

import random
import sys
import zlib

from beep_jupyter import Beep
from beep_jupyter.backends.session import Session
from beep_jupyter.errors import StartError, WorkerDiedError

PID = "import os\nos.getpid()"
SIZE = 10 << 20


def main() -> None:
    backend = Beep().connect(sys.argv[1])
    source = random.Random(int(sys.argv[2]))
    for _ in sys.stdin:
        try:
            is_same = _move(backend, source)
            print(f"done {backend.evaluate(PID)}" if is_same else "wrong", flush=True)
        except (StartError, WorkerDiedError):
            print("lost", flush=True)


def _move(backend: Session, source: random.Random) -> bool:
    data = bytearray(source.randbytes(1 << 16) * (SIZE >> 16))
    data[-8:] = source.randbytes(8)
    backend.put(moved=data)
    there = backend.evaluate("import zlib\nzlib.crc32(moved)")
    return bool(there == zlib.crc32(data) and backend.get("moved") == data)


if __name__ == "__main__":
    main()

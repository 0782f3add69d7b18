"""How something is made to happen at a moment of a worker's life, with real parts only.

Each function brings it about with the public client; what the call answers or raises goes to its caller.
"""

from __future__ import annotations

import fractions
from pathlib import Path
from typing import Any

from beep_jupyter.backends.session import Session

IDLE_DELAY_S = 0.05
_PARTS, _PART_BYTES = 256, 1 << 16  # 16 MiB; the worker hands 4 MiB at a time to the socket

_WHEN_JSON_IS_IMPORTED = """
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "json":
            sys.meta_path.remove(Finder)
            {statements}
sys.meta_path.insert(0, Finder)
"""
_WHILE_SENDING = """
import sys, threading
sends, is_half_sent, has_acted = [], threading.Event(), threading.Event()

def watch():
    is_half_sent.wait()
    try:
        {statements}
    finally:
        has_acted.set()

def profile(frame, event, function):
    if event == "c_call" and function.__name__ == "sendmsg":
        sends.append(function)
        if len(sends) == 2:
            sys.setprofile(None)
            is_half_sent.set()
            has_acted.wait()

threading.Thread(target=watch).start()
sys.setprofile(profile)
part = bytes({part_bytes})
[part] * {parts}
"""


def arrange_start(environment: Path, statements: str) -> None:
    """Makes every interpreter of an environment do it while it starts, on the worker's way to being ready.

    Python reports an ordinary exception of a .pth file and goes on; so it happens within an import of the worker's own.
    """
    code = "import sys\n" + _WHEN_JSON_IS_IMPORTED.format(statements=statements)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "moment.pth").write_text(f"import sys; exec({code!r}, {{}})\n")


def at_decode(session: Session, statements: str) -> Any:
    """The class that a value is decoded with is replaced in the session."""
    session.evaluate(f"import fractions\ndef act(*_):\n    {statements}\nfractions.Fraction = act")
    return session.put(half=fractions.Fraction(1, 2))


def at_run(session: Session, statements: str) -> Any:
    return session.evaluate(statements)


def at_encode(session: Session, statements: str) -> Any:
    """A property that the encoder reads is replaced in the session."""
    session.evaluate(
        f"import fractions\ndef act(self):\n    {statements}\nhalf = fractions.Fraction(1, 2)\n"
        "fractions.Fraction.numerator = property(act)"
    )
    return session.get("half")


def at_half_sent(session: Session, statements: str) -> Any:
    """A thread acts while the main thread stands between two parts of a large reply, of which one is sent."""
    parts = session.evaluate(_WHILE_SENDING.format(statements=statements, parts=_PARTS, part_bytes=_PART_BYTES))
    assert parts == [bytes(_PART_BYTES)] * _PARTS
    return parts


def at_idle(session: Session, statements: str) -> None:
    session.evaluate(f"import threading\nthreading.Timer({IDLE_DELAY_S}, lambda: exec({statements!r}, {{}})).start()")


def arrange_stop(session: Session, statements: str) -> None:
    session.evaluate(f"import atexit\n@atexit.register\ndef act():\n    {statements}")


IN_A_CALL = {"decode": at_decode, "run": at_run, "encode": at_encode, "half-sent": at_half_sent}

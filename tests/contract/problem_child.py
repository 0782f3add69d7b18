"""The problem child: code that does what user code should not, as text to send to a session."""

from __future__ import annotations

CRASHES = {
    "raise": "raise KeyError('on purpose')",
    "SystemExit": "raise SystemExit(7)",
    "_exit": "import os; os._exit(7)",
    "SEGV": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "KILL": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}
"""Ways to end, as statements on one line."""

IGNORE_TERMINATE = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
IGNORE_INTERRUPT = """
import time
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        print("no", flush=True)
"""
FORK = """
import os
child = os.fork()
if not child:
    print("in the child", flush=True)
else:
    os.waitpid(child, 0)
"""
ESCAPE = """
import subprocess
subprocess.Popen(["sleep", "600"], start_new_session=True).pid
"""
"""Starts a process in a system session of its own; its value is the pid."""


def hoard(size_bytes: int, *, then_s: float = 10.0) -> str:
    """Uses so much memory, and holds it."""
    return f"import time\nhoard = bytearray(b'x' * {size_bytes})\ntime.sleep({then_s})\n"


def hold_the_gil(seconds: float) -> str:
    """No other thread of the worker runs meanwhile, and no signal is handled."""
    return f"import ctypes\nctypes.PyDLL(None).usleep({int(seconds * 1e6)})\n"


def flood(size_bytes: int) -> str:
    """Prints so much, in lines."""
    return f"for _ in range({size_bytes // 100}):\n    print('x' * 99)\n"


def slowly(code: str, seconds: float) -> str:
    return f"import time\ntime.sleep({seconds})\n{code}"


def on_a_thread(code: str, delay_s: float) -> str:
    """Does it after a while on a thread, while the main thread is wherever it is."""
    return f"import threading\nthreading.Timer({delay_s}, lambda: exec({code!r}, {{}})).start()\n"

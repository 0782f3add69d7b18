"""Asks interpreters who they are. Host's Python; what it asks runs inside any Python from 2.7 on.

Nothing an interpreter does can hold us up or fool us: all are asked side by side, each in a session of its own with a
time limit, and one that hangs, fails or talks nonsense becomes an answer with a `problem`.
"""

from __future__ import annotations

import ast
import os
import selectors
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from ..uv.child import Child, NotStartedError, interrupt_deferred

TIME_LIMIT_S = 3.0
LIMIT_FOR_ALL_S = 10.0
SIDE_BY_SIDE = 8
_MOST_BYTES = 1 << 16

# Python 2.7 syntax. It imports what every worker needs, so that a damaged installation does not pass.
_SCRIPT = """
import sys, os, struct, select, socket
v = sys.version_info
n = getattr(getattr(sys, "implementation", None), "name", "pypy" if "PyPy" in sys.version else "cpython")
n += "-freethreaded" if "t" in getattr(sys, "abiflags", "") else ""
p = getattr(sys, "base_prefix", sys.prefix)
sys.stdout.write("\\nbeep-probe %r\\n" % ((n, tuple(v[:3]), v[3], v[4], sys.executable, p, os.__file__),))
"""
# Without site, user site, PYTHON* variables: what is installed there must not matter. (-I is unknown to 2.7.)
_OPTIONS = ["-E", "-s", "-S", "-c", _SCRIPT]
_DROPPED_VARIABLES = ("PYTHON", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "CONDA_", "LD_PRELOAD")
_RELEASES = {"alpha": "a", "beta": "b", "candidate": "rc"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one interpreter said.

    Attributes:
        implementation: cpython, cpython-freethreaded, pypy, …; empty where it did not say.
        version: full version, such as `3.14.0rc1`.
        executable: its own idea of its path, links resolved.
        prefix: the installation's folder, links resolved.
        library: a file of its standard library; if that is gone, so is the installation.
        problem: why there is no answer; then all else is empty.
    """

    implementation: str = ""
    version: str = ""
    executable: str = ""
    prefix: str = ""
    library: str = ""
    problem: str = ""


_NOT_ASKED = Answer(problem="was not asked, because too many others do not answer")


class _Question:
    """One interpreter that is being asked."""

    def __init__(self, path: Path, child: Child) -> None:
        self.path = path
        self.child = child
        self.deadline = time.monotonic() + TIME_LIMIT_S
        self.said = bytearray()
        self.complained = bytearray()

    def hear(self, pipe: object, data: bytes) -> None:
        """Keeps what came; no more than is worth reading, however much it says."""
        sink = self.said if pipe is self.child.process.stdout else self.complained
        sink.extend(data[: _MOST_BYTES - len(sink)])

    def answer(self) -> Answer | None:
        """The answer, or None while it may still come."""
        status = self.child.process.poll()
        if status is not None:
            return _read_answer(status, bytes(self.said), bytes(self.complained))
        if time.monotonic() > self.deadline:
            return Answer(problem=f"does not answer within {TIME_LIMIT_S:g} s")
        return None


def probe(paths: Iterable[Path]) -> dict[Path, Answer]:
    """Asks all of them; usually a fraction of a second, and never much longer than the limit for all."""
    answers: dict[Path, Answer] = {}
    waiting = list(dict.fromkeys(paths))[::-1]
    environment = _clean(os.environ)
    last_start = time.monotonic() + LIMIT_FOR_ALL_S
    with selectors.DefaultSelector() as selector, ExitStack() as stack:
        asked: list[_Question] = []
        while waiting or asked:
            while waiting and len(asked) < SIDE_BY_SIDE:
                path = waiting.pop()
                question = _ask(path, environment, stack) if time.monotonic() < last_start else _NOT_ASKED
                if isinstance(question, Answer):
                    answers[path] = question
                else:
                    asked.append(question)
                    _listen(selector, question)
            _hear(selector)
            for question, answer in list(_answered(asked)):
                _hear_rest(selector, question)
                answers[question.path] = question.answer() or answer
                question.child.end()
                asked.remove(question)
    return answers


def _ask(path: Path, environment: Mapping[str, str], stack: ExitStack) -> _Question | Answer:
    if why_not := _why_not_started(path):
        return Answer(problem=why_not)
    try:
        with interrupt_deferred():
            child = Child([str(path), *_OPTIONS], environment, "/", patience_s=0)
            return _Question(path, stack.enter_context(child))
    except NotStartedError as error:
        return Answer(problem=f"does not start: {error.reason}")


def _why_not_started(path: Path) -> str:
    if not path.exists():
        return f"is a link to {os.readlink(path)}, which is gone" if path.is_symlink() else "is gone"
    if path.is_dir():
        return "is a folder"
    return "" if os.access(path, os.X_OK) else "is not executable"


def _listen(selector: selectors.BaseSelector, question: _Question) -> None:
    for pipe in (question.child.process.stdout, question.child.process.stderr):
        assert pipe is not None
        os.set_blocking(pipe.fileno(), False)
        selector.register(pipe, selectors.EVENT_READ, question)


def _hear(selector: selectors.BaseSelector) -> None:
    """Waits for words or a short while; a process that closed its pipes is asked again for its exit status."""
    if not selector.get_map():
        time.sleep(0.002)
    for key, _ in selector.select(0.01):
        if data := os.read(key.fd, _MOST_BYTES):
            key.data.hear(key.fileobj, data)
        else:
            selector.unregister(key.fileobj)


def _hear_rest(selector: selectors.BaseSelector, question: _Question) -> None:
    """What was written between the last look and the end; a child of theirs may hold the pipe open for ever."""
    for key in [key for key in selector.get_map().values() if key.data is question]:
        with suppress(BlockingIOError):
            question.hear(key.fileobj, os.read(key.fd, _MOST_BYTES))
        selector.unregister(key.fileobj)


def _answered(asked: list[_Question]) -> Iterator[tuple[_Question, Answer]]:
    for question in asked:
        if answer := question.answer():
            yield question, answer


def _read_answer(status: int, said: bytes, complained: bytes) -> Answer:
    if status != 0:
        how = f"exit status {status}" if status > 0 else f"signal {-status}"
        lines = [line for line in complained.decode(errors="replace").splitlines() if line.strip()]
        return Answer(problem=f"does not start: {how}{f' ({lines[-1].strip()[:120]})' if lines else ''}")
    lines = [line for line in said.decode(errors="replace").splitlines() if line.startswith("beep-probe ")]
    try:
        name, numbers, level, serial, executable, prefix, library = ast.literal_eval(lines[-1][11:])
        version = ".".join(map(str, numbers)) + (f"{_RELEASES[level]}{serial}" if level != "final" else "")
        return Answer(name, version, os.path.realpath(executable), os.path.realpath(prefix), library)
    except (IndexError, ValueError, TypeError, KeyError, SyntaxError):
        return Answer(problem="does not answer as a Python does")


def _clean(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if not name.startswith(_DROPPED_VARIABLES)}

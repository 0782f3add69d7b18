"""Finds every Python of this machine and says what each is. Host's Python.

Links and virtual environments lead to the installation behind them; several ways to one installation are one runtime.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..models import Runtime
from .memory import Memory
from .places import Places
from .probing import Answer
from .records import Record
from .versions import OLDEST_SUPPORTED, newest_first, numbers_of

_INTERPRETER = re.compile(r"(python|pypy|graalpy)[\d.]*t?(\.exe)?")


@dataclass(frozen=True, slots=True)
class _Found:
    """An interpreter that was asked; `record` where the home itself holds or remembers it."""

    path: Path
    answer: Answer
    kind: str
    record: Record | None = None

    @property
    def installation(self) -> tuple[str, ...]:
        """The same for every interpreter of one installation."""
        if self.answer.problem:
            return (str(self.path),)
        return (self.answer.prefix, self.answer.implementation, self.answer.version)


def discover(places: Places, records: Iterable[Record], memory: Memory) -> list[Runtime]:
    """Every runtime, the newest usable one first, those with a problem last.

    Args:
        places: where to look.
        records: what the home holds or remembers; each of them is listed, whatever became of it.
        memory: loaded; what is learned is put into it, but not saved.
    """
    recorded = list(records)
    targets = [installed(path) for path in places.interpreters()]
    answers = memory.ask([*(record.python for record in recorded), *targets])
    found = [_Found(record.python, answers[record.python], record.kind, record) for record in recorded]
    found += [_found(path, answers[path], places) for path in dict.fromkeys(targets)]
    merged = _merge(found)
    runtimes = _name(merged, memory, taken=(memory.id_of(one.path) for one in merged))
    memory.keep_ids({str(runtime.path): runtime.id for runtime in runtimes}, forget_others=True)
    return newest_first(runtimes)


def look_at(path: Path, places: Places, records: Iterable[Record], memory: Memory) -> Runtime:
    """The runtime behind one interpreter, known before or not, with a single question at most."""
    target = installed(path)
    found = _found(target, memory.ask([target])[target], places)
    record = next((record for record in records if record.python == found.path), None)
    if record is not None:
        found = _Found(record.python, found.answer, record.kind, record)
    runtime = _name([found], memory, taken=memory.ids.values())[0]
    memory.keep_ids({str(runtime.path): runtime.id}, forget_others=False)
    return runtime


def installed(path: Path) -> Path:
    """The interpreter of the installation that a path leads to, through virtual environments and links.

    A link to a program of another name (a version manager's shim) is left as it is: the program goes by that name.
    """
    for _ in range(3):  # an environment made from an environment names the installation, but old tools did not
        base = _base_of_virtual(path)
        if base is None:
            break
        path = base
    real = Path(os.path.realpath(path))
    return real if _INTERPRETER.fullmatch(real.name) and real.exists() else path


def _base_of_virtual(path: Path) -> Path | None:
    """The interpreter that a virtual environment's was made from, or None where `path` is not in one."""
    try:
        text = (path.parent.parent / "pyvenv.cfg").read_text(errors="replace")
    except OSError:
        return None
    match = re.search(r"^home\s*=\s*(.+?)\s*$", text, re.MULTILINE)
    if match is None:
        return None
    version = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+)", text, re.MULTILINE)
    names = [f"python{version[1]}"] if version else []
    home = Path(match[1])
    return next(
        (home / name for name in [*names, "python3", "python", path.name] if (home / name).exists()), home / path.name
    )


def _found(path: Path, answer: Answer, places: Places) -> _Found:
    """A shim's answer names the interpreter behind it, which is what counts."""
    real = path if answer.problem else installed(Path(answer.executable))
    return _Found(real, answer, places.kind_of(real))


def _merge(found: Iterable[_Found]) -> list[_Found]:
    merged: dict[tuple[str, ...], _Found] = {}
    for one in found:
        merged.setdefault(one.installation, one)
    return list(merged.values())


def _name(found: list[_Found], memory: Memory, taken: Iterable[str | None]) -> list[Runtime]:
    """Gives ids: recorded ones have theirs, the others keep what they had, newcomers take the next that is free."""
    recorded = {one.record.id for one in found if one.record}
    used = {id for id in taken if id} | recorded
    runtimes = []
    for one in found:
        base = f"{one.answer.implementation}-{one.answer.version}" if one.answer.version else "broken"
        kept = memory.id_of(one.path) or ""
        if kept in recorded or not re.fullmatch(rf"{re.escape(base)}(-\d+)?", kept):
            kept = ""  # another version now lies at that path, or the home itself holds one of that name
        id = one.record.id if one.record else kept or free_id(base, used)
        used.add(id)
        runtimes.append(_runtime(one, id))
    return runtimes


def free_id(base: str, taken: Iterable[str]) -> str:
    """`base`, or the first of `base-2`, `base-3`, … that is not taken."""
    number, others = 1, set(taken)
    while (id := base if number == 1 else f"{base}-{number}") in others:
        number += 1
    return id


def _runtime(found: _Found, id: str) -> Runtime:
    answer = found.answer
    problem = answer.problem
    if not problem and numbers_of(answer.version)[:2] < OLDEST_SUPPORTED:
        problem = f"is too old: {'.'.join(map(str, OLDEST_SUPPORTED))} or newer is needed"
    return Runtime(id, answer.version, found.kind, found.path, problem=problem, implementation=answer.implementation)

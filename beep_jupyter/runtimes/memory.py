"""What discovery learned, kept in the home's cache so that asking again takes milliseconds. Host's Python.

    <home>/cache/runtimes.json      {"answers": {path: {"stat", "until", "answer"}}, "ids": {path: id}}

An answer holds as long as the interpreter's size and time of change stay; a problem, and what a script (a shim) says,
only for a minute, since its cause lies elsewhere. The file may be deleted at any time, and a damaged one is as none.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..home import Home, write_atomically
from .probing import Answer, probe

SHORT_S = 60.0


class Memory:
    """Answers of interpreters and the ids that runtimes were given.

    Args:
        home: whose cache to use.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.cache / "runtimes.json"
        self._answers: dict[str, dict[str, Any]] = {}
        self._ids: dict[str, str] = {}
        self._written: tuple[dict[str, Any], dict[str, str]] = ({}, {})

    def load(self) -> Memory:
        """Reads what other processes may have learned since."""
        try:
            data = json.loads(self._file.read_bytes())
            self._answers, self._ids = dict(data["answers"]), dict(data["ids"])
        except (OSError, ValueError, LookupError, TypeError):
            self._answers, self._ids = {}, {}
        self._written = (dict(self._answers), dict(self._ids))
        return self

    def save(self) -> None:
        """Writes what was learned, if anything was."""
        if (self._answers, self._ids) != self._written:
            data = {"answers": self._answers, "ids": self._ids}
            write_atomically(self._file, json.dumps(data, indent=1).encode())
            self._written = (dict(self._answers), dict(self._ids))

    def ask(self, paths: Iterable[Path]) -> dict[Path, Answer]:
        """The answer of every path, from memory where that still holds."""
        answers = {path: self._recall(path) for path in paths}
        fresh = probe(path for path, answer in answers.items() if answer is None)
        for path, answer in fresh.items():
            self._keep(path, answer)
        return {path: answer or fresh[path] for path, answer in answers.items()}

    def id_of(self, path: Path) -> str | None:
        """The id that the interpreter at this path had before."""
        return self._ids.get(str(path))

    @property
    def ids(self) -> Mapping[str, str]:
        """Ids by path."""
        return self._ids

    def keep_ids(self, ids: Mapping[str, str], *, forget_others: bool) -> None:
        """Remembers ids by path; those of interpreters that are gone are forgotten after a full look."""
        self._ids = dict(ids) if forget_others else {**self._ids, **ids}

    def _recall(self, path: Path) -> Answer | None:
        try:
            kept = self._answers[str(path)]
            answer = Answer(**kept["answer"])
            holds = kept["stat"] == _stat(path) and (kept["until"] is None or time.time() < kept["until"])
        except (OSError, LookupError, TypeError):
            return None
        return answer if holds and (not answer.library or os.path.exists(answer.library)) else None

    def _keep(self, path: Path, answer: Answer) -> None:
        try:
            stat, is_script = _stat(path), _is_script(path)
        except OSError:  # gone or unreadable: cheap to find out again
            self._answers.pop(str(path), None)
            return
        until = time.time() + SHORT_S if answer.problem or is_script else None
        self._answers[str(path)] = {"stat": stat, "until": until, "answer": asdict(answer)}


def _stat(path: Path) -> list[int]:
    status = os.stat(path)
    return [status.st_size, status.st_mtime_ns]


def _is_script(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"#!"

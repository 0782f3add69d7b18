"""`%beep use NAME`: every following plain cell becomes a `%%beep_eval` cell before IPython reads it.

The cell that loads the extension stays local like those of `%beep`: it is the first of a notebook that is run again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STAYS = re.compile(r"(?:[ \t]*(?:#.*)?\n)*[ \t]*%(?:beep\b|%beep_|(?:re|un)?load_ext[ \t]+beep_jupyter\b)")


class Router:
    """An input transformer that is there only while a backend is used."""

    has_side_effects = True
    """Keeps IPython from asking us whether a cell that is being typed is complete: the answer is Python's to give."""

    def __init__(self, shell: Any) -> None:
        self._transforms: list[Any] = shell.input_transformer_manager.cleanup_transforms
        self._is_aside = False
        self._name: str | None = None

    @property
    def name(self) -> str | None:
        """The backend that plain cells go to; None where they stay local."""
        return self._name

    def switch_to(self, name: str | None) -> None:
        """Routes every following plain cell to `name`; None ends that."""
        self._name = name
        if name is None and self in self._transforms:
            self._transforms.remove(self)
        elif name is not None and self not in self._transforms:
            self._transforms.append(self)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Inside, cells stay local whatever is used."""
        self._is_aside = True
        try:
            yield
        finally:
            self._is_aside = False

    def __call__(self, lines: list[str]) -> list[str]:
        """Puts `%%beep_eval NAME` above a plain cell. Called by IPython with the cell's lines, ends included."""
        text = "".join(lines)
        if self._name is None or self._is_aside or not text.strip() or STAYS.match(text):
            return lines
        return [f"%%beep_eval {self._name}\n", *lines]

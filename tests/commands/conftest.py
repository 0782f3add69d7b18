"""A face that remembers what it was shown, so that commands can be tried without a terminal or a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from beep_jupyter import Beep
from beep_jupyter.commands.invoke import invoke
from beep_jupyter.commands.show import Table, plain_text
from beep_jupyter.commands.surface import Surface
from beep_jupyter.commands.tree import beep
from beep_jupyter.home import Home
from beep_jupyter.models import OnProgress, Output


@dataclass
class Remembered:
    """A `Show` that keeps the text of everything."""

    text: str = ""
    tables: list[Table] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self.text += sentence + "\n"

    def table(self, table: Table) -> None:
        self.tables.append(table)
        self.text += (plain_text(table) if table.rows else table.empty) + "\n"

    def stream(self, name: str, text: str) -> None:
        self.text += text

    def output(self, output: Output) -> None:
        self.outputs.append(output)

    @contextmanager
    def progress(self) -> Iterator[OnProgress]:
        yield lambda progress: None


@pytest.fixture
def show() -> Remembered:
    return Remembered()


@pytest.fixture
def surface(home: Home, show: Remembered) -> Surface:
    """The notebook's face, where `start` returns when the backend is ready."""
    return Surface(show, "notebook", Beep)


@pytest.fixture
def run(surface: Surface, show: Remembered) -> Callable[..., str]:
    """Runs one command and returns what it showed."""

    def run(*arguments: str) -> str:
        show.text = ""
        invoke(beep, arguments, surface)
        return show.text

    return run

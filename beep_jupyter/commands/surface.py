"""What a command gets from the face it runs under: the manager, somewhere to show, and what only that face can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from ..manager import Beep
    from .show import Show


class Panels(Protocol):
    """The control panel of a notebook."""

    def show(self, beep: Beep) -> None:
        """Displays it below the cell that runs."""

    def close(self) -> None:
        """Takes it away wherever it is shown."""


class Routing(Protocol):
    """Sends the notebook's plain cells to a backend."""

    @property
    def name(self) -> str | None:
        """The backend that plain cells go to; None where they stay local."""

    def switch_to(self, name: str | None) -> None:
        """Routes every following plain cell to `name`; None ends that."""

    def aside(self) -> AbstractContextManager[None]:
        """Inside, cells stay local whatever is used."""


@dataclass
class Surface:
    """One face: the terminal or a notebook.

    Attributes:
        show: where output goes.
        face: which face it is; decides whether `start` stays in the foreground.
        make_beep: makes the manager, when a command first needs it.
        routing: what `use` steers; None outside a notebook.
        panels: what `panel` shows; None outside a notebook.
        demo: runs the demonstration, in JupyterLab where the argument is true; None outside a terminal.
        variables: names that `-i` may complete to.
    """

    show: Show
    face: Literal["terminal", "notebook"]
    make_beep: Callable[[], Beep]
    routing: Routing | None = None
    panels: Panels | None = None
    demo: Callable[[Beep, bool], None] | None = None
    variables: Callable[[], Iterable[str]] = tuple

    @cached_property
    def beep(self) -> Beep:
        """The manager of the home; made at first use, so that `--help` stays quick."""
        return self.make_beep()

    @property
    def program(self) -> str:
        """How a command is called here, for sentences: `beep` or `%beep`."""
        return "beep" if self.face == "terminal" else "%beep"

"""Tab and Shift-Tab in routed cells: asks the backend that the cell is for, if that answers soon. Runs in the kernel.

Nothing is started for it, and nothing waited for: who does not answer within 0.3 s is left out, and not asked again
before the answer has come.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import BeepError
from .routing import STAYS

if TYPE_CHECKING:
    from ..backends.session import Session
    from ..commands.surface import Surface
    from ..manager import Beep
    from ..models import Completion, Inspection

PATIENCE_S = 0.3
_EVAL = "%%beep_eval"
_IS_EVAL = re.compile(_EVAL + r"(?!\S)")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the code of a routed cell.

    Attributes:
        name: where the cell goes; empty where its first line does not say.
        session: the namespace; None is the default one.
        code: without the magic's line.
        cursor: in characters of that.
    """

    name: str
    session: str | None
    code: str
    cursor: int


def place_in(text: str, cursor: int, used: str | None) -> Place | None:
    """The place in a routed cell's code; None where the cell is not routed, or the cursor is in the magic's line.

    Args:
        text: the whole cell.
        used: where plain cells go; None where they stay.
    """
    cell = text.lstrip()  # IPython passes over empty lines above too
    line, _, code = cell.partition("\n")
    below = cursor - (len(text) - len(cell)) - len(line) - 1
    if _IS_EVAL.match(cell):
        named = _named(line)
        return Place(*named, code, below) if below >= 0 and named is not None else None
    if used is None or STAYS.match(text):
        return None
    if line.startswith("%%"):  # a magic of the backend's, mostly above code
        return Place(used, None, code, below) if below >= 0 else None
    return Place(used, None, text, cursor)


def _named(line: str) -> tuple[str, str | None] | None:
    """(name, session) of a magic's line; None where it cannot be read, or names several."""
    import click

    from ..commands.cell import beep_eval
    from ..commands.invoke import split

    try:
        given = beep_eval.make_context(_EVAL, split(line.strip())[1:], resilient_parsing=True).params
    except (click.ClickException, BeepError):
        return None
    names = given.get("names") or ("",)
    return (names[0], given.get("session")) if len(names) == 1 else None


class Looking:
    """Asks backends, one question at a time each.

    Args:
        surface: gives the manager, when first asked.
    """

    def __init__(self, surface: Callable[[], Surface]) -> None:
        self._surface = surface
        self._asked: set[tuple[str, str | None]] = set()  # of those whose answer has not come

    def complete(self, place: Place) -> Completion | None:
        """What could stand there; None where nobody knows soon."""
        found: Completion | None = self._ask(place, lambda session: session.complete(place.code, place.cursor))
        return found

    def inspect(self, place: Place) -> Inspection | None:
        """What is known of the object there; None where nobody knows soon."""
        found: Inspection | None = self._ask(place, lambda session: session.inspect(place.code, place.cursor))
        return found

    def _ask(self, place: Place, question: Callable[[Session], Any]) -> Any:
        key, beep = (place.name, place.session), self._surface().beep
        if key in self._asked:
            return None
        self._asked.add(key)
        answers: list[Any] = []
        thread = threading.Thread(target=self._answer, args=(beep, place, question, answers), daemon=True)
        thread.start()
        thread.join(PATIENCE_S)
        return answers[0] if answers else None

    def _answer(self, beep: Beep, place: Place, question: Callable[[Session], Any], answers: list[Any]) -> None:
        try:
            session = _session(beep, place)
            if session is not None:
                answers.append(question(session))
        except BeepError:
            pass  # it ended, or cannot be reached: nothing is offered
        finally:
            self._asked.discard((place.name, place.session))


def _session(beep: Beep, place: Place) -> Session | None:
    """The session that the cell would run in, if it is there already."""
    backend = beep.running(place.name)
    if backend is None or place.session is None:
        return backend
    return backend.session(place.session) if place.session in backend.health().sessions else None

"""`In`, `Out` and the underscores: what a notebook remembers of its cells. Runs in the worker.

Only cells have a history. What clients run without a cell's number leaves nothing behind but what it binds itself.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_UNDERSCORES = ("_", "__", "___")
_INPUTS = ("_i", "_ii", "_iii")
NAMES = frozenset(("In", "Out", "_ih", "_oh", "_dh", *_UNDERSCORES, *_INPUTS))


class History:
    """The texts and results of one namespace.

    Attributes:
        texts: of the cells, by number; the first is of no cell.
        results: by number, of cells that ended with a value that was shown.
    """

    __slots__ = ("_latest", "_latest_text", "_namespace", "results", "texts")

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._latest_text = ""
        self._latest: list[Any] = []  # what was given to the underscores, the newest first
        self.results: dict[int, Any] = {}
        self.texts: list[str] = [""]

    def begin(self, text: str, number: int) -> None:
        """A cell begins: its text can be found from here on."""
        names = self._namespace
        if "_oh" not in names:
            self._install(names)
        text = text.rstrip("\n")
        self.texts.extend([""] * (number + 1 - len(self.texts)))  # cells that ran elsewhere
        self.texts[number] = names["_i%d" % number] = text
        names["_iii"], names["_ii"], names["_i"] = names.get("_ii", ""), names.get("_i", ""), self._latest_text
        self._latest_text = text

    def keep(self, value: Any, number: int) -> None:
        """A cell's result becomes `_`, unless the user has taken that name, and `Out[number]`."""
        if value is self.results:
            return
        names = self._namespace
        if all(names.get(name) is before for name, before in zip(_UNDERSCORES, self._latest)):
            self._latest = [value, *self._latest[:2]]
            names.update(zip(_UNDERSCORES, self._latest))
        self.results[number] = names["_%d" % number] = value

    def clear(self) -> None:
        """Forgets all results."""
        for number in self.results:
            self._namespace.pop("_%d" % number, None)
        self.results.clear()
        self._latest = ["", "", ""]
        self._namespace.update(zip(_UNDERSCORES, self._latest))

    def is_ours(self, name: str) -> bool:
        """Whether a name is the history's and not a variable of the user's."""
        value = self._namespace.get(name)
        return name in NAMES and (name not in ("In", "Out") or value is self.texts or value is self.results)

    def _install(self, names: dict[str, Any]) -> None:
        import os

        names.update({"In": self.texts, "_ih": self.texts, "Out": self.results, "_oh": self.results})
        try:
            names["_dh"] = [os.getcwd()]
        except OSError:  # the folder is gone
            names["_dh"] = []
        self._latest = ["", "", ""]
        names.update(zip(_UNDERSCORES, self._latest))

"""`%load_ext autoreload`: modules whose files have changed are imported anew before the next cell. Runs in the worker.

Imported when it is loaded. IPython's own needs IPython's own shell, so this one is taken where that is installed, too.
What notebooks hold of a module, its functions and classes, is brought up to date in place.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import FunctionType

from .table import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..notebook.interactive import ZMQInteractiveShell as Shell

_MODES = {
    "0": "off",
    "off": "off",
    "1": "explicit",
    "explicit": "explicit",
    "2": "all",
    "all": "all",
    "complete": "all",
}


class Reloader:
    """Imports changed modules anew.

    Attributes:
        mode: `off`, `explicit` (what `%aimport` named) or `all`.
        wanted: the names of modules that `%aimport` named; with a `-` before them they are in `unwanted`.
    """

    def __init__(self) -> None:
        self.mode = "off"
        self.wanted: set[str] = set()
        self.unwanted = {"__main__", "builtins", "sys"}
        self._changed_at: dict[str, float] = {}
        self.look()

    def look(self) -> list[ModuleType]:
        """The modules whose files have changed since the last look."""
        changed = []
        for name, module in [*sys.modules.items()]:
            at = _changed_at(module)
            if at is not None and self._changed_at.setdefault(name, at) != at:
                self._changed_at[name] = at
                changed.append(module)
        return changed

    def before_cell(self) -> None:
        """Carries out the mode."""
        if self.mode != "off":
            self.reload(is_all=self.mode == "all")

    def reload(self, is_all: bool) -> None:
        """Imports what has changed anew; what cannot be imported is told and left as it was."""
        for module in self.look():
            name = module.__name__
            if name in self.wanted or (is_all and name not in self.unwanted):
                try:
                    _reload(module)
                except Exception as error:  # noqa: BLE001  the user's own code
                    sys.stderr.write("[autoreload of %s failed: %s: %s]\n" % (name, type(error).__name__, error))


def _changed_at(module: ModuleType) -> float | None:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or not file.endswith(".py"):
        return None
    try:
        return os.stat(file).st_mtime
    except OSError:
        return None


def _reload(module: ModuleType) -> None:
    before = dict(vars(module))
    importlib.reload(module)
    for name, old in before.items():
        new = vars(module).get(name)
        if new is not old and getattr(old, "__module__", None) == module.__name__:
            _update(old, new)


def _update(old: object, new: object) -> None:
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        _update_function(old, new)
    elif isinstance(old, type) and isinstance(new, type):
        _update_class(old, new)


def _update_function(old: FunctionType, new: FunctionType) -> None:
    if len(old.__code__.co_freevars) == len(new.__code__.co_freevars):
        old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
        old.__doc__ = new.__doc__
        old.__dict__.update(new.__dict__)


def _update_class(old: type, new: type) -> None:
    for name in set(vars(old)) - set(vars(new)):
        _try(delattr, old, name)
    for name, value in vars(new).items():
        kept = vars(old).get(name)
        if isinstance(kept, FunctionType) and isinstance(value, FunctionType):
            _update_function(kept, value)
        elif name not in ("__dict__", "__weakref__"):
            _try(setattr, old, name, value)


def _try(change: object, *arguments: object) -> None:
    try:
        change(*arguments)  # type: ignore[operator]
    except (AttributeError, TypeError):
        pass  # what a class does not let go of


def load_ipython_extension(shell: Shell) -> None:
    """Adds `%autoreload` and `%aimport`."""
    reloader = Reloader()

    def autoreload(line: str) -> None:
        """Now, or before each cell: `%autoreload 2` all modules, `1` those of `%aimport`, `0` none."""
        word = line.split()[0].lower() if line.strip() else ""
        if word in ("", "now"):
            reloader.reload(is_all=True)
        elif word in _MODES:
            reloader.mode = _MODES[word]
        else:
            raise UsageError("Unrecognized autoreload mode '%s'; it is 0, 1 or 2." % word)

    def aimport(line: str) -> None:
        """Imports modules and marks them to be reloaded, or with a `-` not to be."""
        for name in line.replace(",", " ").split():
            if name.startswith("-"):
                reloader.unwanted.add(name[1:])
            else:
                reloader.wanted.add(name)
                shell.user_ns[name.partition(".")[0]] = __import__(name)

    shell.register_magic_function(autoreload)
    shell.register_magic_function(aimport)
    shell.events.register("pre_run_cell", reloader.before_cell)

"""The magics of a session: which there are, and how one is run. Runs in the worker; imported with `get_ipython`.

Those of this package are functions in modules that are imported when one of theirs is first used: `(shell, line)` for a
line, `(shell, line, cell)` for a cell. Code adds its own through the shell, as with IPython.
"""

from __future__ import annotations

import sys

from .. import late
from . import expansion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..notebook.interactive import ZMQInteractiveShell

    Names = dict[str, Any]

# Module -> names of its magics; the functions are called `line_NAME` and `cell_NAME`.
LINES = {
    "code": "debug load_ext pdb reload_ext run tb unload_ext xmode",
    "display": "colors config gui matplotlib pprint precision pylab",
    "names": "lsmagic pdoc pfile pinfo pinfo2 psearch psource reset reset_selective who who_ls whos xdel",
    "system": "alias bookmark cat cd conda cp dirs env killbgscripts ldir ls mamba mkdir mv pip popd pushd pwd "
    "rehashx rm rmdir set_env sx system uv",
    "timing": "prun time timeit",
}
CELLS = {
    "capture": "capture",
    "code": "debug",
    "display": "html javascript js latex markdown svg HTML SVG",
    "scripts": "bash file perl python python3 ruby script sh sx system writefile",
    "timing": "prun time timeit",
}
_UNEXPANDED = frozenset(("prun", "time", "timeit"))  # their lines are code
_KINDS = {"line": ("line",), "cell": ("cell",), "line_cell": ("line", "cell")}


class UsageError(Exception):
    """A magic that there is not, or that was used in another way than it can be. Named as in IPython."""

    def _render_traceback_(self) -> list[str]:
        return ["UsageError: %s" % self]


class Magics:
    """All that can stand behind `%`.

    Attributes:
        magics: functions that were registered: kind → name → function, as IPython has them.
    """

    def __init__(self, shell: ZMQInteractiveShell) -> None:
        self._shell = shell
        self.magics: dict[str, dict[str, Callable[..., Any]]] = {"line": {}, "cell": {}}

    def run_line(self, name: str, line: str, local_names: Names) -> Any:
        """What `%NAME LINE` gives."""
        found = self.find(name, "line")
        if found is None:
            _refuse_ours("%" + name)
            other = " But cell magic `%%%%%s` exists." % name if self.find(name, "cell") is not None else ""
            raise UsageError("Line magic function `%%%s` not found.%s" % (name, other))
        return found(self._expanded(name, found, line, local_names), **self._scope(found, local_names))

    def run_cell(self, name: str, line: str, cell: str, local_names: Names) -> Any:
        """What a cell below `%%NAME LINE` gives."""
        found = self.find(name, "cell")
        if found is None:
            _refuse_ours("%%" + name)
            other = (
                " (But line magic `%%%s` exists, did you mean that instead?)" % name
                if self.find(name, "line") is not None
                else ""
            )
            raise UsageError("Cell magic `%%%%%s` not found%s." % (name, other))
        return found(self._expanded(name, found, line, local_names), cell, **self._scope(found, local_names))

    def find(self, name: str, kind: str) -> Callable[..., Any] | None:
        """The function of a magic: of a line or of line and cell; None where there is none."""
        return self.magics.get(kind, {}).get(name) or self._own(name, kind)

    def names(self, kind: str) -> list[str]:
        """All that there are."""
        own = LINES if kind == "line" else CELLS
        return sorted({*self.magics[kind], *" ".join(own.values()).split()})

    def register_function(self, function: Any, kind: str, name: str | None) -> None:
        """Makes a function a magic; of a line, a cell, or both."""
        for each in _KINDS[kind]:
            self.magics[each][name or function.__name__] = function

    def register_object(self, item: Any) -> None:
        """Takes what a `Magics` object of IPython's kind lists: functions, or names of its methods."""
        for kind, functions in item.magics.items():
            for name, function in functions.items():
                self.magics[kind][name] = getattr(item, function) if isinstance(function, str) else function

    def _own(self, name: str, kind: str) -> Callable[..., Any] | None:
        for module, listed in (LINES if kind == "line" else CELLS).items():
            if name in listed.split():
                function = getattr(late.load("magics." + module), "%s_%s" % (kind, name))
                return _Bound(function, self._shell)
        return None

    def _expanded(self, name: str, function: Any, line: str, local_names: Names) -> str:
        if name in _UNEXPANDED or getattr(function, "_ipython_magic_no_var_expand", False):
            return line
        return expansion.expand(line, {**self._shell.user_ns, **local_names})

    def _scope(self, function: Any, local_names: Names) -> Names:
        wants_it = getattr(function, "needs_local_scope", False)
        return {"local_ns": self._shell.user_ns if _is_top(local_names) else local_names} if wants_it else {}


class _Bound:
    """A magic of this package, as who looks one up calls it."""

    def __init__(self, function: Callable[..., Any], shell: ZMQInteractiveShell) -> None:
        self._function = function
        self._shell = shell
        self.__doc__ = function.__doc__

    def __call__(self, *texts: str) -> Any:
        return self._function(self._shell, *texts)


def _refuse_ours(magic: str) -> None:
    if magic.lstrip("%").startswith("beep"):
        raise UsageError("%s is the notebook's own: give it a cell of its own, which begins with it." % magic)


def _is_top(names: Names) -> bool:
    return names is sys.modules["__main__"].__dict__


def words(line: str) -> list[str]:
    """The line as a shell splits it.

    Raises:
        UsageError: a quotation mark is not closed.
    """
    import shlex

    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError("%s in: %s" % (error, line)) from None


def options(line: str, flags: str, valued: str = "") -> tuple[dict[str, Any], list[str]]:
    """Takes short options off the beginning of a line: ({letter: True or its value}, the other words).

    Args:
        flags: letters without a value.
        valued: letters with one.

    Raises:
        UsageError: another option stands there.
    """
    from getopt import GetoptError, getopt

    try:
        found, rest = getopt(words(line), flags + "".join(letter + ":" for letter in valued))
    except GetoptError as error:
        raise UsageError("%s in: %s" % (error, line)) from None
    return {name[1:]: value or True for name, value in found}, rest

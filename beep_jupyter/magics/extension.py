"""`%load_ext beep_jupyter` and `%unload_ext beep_jupyter`.

Loading puts three magics and a completion matcher into the shell, and imports nothing more than this module; the
command tree comes when one of them is first used. Unloading takes out all that was put in.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from IPython.core.magic import no_var_expand

from .completion import matcher_for
from .inspecting import Inspecting
from .looking import Looking
from .routing import Router

if TYPE_CHECKING:
    from ..commands.surface import Panels, Surface

_loaded: dict[Any, Extension] = {}


def load(shell: Any, panels: Panels) -> None:
    """Adds the three magics and their completion to a shell; harmless where they are there already."""
    if shell not in _loaded:
        _loaded[shell] = Extension(shell, panels)
        _loaded[shell].add()


def unload(shell: Any) -> None:
    """Takes out what `load` and the magics put in. Backends run on until the kernel ends or they are stopped."""
    extension = _loaded.pop(shell, None)
    if extension is not None:
        extension.remove()


class Extension:
    """What one shell has loaded.

    Args:
        shell: IPython's shell.
        panels: what `%beep panel` shows.
    """

    def __init__(self, shell: Any, panels: Panels) -> None:
        self._panels = panels
        self._shell = shell
        self._router = Router(shell)
        looking = Looking(lambda: self.surface)
        self._inspecting = Inspecting(getattr(shell, "kernel", None), looking, self._router)
        self._matcher = matcher_for(lambda: self.surface, looking, self._router)

    @cached_property
    def surface(self) -> Surface:
        """The notebook as commands see it; imports the command tree."""
        from ..commands.surface import Surface
        from ..manager import Beep
        from .show import NotebookShow

        show = NotebookShow(self._shell)

        return Surface(show, "notebook", Beep, routing=self._router, panels=self._panels, variables=self._variables)

    def _variables(self) -> list[str]:
        hidden = self._shell.user_ns_hidden
        return [name for name in self._shell.user_ns if name not in hidden and not name.startswith("_")]

    def add(self) -> None:
        """Puts magics and matcher into the shell."""
        self._shell.register_magic_function(self.beep, "line", "beep")
        self._shell.register_magic_function(self.beep_eval, "cell", "beep_eval")
        self._shell.register_magic_function(self.beep_env, "cell", "beep_env")
        self._shell.Completer.custom_matchers.append(self._matcher)
        self._inspecting.add()

    def remove(self) -> None:
        """Takes out all that was put in, since IPython has no way to unregister a magic."""
        from . import syntax_errors

        self._panels.close()
        self._router.switch_to(None)
        syntax_errors.remove(self._shell)
        self._shell.Completer.custom_matchers.remove(self._matcher)
        self._inspecting.remove()
        manager = self._shell.magics_manager
        for kind, name in (("line", "beep"), ("cell", "beep_eval"), ("cell", "beep_env")):
            del manager.magics[kind][name]
            delattr(manager.user_magics, name)

    @no_var_expand
    def beep(self, line: str) -> None:
        """Runs a command of beep; `%beep help` lists them."""
        from . import line as line_magic
        from .raising import shown_in

        with shown_in(self._shell):
            line_magic.run(self.surface, line)

    @no_var_expand
    def beep_eval(self, line: str, cell: str) -> None:
        """Runs the cell in a backend or environment; `%%beep_eval --help` above any text shows how."""
        from . import cell as cell_magic
        from .raising import shown_in

        with shown_in(self._shell):
            cell_magic.run(self._shell, self.surface, line, cell)

    @no_var_expand
    def beep_env(self, line: str, cell: str) -> None:
        """Makes an environment what the cell declares; `%%beep_env --help` above any text shows how."""
        from . import declaring
        from .raising import shown_in

        with shown_in(self._shell):
            declaring.run(self.surface, line, cell)

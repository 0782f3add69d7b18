"""`%run`, `%load_ext`, `%debug`, `%xmode`: code from elsewhere, and code that failed. Runs in the worker.

Imported when one of these is first used.
"""

from __future__ import annotations

import sys

from .. import late
from .table import UsageError, options, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..notebook.interactive import ZMQInteractiveShell as Shell

_XMODES = ("Plain", "Context", "Verbose", "Minimal", "Docs")


def line_run(shell: Shell, line: str) -> None:
    """Runs a file as a program and takes over the names that it binds: -i in the namespace, -n not as `__main__`,
    -t tells the time, -m a module; what stands behind it are its arguments."""
    found, rest = _options_of_run(line)
    if "m" in found:
        rest = [found["m"], *rest]
    if not rest:
        raise UsageError("%run needs the name of a file.")
    path = rest[0] if "m" in found else _file(rest[0])
    before, sys.argv = sys.argv, [path, *rest[1:]]
    run = _run_timed if "t" in found else _run_file
    try:
        run(shell, path, found)
    finally:
        sys.argv = before


def _options_of_run(line: str) -> tuple[dict[str, Any], list[str]]:
    given = words(line)
    own = 0
    while own < len(given) and given[own].startswith("-"):
        own += 2 if given[own] == "-m" else 1
    import shlex

    return options(" ".join(map(shlex.quote, given[:own])), "nitdpeG", "m")[0], given[own:]


def _run_timed(shell: Shell, path: str, found: dict[str, Any]) -> None:
    import time

    timing = late.load("magics.timing")
    begun, cpu = time.perf_counter(), time.process_time()
    _run_file(shell, path, found)
    print("\nIPython CPU timings (estimated):\n  Total : %s" % timing.duration_text(time.process_time() - cpu))
    print("Wall time: %s" % timing.duration_text(time.perf_counter() - begun))


def _file(name: str) -> str:
    import os

    for path in (os.path.expanduser(name), os.path.expanduser(name) + ".py"):
        if os.path.isfile(path):
            return path
    raise UsageError("File `%r` not found." % (name if name.endswith(".py") else name + ".py"))


def _run_file(shell: Shell, path: str, found: dict[str, Any]) -> None:
    """A program that exits is over, whatever its status."""
    import runpy

    name = "__main__" if "n" not in found else path.rpartition("/")[2].partition(".")[0]
    main = sys.modules["__main__"]
    try:
        if "i" in found:
            _execute(path, shell.user_ns)
        elif "m" in found:
            _take_over(shell, runpy.run_module(path, run_name=name, alter_sys=True))
        else:
            _take_over(shell, _program(path, name))
    except SystemExit as error:
        if error.code:
            print("An exception has occurred, use %%tb to see the full traceback.\nSystemExit: %s" % error)
    finally:
        sys.modules["__main__"] = main


def _program(path: str, name: str) -> dict[str, Any]:
    """Runs a file in a namespace of its own, which lives on with what it defined."""
    import os
    from types import ModuleType

    module = ModuleType(name)
    module.__file__ = path
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    if name == "__main__":
        sys.modules["__main__"] = module
    try:
        _execute(path, module.__dict__)
    finally:
        sys.path.pop(0)
        _keep(module)
    return module.__dict__


_programs: list[ModuleType] = []


def _keep(module: ModuleType) -> None:
    """A module's names go with it, and functions that were taken over need theirs."""
    _programs.append(module)


def _execute(path: str, names: dict[str, Any]) -> None:
    """Runs a file; tracebacks begin behind this function."""
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    exec(code, names)


def _take_over(shell: Shell, names: dict[str, Any]) -> None:
    shell.user_ns.update((name, value) for name, value in names.items() if not name.startswith("__"))


def line_load_ext(shell: Shell, line: str) -> None:
    """Loads an IPython extension that the environment has."""
    if not line.strip():
        raise UsageError("Missing module name.")
    _answer(Extensions(shell).load_extension(line.strip()), line, "load_ipython_extension")


def line_reload_ext(shell: Shell, line: str) -> None:
    """Loads it anew."""
    extensions = Extensions(shell)
    extensions.unload_extension(line.strip())
    _answer(extensions.load_extension(line.strip()), line, "load_ipython_extension")


def line_unload_ext(shell: Shell, line: str) -> None:
    """Unloads it."""
    _answer(Extensions(shell).unload_extension(line.strip()), line, "unload_ipython_extension")


def _answer(said: str | None, line: str, function: str) -> None:
    name = line.strip()
    if said == "already loaded":
        print("The %s extension is already loaded. To reload it, use:\n  %%reload_ext %s" % (name, name))
    elif said == "no function":
        print("The %s module is not an IPython extension." % name)
    elif said is not None:
        print("The %s extension is %s." % (name, said))


_loaded: set[str] = set()


class Extensions:
    """What `get_ipython().extension_manager` is."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.loaded = _loaded

    def load_extension(self, module_str: str) -> str | None:
        """Loads one; None, or why it was not loaded."""
        if module_str in self.loaded:
            return "already loaded"
        module = _extension(module_str)
        if not hasattr(module, "load_ipython_extension"):
            return "no function"
        module.load_ipython_extension(self._shell)
        self.loaded.add(module_str)
        return None

    def unload_extension(self, module_str: str) -> str | None:
        """Unloads one; None, or why it was not unloaded."""
        if module_str not in self.loaded:
            return "not loaded"
        self.loaded.discard(module_str)
        module = _extension(module_str)
        if not hasattr(module, "unload_ipython_extension"):
            return "no unload function"
        module.unload_ipython_extension(self._shell)
        return None


def _extension(name: str) -> Any:
    if name in ("autoreload", "IPython.extensions.autoreload"):
        return late.load("magics.autoreload")
    if name == "storemagic":
        name = "IPython.extensions.storemagic"
    __import__(name)
    return sys.modules[name]


def line_xmode(shell: Shell, line: str) -> None:
    """How tracebacks look: Plain, Context, Verbose or Minimal."""
    wanted = line.strip().capitalize()
    if wanted and wanted not in _XMODES:
        raise UsageError("Unrecognized mode in FormattedTB: <%s>\nValid modes: %s" % (line.strip(), list(_XMODES)))
    shell.cells.xmode = wanted or _XMODES[(_XMODES.index(shell.cells.xmode) + 1) % 4]
    print("Exception reporting mode: %s" % shell.cells.xmode)


def line_tb(shell: Shell, line: str) -> None:
    """Prints the latest traceback again, in another mode if one is named."""
    before = shell.cells.xmode
    if line.strip():
        shell.cells.xmode = line.strip().capitalize()
    try:
        error = getattr(sys, "last_value", None)
        if error is None:
            print("No traceback available to show.")
        else:
            shell.cells.tell(error)
    finally:
        shell.cells.xmode = before


def line_debug(shell: Shell, line: str) -> None:
    """Looks at where the latest exception was raised, with pdb; or steps through a statement."""
    import pdb

    if line.strip():
        pdb.run(line, shell.user_ns)
    elif getattr(sys, "last_traceback", None) is None:
        print("No traceback has been produced, nothing to debug.")
    else:
        pdb.post_mortem(sys.last_traceback)


def cell_debug(shell: Shell, line: str, cell: str) -> None:
    """Steps through the cell, with pdb."""
    import pdb

    pdb.run(cell, shell.user_ns)


def line_pdb(shell: Shell, line: str) -> None:
    """Whether an exception starts the debugger at once: that needs a cell of its own here."""
    print("Use %debug after an exception: it opens the debugger where it was raised.")

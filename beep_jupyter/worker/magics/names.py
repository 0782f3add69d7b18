"""`%who`, `%reset`, `obj?`: what there is in the namespace, and what is known of it. Runs in the worker.

Imported when one of these is first used.
"""

from __future__ import annotations

import sys

from .. import late
from .table import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..notebook.interactive import ZMQInteractiveShell as Shell

_LARGEST_BYTES = 100_000  # of an array that is told in bytes alone


def _names(shell: Shell, line: str = "") -> list[str]:
    """The user's names, without those that a session begins with; of the types that the line names, if it does."""
    types = set(line.split())
    return sorted(
        name
        for name, value in shell.user_ns.items()
        if not name.startswith("_")
        and name not in shell.user_ns_hidden
        and not shell.cells.history.is_ours(name)
        and (not types or type(value).__name__ in types)
    )


def line_who_ls(shell: Shell, line: str) -> list[str]:
    """The names of the user's variables, of the types given."""
    return _names(shell, line)


def line_who(shell: Shell, line: str) -> None:
    """Prints the names of the user's variables."""
    names = _names(shell, line)
    if not names:
        print("No variables match your requested type." if line else "Interactive namespace is empty.")
        return
    for place, name in enumerate(names, 1):
        print(name + "\t", end=" " if place % 10 else " \n")
    print()


def line_whos(shell: Shell, line: str) -> None:
    """Prints the user's variables with their types and contents."""
    names = _names(shell, line)
    if not names:
        print("No variables match your requested type." if line else "Interactive namespace is empty.")
        return
    rows = [(name, type(shell.user_ns[name]).__name__, _contents(shell.user_ns[name])) for name in names]
    first, second = (max(len(row[column]) for row in [("Variable", "Type", ""), *rows]) + 3 for column in (0, 1))
    second += 1
    print("%-*s%-*s%s" % (first, "Variable", second, "Type", "Data/Info"))
    print("-" * (first + second + len("Data/Info")))
    for name, kind, contents in rows:
        print("%-*s%-*s%s" % (first, name, second, kind, contents))


def _contents(value: Any) -> str:
    if isinstance(value, (dict, list, tuple)):
        return "n=%d" % len(value)
    if type(value).__name__ == "ndarray" and type(value).__module__ == "numpy":
        return _of_array(value)
    if type(value).__name__ in ("DataFrame", "Series") and hasattr(value, "shape"):
        return "Shape: %s" % (value.shape,)
    return _shortened(value)


def _of_array(value: Any) -> str:
    shape = "x".join(map(str, value.shape))
    size = "%s: %d elems, type `%s`, %d bytes" % (shape, value.size, value.dtype, value.nbytes)
    if value.nbytes < _LARGEST_BYTES:
        return size
    if value.nbytes < 1 << 20:
        return "%s (%s kb)" % (size, value.nbytes / 1024)
    return "%s (%s Mb)" % (size, value.nbytes / (1 << 20))


def _shortened(value: Any) -> str:
    try:
        text = str(value)
    except Exception:  # noqa: BLE001  the user's own code
        text = object.__repr__(value)
    text = text.replace("\n", "\\n")
    return text if len(text) < 50 else text[:25] + "<...>" + text[-25:]


def line_reset(shell: Shell, line: str) -> None:
    """Removes all the user's variables, after a question unless `-f` is given; `-s` keeps `In` and `Out`."""
    found, _ = options(line, "sf")
    if "f" not in found and not _agrees("Once deleted, variables cannot be recovered. Proceed (y/[n])? "):
        print("Nothing done.")
        return
    for name in [name for name in shell.user_ns if not _is_the_sessions(shell, name)]:
        del shell.user_ns[name]
    if "s" not in found:
        shell.cells.history.clear()


def _is_the_sessions(shell: Shell, name: str) -> bool:
    is_numbered = name[:1] == "_" and name.lstrip("_i").isdigit()  # a result, or the text of a cell
    return is_numbered or name in shell.user_ns_hidden or shell.cells.history.is_ours(name)


def line_reset_selective(shell: Shell, line: str) -> None:
    """Removes the user's variables whose names match a regular expression; `-f` asks nothing."""
    import re

    found, rest = options(line, "f")
    pattern = re.compile(rest[0] if rest else "")
    if "f" not in found and not _agrees("Once deleted, variables cannot be recovered. Proceed (y/[n])?  "):
        print("Nothing done.")
        return
    for name in _names(shell):
        if pattern.search(name):
            del shell.user_ns[name]


def line_xdel(shell: Shell, line: str) -> None:
    """Removes a variable, and every result that is the same object."""
    value = shell.user_ns.pop(line.strip())
    history = shell.cells.history.results
    for number in [number for number, kept in history.items() if kept is value]:
        del history[number]
        shell.user_ns.pop("_%d" % number, None)


def _agrees(question: str) -> bool:
    return input(question).strip().lower() in ("y", "yes")


def line_pinfo(shell: Shell, line: str) -> None:
    """What `obj?` shows."""
    _inspect(shell, line, has_source=False)


def line_pinfo2(shell: Shell, line: str) -> None:
    """What `obj??` shows: its source too, where there is one."""
    _inspect(shell, line, has_source=True)


def line_psearch(shell: Shell, line: str) -> None:
    """What `name*?` shows: the names that fit, in the namespace or of an object's attributes."""
    import builtins
    from fnmatch import fnmatchcase

    pattern = line.split()[-1] if line.split() else "*"
    owner, dot, last = pattern.rpartition(".")
    names = dir(_found(shell, owner)) if owner else [*shell.user_ns, *vars(builtins)]
    fitting = sorted(name for name in names if fnmatchcase(name, last) and (last[:1] == "_" or name[:1] != "_"))
    show_page(shell, "\n".join(owner + dot + name for name in fitting))


def line_pdoc(shell: Shell, line: str) -> None:
    """Shows the documentation of an object."""
    import inspect

    found = _found(shell, line)
    if found is not _nothing:
        show_page(shell, inspect.getdoc(found) or "No documentation found for %s" % line.strip())


def line_psource(shell: Shell, line: str) -> None:
    """Shows the source of an object."""
    found = _found(shell, line)
    if found is not _nothing:
        show_page(shell, late.load("commands.inspection").source_of(found) or "No source found for %s" % line.strip())


def line_pfile(shell: Shell, line: str) -> None:
    """Shows the file that defines an object."""
    import inspect

    found = _found(shell, line)
    if found is not _nothing:
        with open(inspect.getfile(found), encoding="utf-8") as file:
            show_page(shell, file.read())


_nothing = object()


def _found(shell: Shell, line: str) -> Any:
    lookup = late.load("commands.lookup")
    try:
        return lookup.described(lookup.parse(line.strip()), shell.user_ns)
    except lookup.Unknown:
        print("Object `%s` not found." % line.strip())
        return _nothing


def _inspect(shell: Shell, line: str, has_source: bool) -> None:
    name = line.strip()
    found = _magic(shell, name) if name.startswith("%") else _found(shell, name)
    if found is not _nothing:
        show_page(shell, late.load("commands.inspection").describe(name, found, has_source))


def _magic(shell: Shell, name: str) -> Any:
    bare = name.lstrip("%")
    return shell.find_magic(bare, "line") or shell.find_magic(bare, "cell") or _nothing


def show_page(shell: Shell, text: str) -> None:
    """Shows a text in the notebook's pager; a client without one prints it."""
    shell.display_pub.publish({"text/plain": text}, {"beep": {"page": True}})


def line_lsmagic(shell: Shell, line: str) -> None:
    """Prints all magics."""
    for title, mark, kind in (("line", "%", "line"), ("cell", "%%", "cell")):
        sys.stdout.write("Available %s magics:\n" % title)
        sys.stdout.write("  ".join(mark + name for name in shell.magics_manager.names(kind)) + "\n\n")

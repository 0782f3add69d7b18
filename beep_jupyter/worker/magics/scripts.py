"""`%%bash` and its like: a cell that another program runs; `%%writefile`. Runs in the worker.

Imported when one of these is first used.
"""

from __future__ import annotations

import os
import subprocess
import sys

from .table import UsageError, options, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..notebook.interactive import ZMQInteractiveShell as Shell

_background: list[subprocess.Popen[bytes]] = []
_VALUED = ("--out", "--err", "--proc")


def cell_script(shell: Shell, line: str, cell: str) -> None:
    """Gives the cell to a program as its standard input: `%%script [OPTIONS] PROGRAM [ARG...]`.

    `--out NAME` and `--err NAME` keep its output, `--bg` does not wait, `--no-raise-error` takes any status.
    """
    wanted, command = _taken_apart(words(line))
    if not command:
        raise UsageError("%%script needs the name of a program.")
    kept = [name for name in ("--out", "--err") if name in wanted]
    sys.stdout.flush()
    try:
        process = _start(command, dict.fromkeys(kept, subprocess.PIPE), "--bg" in wanted)
    except FileNotFoundError:
        print("Couldn't find program: %r" % command[0])
        return
    _feed(process, cell, "--bg" in wanted)
    if "--bg" in wanted:
        _background.append(process)
        return
    out, err = process.communicate()
    for name, data in (("--out", out), ("--err", err)):
        if name in wanted:
            shell.user_ns[wanted[name]] = data.decode("utf-8", "replace")
    if process.returncode and "--no-raise-error" not in wanted:
        raise subprocess.CalledProcessError(process.returncode, cell.encode(), out, err)


def _start(command: list[str], pipes: dict[str, int], is_apart: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=pipes.get("--out"),
        stderr=pipes.get("--err"),
        start_new_session=is_apart,
    )


def _feed(process: subprocess.Popen[bytes], cell: str, is_apart: bool) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write((cell if cell.endswith("\n") else cell + "\n").encode())
        process.stdin.close()
    except BrokenPipeError:
        pass  # it ended before it had read all
    process.stdin = None  # closed, which `communicate` need not try


def _taken_apart(given: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Options in front of the command, and the command."""
    wanted: dict[str, Any] = {}
    while given and given[0].startswith("--"):
        name, has_value, value = given.pop(0).partition("=")
        if name in _VALUED and not has_value:
            value = given.pop(0) if given else ""
        wanted[name] = value
    return wanted, given


def kill_all() -> None:
    """Ends what runs in the background."""
    running = [process for process in _background if process.poll() is None]
    for process in running:
        process.kill()
        process.wait()
    print("All background processes were killed." if running else "No background processes were running.")
    _background.clear()


def _through(program: str) -> Any:
    def magic(shell: Shell, line: str, cell: str) -> None:
        wanted = []
        given = words(line)
        while given and given[0].startswith("--"):
            wanted.append(given.pop(0))
            if wanted[-1] in _VALUED and given:
                wanted.append(given.pop(0))
        cell_script(shell, " ".join(map(_quoted, [*wanted, program, *given])), cell)

    magic.__doc__ = "Runs the cell with %s." % program
    return magic


def _quoted(word: str) -> str:
    import shlex

    return shlex.quote(word)


cell_bash, cell_sh, cell_perl, cell_ruby = (_through(name) for name in ("bash", "sh", "perl", "ruby"))
cell_python = cell_python3 = _through(sys.executable)


def cell_sx(shell: Shell, line: str, cell: str) -> Any:
    """The lines that the commands of the cell print."""
    return shell.getoutput(line + "\n" + cell if line else cell)


cell_system = cell_sx


def cell_writefile(shell: Shell, line: str, cell: str) -> None:
    """Writes the cell into a file; `-a` adds to it."""
    found, rest = options(line, "a")
    if not rest:
        raise UsageError("%%writefile needs the name of a file.")
    path = os.path.expanduser(rest[0])
    verb = "Writing"
    if os.path.exists(path):
        verb = "Appending to" if "a" in found else "Overwriting"
    print("%s %s" % (verb, path))
    with open(path, "a" if "a" in found else "w", encoding="utf-8") as file:
        file.write(cell)


cell_file = cell_writefile

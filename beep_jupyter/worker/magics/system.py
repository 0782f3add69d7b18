"""`%cd`, `%env`, `%pip` and the shell's own commands. Runs in the worker; imported when one of them is first used."""

from __future__ import annotations

import os
import sys

from .. import late
from .table import UsageError, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..notebook.interactive import ZMQInteractiveShell as Shell

_SECRETS = ("key", "token", "secret")
_folders: list[str] = []  # of %pushd


def line_cd(shell: Shell, line: str) -> None:
    """Changes the working directory, and prints it unless `-q` is given; `-` is the one before."""
    found, rest = options(line, "q")
    if "_dh" not in shell.user_ns:
        shell.user_ns["_dh"] = [os.getcwd()]
    history = shell.user_ns["_dh"]
    target = " ".join(rest) or "~"
    if target == "-":
        if len(history) < 2:
            raise UsageError("%cd -: No previous directory to change to.")
        target = history[-2]
    elif target[:1] == "-" and target[1:].isdigit():
        target = history[int(target[1:])]
    try:
        os.chdir(os.path.expanduser(target))
        history.append(os.getcwd())
    except OSError as error:
        print(error)
    if "q" not in found:
        print(_shortened(os.getcwd()))


def line_pwd(shell: Shell, line: str) -> str:
    """The working directory."""
    return os.getcwd()


def line_pushd(shell: Shell, line: str) -> Any:
    """Changes the working directory and remembers the one before, for `%popd`."""
    before = os.getcwd()
    if line.strip():
        line_cd(shell, line)
    _folders.insert(0, _shortened(before))
    return line_dirs(shell, "")


def line_popd(shell: Shell, line: str) -> None:
    """Goes back to where `%pushd` was."""
    if not _folders:
        raise UsageError("%popd on empty stack")
    line_cd(shell, _folders.pop(0))
    print("popd -> " + _shortened(os.getcwd()))


def line_dirs(shell: Shell, line: str) -> list[str]:
    """What `%pushd` remembers."""
    return list(_folders)


def _shortened(folder: str) -> str:
    home = os.path.expanduser("~")
    return "~" + folder[len(home) :] if folder == home or folder.startswith(home + os.sep) else folder


def line_env(shell: Shell, line: str) -> Any:
    """All environment variables, one, or a new value: `%env NAME`, `%env NAME=value`, `%env NAME value`."""
    text = line.strip()
    if not text:
        return {name: _hidden(name, value) for name, value in os.environ.items()}
    parts = text.split("=" if "=" in text else None, 1)
    if len(parts) > 1:
        return line_set_env(shell, line)
    if text not in os.environ:
        raise UsageError("Environment does not have key: %s" % text)
    return os.environ[text]


def _hidden(name: str, value: str) -> str:
    return "<hidden>" if any(word in name.lower() for word in _SECRETS) else value


def line_set_env(shell: Shell, line: str) -> None:
    """Sets an environment variable: `%set_env NAME=value` or `%set_env NAME value`."""
    parts = line.split("=" if "=" in line else None, 1)
    if not line.strip() or len(parts) < 2:
        raise UsageError("To set an environment variable, use `%set_env var val` or `%set_env var=val`")
    name, value = (part.strip() for part in parts)
    if any(letter.isspace() for letter in name):
        raise UsageError("refusing to set env var with whitespace: '%s'" % name)
    os.environ[name] = value
    print("env: %s=%s" % (name, value))


def line_pip(shell: Shell, line: str) -> None:
    """Runs pip for the environment that this cell runs in."""
    shell.system("pip " + line)  # the first on PATH is one that means this environment
    _forget_paths()
    print("Note: you may need to restart the kernel to use updated packages.")


def line_uv(shell: Shell, line: str) -> None:
    """Runs `uv` for the environment that this cell runs in; `uv pip` is `%pip`."""
    command, _, rest = line.strip().partition(" ")
    if command == "pip":
        line_pip(shell, rest)
    else:
        shell.system("uv " + line)


def line_conda(shell: Shell, line: str) -> None:
    """Runs conda, where the environment is one of conda's."""
    if not os.path.isdir(os.path.join(sys.prefix, "conda-meta")):
        raise UsageError("This environment is not one of conda's. `%pip` installs packages here.")
    shell.system('conda %s --prefix "%s"' % (line, sys.prefix))
    _forget_paths()


line_mamba = line_conda


def _forget_paths() -> None:
    import importlib

    importlib.invalidate_caches()  # what was installed now can be imported at once


def line_sx(shell: Shell, line: str) -> Any:
    """The lines that a command prints."""
    return shell.getoutput(line)


line_system = line_sx


def _run(command: str) -> Any:
    def magic(shell: Shell, line: str) -> None:
        shell.system("%s %s" % (command, line))

    magic.__doc__ = "Runs `%s` in a shell." % command
    return magic


line_ls = _run("ls -F --color" if sys.platform == "linux" else "ls -F -G")
line_ldir = _run("ls -F -o --color -d */" if sys.platform == "linux" else "ls -F -G -l -d */")
line_cat, line_cp, line_mv, line_rm = (_run(name) for name in ("cat", "cp", "mv", "rm"))
line_mkdir, line_rmdir = _run("mkdir"), _run("rmdir")


def line_alias(shell: Shell, line: str) -> None:
    """Makes a command a magic: `%alias NAME COMMAND`."""
    name, _, command = line.strip().partition(" ")
    if not command:
        raise UsageError("%alias takes a name and a command.")

    def run(rest: str) -> None:
        if "%l" in command:
            shell.system(command.replace("%l", rest))
        else:
            shell.system(_filled(name, command, rest))

    shell.register_magic_function(run, "line", name)


def _filled(name: str, command: str, rest: str) -> str:
    """A command with each `%s` replaced by a word, the other words behind it."""
    count, given = command.count("%s"), rest.split()
    if len(given) < count:
        raise UsageError("Alias <%s> requires %d arguments, %d given." % (name, count, len(given)))
    for word in given[:count]:
        command = command.replace("%s", word, 1)
    return "%s %s" % (command, " ".join(given[count:]) if count else rest)


def line_rehashx(shell: Shell, line: str) -> None:
    """Does nothing: commands are looked for when they run."""


def line_killbgscripts(shell: Shell, line: str) -> None:
    """Ends what `%%bash --bg` started."""
    late.load("magics.scripts").kill_all()


def line_bookmark(shell: Shell, line: str) -> None:
    """Bookmarks belong to IPython's own profile."""
    raise UsageError("A backend keeps no bookmarks; use a variable with the path.")

"""Makes a backend run a file as Python runs a script. Standard library only; what it sends is Python 3.8.

The text travels, not the path, so the backend need not see the file.
"""

from __future__ import annotations

import tokenize
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import UsageError

_FILE = "<beep run>"

# Its own names live in a namespace of their own; the script's in the session's `__main__`, as those of a script would.
_LAUNCHER = """
import linecache, os, sys
linecache.cache[path] = (len(text), None, text.splitlines(True), path)
argv, sys.argv = sys.argv, [path, *arguments]
folder = os.path.dirname(path)
sys.path.insert(0, folder)
main["__file__"] = path
try:
    exec(compile(text, path, "exec", dont_inherit=True), main)
finally:
    main.pop("__file__", None)
    sys.argv = argv
    if folder in sys.path:
        sys.path.remove(folder)
"""


def code_of(file: Path, arguments: Sequence[str]) -> str:
    """One line of Python that runs the file with `sys.argv`, `__file__` and `__name__` as a script has them.

    Raises:
        UsageError: the file is not Python text.
    """
    try:
        with tokenize.open(file) as opened:
            text = opened.read()
    except (SyntaxError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read as Python: {error}.", "Save it as UTF-8.") from error
    given = f"dict(main=globals(), text={text!r}, path={str(file.absolute())!r}, arguments={list(arguments)!r})"
    return f"exec(compile({_LAUNCHER!r}, {_FILE!r}, 'exec'), {given})"


def own_frames(traceback: Iterable[str]) -> list[str]:
    """The traceback without the frames that launched the script."""
    kept, is_ours = [], False
    for line in traceback:
        if line.startswith('  File "'):
            is_ours = line.startswith(('  File "<cell ', f'  File "{_FILE}"'))
        elif not line.startswith("    "):
            is_ours = False
        if not is_ours:
            kept.append(line)
    return kept

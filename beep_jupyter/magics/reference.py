"""Writes `docs/reference/magics.md` from the code: `python -m beep_jupyter.magics.reference > …`.

A test compares the file with what this makes, so the two cannot drift apart.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ..commands.cell import beep_eval
from ..commands.env import beep_env
from ..commands.reference import of_command
from ..commands.tree import beep
from ..environments.declared import KEYS

_HEAD = """# Magics

`%load_ext beep_jupyter` puts these into a notebook, `%unload_ext beep_jupyter` takes them out again. `{x}` and `$x`
are not expanded in their lines, and cells that begin with them, or with those two, stay in the notebook while
`%beep use` sends the others away. IPython calls a cell magic only where something stands below it, so `--help` wants
some text there too.

It is made from the code: `python -m beep_jupyter.magics.reference > docs/reference/magics.md`.
"""

_LINE = """### `%beep`

```
%beep COMMAND [ARGUMENT...]
```

Run a command of the tree, as `beep` does in a terminal. [Commands](commands.md) explains each; `%beep help COMMAND`
does in the notebook.
"""

_KEYS = """What the cell may say, in TOML; no key is needed, and paths count from the notebook's folder:

| key | value | meaning |
|---|---|---|"""
_KINDS = {str: "text", list: "list of texts", bool: "true or false"}


def markdown() -> str:
    """The whole page."""
    line = [_LINE, *_commands()]
    cells = [*of_command(beep_eval, "%%beep_eval"), *of_command(beep_env, "%%beep_env"), _KEYS, *_keys()]
    return "\n".join([_HEAD, "## On a line\n", *line, "## Above a cell\n", *cells]) + "\n"


def _commands() -> Iterator[str]:
    yield "| command | does |\n|---|---|"
    for commands in beep.topics.values():
        for command in commands:
            yield f"| `{command.name}` | {command.get_short_help_str(200)} |"
    yield ""


def _keys() -> Iterator[str]:
    for name, key in KEYS.items():
        yield f"| `{name}` | {_KINDS[key.kind]} | {key.meaning} |"


if __name__ == "__main__":
    sys.stdout.write(markdown())

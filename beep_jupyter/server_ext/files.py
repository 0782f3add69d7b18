"""Files that come as text in a body, for as long as they are needed. Runs in the Jupyter server and its jobs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

_NAMES = {"requirements": "requirements.txt", "lock": "pylock.toml"}  # uv tells a lock by its name


@contextmanager
def with_files(arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The arguments of a create with the paths of files for `requirements` and `lock`, which are texts in REST."""
    with ExitStack() as stack:
        given = [key for key in _NAMES if arguments.get(key)]
        yield arguments | {key: stack.enter_context(_file_of(_NAMES[key], arguments[key])) for key in given}


@contextmanager
def _file_of(name: str, content: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="beep-") as folder:
        path = Path(folder) / name
        path.write_text(content, encoding="utf-8")
        yield path

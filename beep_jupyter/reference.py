"""Writes `docs/reference/python.md` from the docstrings: `python -m beep_jupyter.reference > …`. Nothing imports it.

A test compares the file with what this makes, so the two cannot drift apart.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from . import errors, models
from .backends.backend import Backend
from .backends.handle import Handle
from .environments.manager import EnvironmentManager
from .manager import Beep
from .runtimes.manager import RuntimeManager

_HEAD = """# Python

`from beep_jupyter import Beep` gives the one object that commands, magics and REST are thin faces of. It needs no
notebook. Names of what is taken and returned are explained under [data](#data), errors under [errors](#errors).

It is made from the docstrings: `python -m beep_jupyter.reference > docs/reference/python.md`.
"""
_CLASSES: dict[str, tuple[str, type]] = {
    "Beep": ("beep", Beep),
    "Runtimes": ("beep.runtimes", RuntimeManager),
    "Environments": ("beep.environments", EnvironmentManager),
    "Backends and sessions": ("backend", Backend),
}
_DATA = ("Runtime", "Environment", "Progress", "Execution", "Receipt", "Completion", "Inspection", "Health")
_SECTION = re.compile(r"^(Args|Returns|Raises|Attributes):\n((?:    .*\n?|\n)*)", re.MULTILINE)
_TITLES = {"Args": "Takes", "Returns": "Returns", "Raises": "Raises", "Attributes": "Has"}
_ITEM = re.compile(r"^(?=\S)", re.MULTILINE)


def markdown() -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, (called, cls) in _CLASSES.items():
        parts += [f"## {title}\n", *_of_class(called, cls)]
    parts += ["## Data\n", *(_data(getattr(models, name)) for name in _DATA), _data(Handle)]
    return "\n".join([*parts, "## Errors\n", _errors()])


def _of_class(called: str, cls: type) -> Iterator[str]:
    yield _text(cls)
    for name in sorted(name for name in dir(cls) if not name.startswith("_")):
        member = inspect.getattr_static(cls, name)
        if inspect.isfunction(member):
            yield f"### `{called}.{name}`\n\n```text\n{called}.{name}{_signature(member)}\n```\n\n{_text(member)}"
        else:
            yield f"### `{called}.{name}`\n\n{_text(member)}"


class _Written:
    """An annotation that shows as it is written; quoted or not depends on the version of `inspect`."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _signature(function: Callable[..., Any]) -> str:
    """One line where it fits, else one line for each parameter."""
    signature = inspect.signature(function)
    parameters = [
        parameter.replace(annotation=_Written(parameter.annotation))
        for parameter in list(signature.parameters.values())[1:]
    ]
    kept = signature.replace(parameters=parameters, return_annotation=_Written(signature.return_annotation))
    if len(str(kept)) <= 90:
        return str(kept)
    texts = [str(parameter) for parameter in parameters]
    named_only = [index for index, parameter in enumerate(parameters) if parameter.kind is parameter.KEYWORD_ONLY]
    if named_only and not any(text.startswith("*") for text in texts):
        texts.insert(named_only[0], "*")
    return "\n".join(["(", *(f"    {text}," for text in texts), f") -> {kept.return_annotation}"])


def _text(thing: Any) -> str:
    """A docstring as Markdown: its sections become lists."""
    return _SECTION.sub(_section, inspect.cleandoc(thing.__doc__ or "") + "\n").strip() + "\n"


def _section(found: re.Match[str]) -> str:
    items = [" ".join(item.split()) for item in _ITEM.split(inspect.cleandoc(found[2])) if item.strip()]
    named = [re.sub(r"^([\w*, ]+?): ", _code, item) for item in items]
    return f"{_TITLES[found[1]]}:\n\n" + "".join(f"- {item}\n" for item in named) + "\n"


def _code(found: re.Match[str]) -> str:
    return ", ".join(f"`{name}`" for name in found[1].split(", ")) + ": "


def _data(cls: type) -> str:
    return f"### `{cls.__name__}`\n\n{_text(cls)}"


def _errors() -> str:
    """The tree and the sentences about it, as the module has them."""
    _, _, rest = inspect.cleandoc(errors.__doc__ or "").partition("\n    BeepError")
    tree, _, after = rest.partition("\n\n")
    lines = f"BeepError\n{inspect.cleandoc(tree)}\n"
    return f"They live in `beep_jupyter.errors`.\n\n```text\n{lines}```\n\n{after.strip()}\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())

"""An environment as a notebook declares it: the TOML below `%%beep_env NAME`, checked. Host's Python; runs nothing.

    python = "3.9"
    dependencies = ["pandas<1.4", "numpy<2"]

`KEYS` lists what else it may say; no key is needed. A declaration has a hash over all that it says, by which its lock
is known.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UsageError, nearest_match
from ..home import absolute_path
from ..names import check_name
from .requirements import RequirementsFile, is_path, parse_packages, read_requirements


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a declaration may have.

    Attributes:
        kind: what its value is.
        meaning: for the reference.
        example: what to write, for a value that cannot be meant.
    """

    kind: type
    meaning: str
    example: str


KEYS = {
    "python": Key(
        str,
        "A version, a runtime's id, or a path. A version that the machine has not is downloaded. Without it: the "
        "default runtime.",
        'Write it in quotation marks, such as `python = "3.9"`.',
    ),
    "dependencies": Key(
        list,
        "Packages, and paths of wheels and projects.",
        'Write a list of texts, such as `dependencies = ["pandas<1.4", "numpy<2"]`.',
    ),
    "requirements": Key(
        str,
        "The path of a requirements file.",
        'Write the path of a requirements file, such as `requirements = "requirements.txt"`.',
    ),
    "set": Key(str, "The name of a set of packages.", 'Write the name of one set, such as `set = "data-science"`.'),
    "dotnet": Key(bool, "Make .NET usable in it.", "Write `dotnet = true`, or leave it out."),
}
_MEANT = {"packages": "dependencies", "requires-python": "python", "version": "python"}  # what other files call them


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a notebook asks an environment to be.

    Attributes:
        python: as it was given; None takes the lock's, else the default runtime.
        dependencies: requirements as they were given, paths in full.
        requirements: the requirements file, read.
        set: the name of a set of packages; empty where none was given.
        dotnet: .NET is to be usable in it.
    """

    name: str
    python: str | None = None
    dependencies: tuple[str, ...] = ()
    requirements: RequirementsFile | None = None
    set: str = ""
    dotnet: bool = False

    @property
    def hash(self) -> str:
        """sha256 over all that is declared, hexadecimal; the order of requirements and blanks in them do not count."""
        # Not normalised as a spec's are: that imports packaging (40 ms), and a declaration is mostly unchanged.
        wanted = sorted({_contents(text) if is_path(text) else "".join(text.split()) for text in self.dependencies})
        text = self.requirements.text if self.requirements else ""
        return hashlib.sha256(json.dumps([self.python, wanted, text, self.set, self.dotnet]).encode()).hexdigest()

    def check(self) -> None:
        """Raises what would be raised for it by a build, as far as that can be told without one.

        Raises:
            UsageError: a dependency is no requirement.
        """
        parse_packages(self.dependencies)


def parse_declaration(name: str, text: str, folder: Path) -> Declaration:
    """Reads what stands below `%%beep_env NAME`.

    Args:
        folder: the notebook's; paths count from it.

    Raises:
        UsageError: it is no TOML, or says what cannot be meant; nothing was changed.
    """
    if check_name("environment", name) == "admin":
        raise UsageError("'admin' is the environment of beep-jupyter itself.", "Choose another name.")
    table = _load(name, text)
    for key, value in table.items():
        _check(name, key, value)
    requirements = table.get("requirements")
    return Declaration(
        name,
        _python(folder, table.get("python", "")),
        tuple(_from(folder, text) if is_path(text) else text for text in table.get("dependencies", [])),
        read_requirements(_from(folder, requirements)) if requirements else None,
        table.get("set", ""),
        table.get("dotnet", False),
    )


def _load(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"The declaration of environment '{name}' is not TOML: {error}.",
            'Write lines such as `python = "3.9"` and `dependencies = ["pandas<1.4"]`.',
        ) from None


def _check(name: str, key: str, value: Any) -> None:
    if key not in KEYS:
        meant = _MEANT.get(key) or nearest_match(key, KEYS)
        cure = f"Did you mean '{meant}'?" if meant else f"There are: {', '.join(KEYS)}."
        raise UsageError(f"The declaration of environment '{name}' has the unknown key '{key}'.", cure)
    texts = value if key == "dependencies" and isinstance(value, list) else []
    if not isinstance(value, KEYS[key].kind) or not all(isinstance(text, str) for text in texts):
        raise UsageError(f"In the declaration of environment '{name}', '{key}' cannot be {value!r}.", KEYS[key].example)


def _python(folder: Path, text: str) -> str | None:
    return (_from(folder, text) if os.sep in text else text) or None


def _from(folder: Path, text: str) -> str:
    """The full path of what counts from the notebook's folder."""
    return str(folder / text) if not text.startswith("~") else text


def _contents(path: str) -> str:
    """A wheel by its path and contents, so that a rebuilt one is another wish."""
    file = absolute_path(path)
    return f"{file}#{hashlib.sha256(file.read_bytes()).hexdigest()}" if file.is_file() else str(file)

"""What an environment was asked to be, so that the same wish can be recognised. Host's Python; no I/O.

A spec has a hash over everything that decides what is installed: the runtime, the packages (normalised, in any order),
the contents of the requirements file, of the lock and of the set. Two creates with equal hashes mean one environment.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Spec:
    """The parts of the hash.

    Attributes:
        python: the runtime's id.
        packages: requirements, normalised and sorted.
        requirements: the text of the requirements file and of those that it includes; empty where none was given.
        lock: sha256 of the lock; empty where none was given.
        set: the set's name; empty where none was given.
        set_packages: what that set held when the environment was built.
        without: names that were uninstalled afterwards though another part asks for them, or needs them.
        dotnet: .NET is to be usable in it.
        host: folders of the host that are importable in it; only the admin environment has some.
    """

    python: str
    packages: tuple[str, ...] = ()
    requirements: str = ""
    lock: str = ""
    set: str = ""
    set_packages: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    dotnet: bool = False
    host: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """sha256 over all parts, hexadecimal."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Spec:
        """The inverse of `asdict` after a journey through JSON, which knows no tuples."""
        parts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
        return cls(**parts)

    def with_installed(self, packages: Iterable[str]) -> Spec:
        """The spec after these requirements were installed as well; each replaces what was asked of its name."""
        added = {requirement_name(text): text for text in packages}
        kept = [text for text in self.packages if requirement_name(text) not in added]
        without = tuple(name for name in self.without if name not in added)
        return replace(self, packages=tuple(sorted({*kept, *added.values()})), without=without)

    def with_uninstalled(self, names: Iterable[str]) -> Spec:
        """The spec after the packages of these normalised names were uninstalled."""
        gone = set(names)
        kept = tuple(text for text in self.packages if requirement_name(text) not in gone)
        asked = {requirement_name(text) for text in self.packages} - self._names_of_other_parts()
        return replace(self, packages=kept, without=tuple(sorted({*self.without, *(gone - asked)})))

    def _names_of_other_parts(self) -> frozenset[str]:
        """What is asked for whether or not it is among the packages, as far as names tell."""
        own = ["pythonnet"] if self.dotnet else []
        return frozenset(own + [requirement_name(text) for text in self.set_packages])

    def differences(self, other: Spec) -> list[str]:
        """What this spec has that `other` has not, and the reverse, as parts of a sentence about this one."""
        found = [*self._package_differences(other)]
        if self.python != other.python:
            found.insert(0, f"it has {self.python}, not {other.python}")
        if self.set != other.set:
            found.append(f"it was made {self._from_set()}, not {other._from_set()}")
        elif self.set_packages != other.set_packages:
            found.append(f"the set '{self.set}' has changed since")
        if self.requirements != other.requirements:
            found.append(_file_difference("requirements file", self.requirements, other.requirements))
        if self.lock != other.lock:
            found.append(_file_difference("lock", self.lock, other.lock))
        if self.dotnet != other.dotnet:
            found.append(f"it was made {'with' if self.dotnet else 'without'} .NET")
        return found

    def _package_differences(self, other: Spec) -> Iterable[str]:
        if missing := sorted({*other.packages} - {*self.packages}):
            yield f"it was made without {_listed(missing)}"
        if more := sorted({*self.packages} - {*other.packages}):
            yield f"it was made with {_listed(more)}"
        if self.without != other.without:
            yield f"{_listed(sorted({*self.without} ^ {*other.without}))} was uninstalled"
        if self.host != other.host:
            yield "it belongs to another installation of beep-jupyter"

    def _from_set(self) -> str:
        return f"from the set '{self.set}'" if self.set else "from no set"


def requirement_name(text: str) -> str:
    """The normalised project name at the start of a requirement; the whole text for a path, which has none."""
    found = _NAME.match(text)
    return normalised_name(found.group()) if found else text


def normalised_name(name: str) -> str:
    """`Foo_Bar.baz` → `foo-bar-baz` (packaging.python.org, name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _file_difference(noun: str, mine: str, theirs: str) -> str:
    if mine and theirs:
        return f"its {noun} had other contents"
    return f"it was made {'from a' if mine else 'without the'} {noun}"


def _listed(texts: list[str]) -> str:
    shown = ", ".join(texts[:5])
    return f"{shown} and {len(texts) - 5} more" if len(texts) > 5 else shown

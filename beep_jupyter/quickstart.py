"""The two environments of the quickstart notebook, chosen to fit the Pythons of this machine. Host's Python; data only.

Their pandas are as far apart as those Pythons allow. What pandas publishes wheels for decides it:

    pandas 1.3.5   Python 3.8 to 3.10        pandas 2.x   3.9 and newer (2.0 also 3.8)
    pandas 1.5.3   Python 3.8 to 3.11        pandas 3.x   3.11 and newer
"""

from __future__ import annotations

from dataclasses import dataclass

from .models import Runtime
from .runtimes.versions import numbers_of

_DATA = "vega-datasets"  # carries its data with it, so that reading them needs no network


@dataclass(frozen=True, slots=True)
class DemoEnvironment:
    """What to build.

    Attributes:
        name: `demo-old` or `demo-new`.
        python: the id of a runtime.
        version: its version.
        packages: requirements; what decides the pandas comes first.
    """

    name: str
    python: str
    version: str
    packages: tuple[str, ...]


def two_environments(oldest: Runtime, newest: Runtime) -> tuple[DemoEnvironment, DemoEnvironment]:
    """An old pandas in the oldest Python and a new one in the newest.

    Args:
        oldest, newest: as `beep.runtimes.oldest_and_newest()` finds them; they may be the same.
    """
    old = _old_pandas(numbers_of(oldest.version)[:2])
    new = _new_pandas(numbers_of(newest.version)[:2])
    return (
        DemoEnvironment("demo-old", oldest.id, oldest.version, (*old, _DATA)),
        DemoEnvironment("demo-new", newest.id, newest.version, (new, "matplotlib", _DATA)),
    )


def _old_pandas(python: tuple[int, ...]) -> tuple[str, ...]:
    """The oldest pandas with a wheel; NumPy 2 would be resolved beside pandas 1, which then fails to import."""
    if python <= (3, 10):
        return ("pandas==1.3.5", "numpy<2")
    if python == (3, 11):
        return ("pandas==1.5.3", "numpy<2")
    return ("pandas>=2.2,<3",)


def _new_pandas(python: tuple[int, ...]) -> str:
    return "pandas>=3,<4" if python >= (3, 11) else "pandas>=2,<3"

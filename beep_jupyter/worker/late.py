"""Imports modules of this package after the start, when they are first needed. Runs in worker and host.

Their compiled form goes to the home's cache like that of the others, never beside the source: the package may be
read-only, and belongs to another Python.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_cache: str | None = None


def use_cache(folder: str) -> None:
    """Says where compiled modules of this package are kept."""
    global _cache
    _cache = folder


def load(name: str) -> ModuleType:
    """The module of this package called `name`."""
    full = __package__ + "." + name
    if full not in sys.modules:
        before = sys.pycache_prefix
        if _cache is not None:  # else in the host, where the package is installed like others
            sys.pycache_prefix = _cache
        try:
            __import__(full)
        finally:
            sys.pycache_prefix = before
    return sys.modules[full]

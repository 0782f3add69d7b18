"""The version, apart from the package itself so that layers below the surfaces can read it. Any process of the host."""

from __future__ import annotations

__version__ = "0.1.0"

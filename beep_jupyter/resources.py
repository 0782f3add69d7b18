"""Finds what lies beside the package in a checkout and inside it in a wheel. Any process of the host."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from .errors import ConfigurationError

PACKAGE = Path(__file__).resolve().parent


def find_folder(name: Literal["servers", "protos", "notebooks"]) -> Path:
    """The folder of that name: the checkout's for a checkout or an editable install, else the wheel's.

    The checkout comes first because an editable install holds stale copies.

    Raises:
        ConfigurationError: the installation is damaged.
    """
    checkout = PACKAGE.parent / name
    if (PACKAGE.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    packed = PACKAGE / f"_{name}"
    if packed.is_dir():
        return packed
    raise ConfigurationError(
        f"The installation of beep-jupyter lacks its folder '{name}'.",
        "Install it again: `pip install --force-reinstall beep-jupyter`.",
    )

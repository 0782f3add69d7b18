"""Which environments use a runtime. Host's Python; reads their pyvenv.cfg and knows nothing else of them."""

from __future__ import annotations

import os
import re
from pathlib import Path

_LAYOUTS = ("*/pyvenv.cfg", "*/*/pyvenv.cfg", "*/*/venv/pyvenv.cfg")


def environments_in(environments: Path, runtime: Path) -> list[str]:
    """Names of the environments whose interpreter lies in the runtime's folder, being built or ready.

    Args:
        environments: the home's folder of environments.
        runtime: the managed runtime's folder.
    """
    real = Path(os.path.realpath(runtime))
    configs = [config for layout in _LAYOUTS for config in environments.glob(layout)]
    return sorted({config.relative_to(environments).parts[0] for config in configs if _is_built_from(config, real)})


def _is_built_from(config: Path, runtime: Path) -> bool:
    try:
        text = config.read_text(errors="replace")
    except OSError:  # deleted meanwhile
        return False
    match = re.search(r"^home\s*=\s*(.+?)\s*$", text, re.MULTILINE)
    return match is not None and Path(os.path.realpath(match[1])).is_relative_to(runtime)

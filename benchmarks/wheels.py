"""Packages to build an environment from: small wheels and a lock of them, so that no registry is asked."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

COUNT, MODULES, MODULE_BYTES = 12, 40, 4096  # about what a numpy or two bring in files

_ENTRY = """
[[packages]]
name = "{name}"
version = "1.0"
archive = {{ path = "{path}", hashes = {{ sha256 = "{digest}" }} }}
"""


def make_lock(folder: Path) -> Path:
    """Writes wheels and a pylock.toml that lists them."""
    entries = []
    for number in range(COUNT):
        wheel = make_wheel(folder, f"package{number}")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        entries.append(_ENTRY.format(name=f"package{number}", path=wheel, digest=digest))
    lock = folder / "pylock.toml"
    lock.write_text('lock-version = "1.0"\ncreated-by = "benchmarks"\n' + "".join(entries))
    return lock


def make_wheel(folder: Path, name: str) -> Path:
    """One wheel of many small files."""
    info = f"{name}-1.0.dist-info"
    files = {f"{name}/module{number}.py": f"# {os.urandom(MODULE_BYTES // 2).hex()}\n" for number in range(MODULES)}
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: benchmarks\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path

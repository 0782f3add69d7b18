"""Generates the Python code of `beep.proto` into `beep_jupyter/backends/_proto/`: `python protos/generate.py [FOLDER]`.

The generator is grpcio-tools 1.64.3, in an environment of its own that is gone afterwards: its code loads on every
protobuf from 4.25 to 7.36, that of today's generator on none but the newest. Exit status: 0 done, 1 with uv's words.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from uv import find_uv_bin

PROTOS = Path(__file__).parent
TARGET = PROTOS.parent / "beep_jupyter" / "backends" / "_proto"
REQUIREMENTS = ("grpcio-tools==1.64.3", "setuptools<81")  # which still has the pkg_resources that this one imports
PYTHON = "3.11"  # the newest that grpcio-tools 1.64.3 has wheels for is 3.12


def generate(target: Path) -> None:
    """Writes the generated modules into a folder that exists.

    Raises:
        subprocess.CalledProcessError: the generator cannot be installed, or refuses the file; its words are in stderr.
    """
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        _run(find_uv_bin(), "venv", "--quiet", "--no-project", "--python", PYTHON, folder)
        _run(find_uv_bin(), "pip", "install", "--quiet", "--python", str(python), *REQUIREMENTS)
        outputs = [f"--{kind}_out={target}" for kind in ("python", "pyi", "grpc_python")]
        _run(str(python), "-W", "ignore", "-m", "grpc_tools.protoc", f"-I{PROTOS}", *outputs, "beep.proto")
    stubs = target / "beep_pb2_grpc.py"
    text = stubs.read_text(encoding="utf-8")
    stubs.write_text(re.sub(r"^import beep_pb2 as", "from . import beep_pb2 as", text, flags=re.M), encoding="utf-8")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


if __name__ == "__main__":
    try:
        generate(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.stderr)

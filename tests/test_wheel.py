"""What users install: the wheel holds all of the package and the three folders beside it, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

import beep_jupyter

CHECKOUT = Path(__file__).parents[1]
INFO = f"beep_jupyter-{beep_jupyter.__version__}.dist-info"
PACKED = {"servers": "_servers", "protos": "_protos", "notebooks": "_notebooks"}
DATA = f"beep_jupyter-{beep_jupyter.__version__}.data"
ENABLING = f"{DATA}/data/etc/jupyter/jupyter_server_config.d/beep_jupyter.json"
LEFT_OUT = {".pyc"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.iterdir()
    assert path.name == f"beep_jupyter-{beep_jupyter.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(path) as opened:
        yield opened


def files_below(folder: Path) -> list[str]:
    """Relative paths of the files below a folder that belong to the project."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in LEFT_OUT)
    return [path.relative_to(folder).as_posix() for path in files if ".ipynb_checkpoints" not in path.parts]


def test_the_wheel_holds_exactly_the_package_and_its_three_folders(wheel: zipfile.ZipFile) -> None:
    expected = {f"beep_jupyter/{name}" for name in files_below(CHECKOUT / "beep_jupyter")}
    for folder, packed in PACKED.items():
        expected |= {f"beep_jupyter/{packed}/{name}" for name in files_below(CHECKOUT / folder)}
    expected.add(ENABLING)
    assert {name for name in wheel.namelist() if not name.startswith(INFO)} == expected


def test_the_wheel_puts_one_package_beside_its_description(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert {name.split("/")[0] for name in names} == {"beep_jupyter", INFO, DATA}
    folders = {name.split("/")[1] for name in names if name.startswith("beep_jupyter/") and name.count("/") > 1}
    source = {path.parent.name for path in (CHECKOUT / "beep_jupyter").glob("*/__init__.py")}
    assert folders == {*source, *PACKED.values()}


@pytest.mark.parametrize(
    "name",
    [
        "_servers/pipe_server.py",
        "_protos/README.md",
        "_protos/beep.proto",
        "_notebooks/01-quickstart.ipynb",
        "_notebooks/admin.ipynb",
        "worker/boot.py",
        "environments/sets/data-science.toml",
        "py.typed",
        "server_ext/openapi.yaml",
    ],
)
def test_what_is_found_by_path_is_in_the_wheel(wheel: zipfile.ZipFile, name: str) -> None:
    assert f"beep_jupyter/{name}" in wheel.namelist()


def test_the_wheel_holds_no_tests_and_nothing_compiled(wheel: zipfile.ZipFile) -> None:
    files = [name.rpartition("/")[2] for name in wheel.namelist()]
    assert [name for name in files if name.startswith(("test_", "conftest")) or name.endswith((".pyc", ".so"))] == []


def test_the_wheel_offers_the_command_and_names_its_python(wheel: zipfile.ZipFile) -> None:
    assert wheel.read(f"{INFO}/entry_points.txt").decode().split("\n")[:2] == [
        "[console_scripts]",
        "beep = beep_jupyter.cli.main:main",
    ]
    metadata = Parser().parsestr(wheel.read(f"{INFO}/METADATA").decode())
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Version"] == beep_jupyter.__version__
    assert f"{INFO}/licenses/LICENSE" in wheel.namelist()


def test_the_wheel_needs_neither_an_index_of_its_own_nor_a_path(wheel: zipfile.ZipFile) -> None:
    metadata = Parser().parsestr(wheel.read(f"{INFO}/METADATA").decode())
    assert [line for line in metadata.get_all("Requires-Dist", []) if "@" in line or "://" in line] == []

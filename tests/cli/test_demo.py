"""`beep demo` as a person runs it: in an empty folder, with a home that nobody has used. It runs whole only once."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from beep_jupyter import Beep
from beep_jupyter.cli import demo as demo_module
from beep_jupyter.cli.main import main

CHECKOUT = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "beep_jupyter", "demo"]
PNG = b"\x89PNG\r\n\x1a\n"
ENDS_WITHIN_S = 2.0

pytestmark = [pytest.mark.timeout(240), pytest.mark.filterwarnings("ignore::ResourceWarning")]


@dataclass(frozen=True)
class Place:
    """A home, an empty folder to be in, and the variables of a terminal there."""

    home: Path
    folder: Path
    variables: dict[str, str]

    @property
    def kept(self) -> Path:
        return self.home / "demo"

    def processes(self) -> list[str]:
        """Whatever runs with this home: kernels, servers, workers and what they started."""
        return [text for process in psutil.process_iter() if (text := self._text_of_ours(process))]

    def _text_of_ours(self, process: psutil.Process) -> str:
        try:
            is_ours = process.environ().get("BEEP_HOME") == str(self.home) and process.pid != os.getpid()
            return f"{process.pid}: {' '.join(process.cmdline())}" if is_ours else ""
        except psutil.Error:
            return ""


@dataclass(frozen=True)
class Ran:
    """The whole demo, and what it left."""

    place: Place
    status: int
    out: str
    err: str
    processes: list[str]

    @property
    def cells(self) -> dict[str, nbformat.NotebookNode]:
        notebook = nbformat.read(self.place.kept / "quickstart-executed.ipynb", as_version=4)
        return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    root = Path(tempfile.mkdtemp(prefix="beep-"))
    folder = root / "empty"
    folder.mkdir()
    own = {"BEEP_HOME": str(root / "home"), "JUPYTER_RUNTIME_DIR": str(root / "run"), "PYTHONPATH": str(CHECKOUT)}
    yield Place(root / "home", folder, {**os.environ, **own, "IPYTHONDIR": str(root / "ipython")})
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def ran(place: Place) -> Ran:
    done = subprocess.run(
        DEMO, cwd=place.folder, env=place.variables, capture_output=True, text=True, timeout=200, check=False
    )
    return Ran(place, done.returncode, done.stdout, done.stderr, place.processes())


@pytest.fixture
def in_place(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> Place:
    """This process in that home, whose environments are built."""
    for name in ("BEEP_HOME", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, ran.place.variables[name])
    return ran.place


def printed(cell: nbformat.NotebookNode) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def test_the_demo_succeeds_and_leaves_nothing_running(ran: Ran) -> None:
    assert ran.status == 0, ran.out + ran.err
    assert ran.processes == []


def test_it_says_step_by_step_what_it_does(ran: Ran) -> None:
    headings = [line for line in ran.out.splitlines() if line and not line.startswith(" ")]
    assert headings[1:9] == [
        "Before the notebook: its environments",
        "One data set, two pandas",
        "Build two environments",
        "Start backends",
        "Read the data in both",
        "Analyse them in both",
        "Compare",
        "Draw a picture",
    ]
    for title in ("%beep start pipe --venv demo-old", "%%beep_eval demo-old", "%%beep_eval demo-draw -i old_mileage"):
        assert re.search(rf"^  \[\d+\] {re.escape(title)}.* \d+\.\d s$", ran.out, re.MULTILINE), title
    assert re.search(r"^  demo-old: Python 3\.\d+\.\d+ with pandas", ran.out, re.MULTILINE)
    assert re.search(r"^      \[a picture: PNG, \d+(\.\d)? KiB\]$", ran.out, re.MULTILINE)
    assert re.search(r"^All of this took \d+ s, and nothing of it runs on\.$", ran.out, re.MULTILINE)


def test_progress_of_the_builds_goes_to_stderr(ran: Ran) -> None:
    assert "Making environment 'demo-old'" in ran.err
    assert "Traceback" not in ran.err


def test_it_names_what_it_keeps_and_writes_nothing_into_the_current_folder(ran: Ran) -> None:
    for name in ("quickstart-executed.ipynb", "mileage.png"):
        assert f"  {ran.place.kept / name}\n" in ran.out
    assert (ran.place.kept / "mileage.png").read_bytes().startswith(PNG)
    assert list(ran.place.folder.iterdir()) == []


def test_the_kernel_is_this_interpreter_with_this_home(ran: Ran) -> None:
    spec = json.loads((ran.place.kept / "jupyter/kernels/python3/kernel.json").read_text())
    assert spec["argv"][:3] == [sys.executable, "-m", "ipykernel_launcher"]
    assert spec["env"]["BEEP_HOME"] == str(ran.place.home)
    assert sorted(path.name for path in (ran.place.home / "environments").iterdir()) == ["demo-new", "demo-old"]


def test_both_pandas_read_the_same_cars(ran: Ran) -> None:
    pattern = r"Python (3\.\d+\.\d+), pandas (\d+)\.\S+: 406 cars\n"
    old, new = (re.fullmatch(pattern, printed(ran.cells[id])) for id in ("read-old", "read-new"))
    assert old is not None
    assert new is not None
    assert int(old[2]) < int(new[2])
    usable = [runtime.version for runtime in Beep(ran.place.home).runtimes.oldest_and_newest()]
    assert [old[1], new[1]] == usable
    assert "text/html" in ran.cells["read-new"].outputs[-1].data


def test_the_numbers_are_equal_and_the_behaviour_is_not(ran: Ran) -> None:
    lines = printed(ran.cells["compare"]).splitlines()
    assert lines[0] == "36 means are equal, such as 35.4 for Japan in 1980."
    rows = [re.split(r"  +", line) for line in lines[3:]]
    assert [row[0] for row in rows] == [
        "a column of text is",
        "a column of dates is",
        "DataFrame.append exists",
        "gaps left after fillna()",
    ]
    assert any(old != new for _, old, new in rows)


def test_only_the_cell_that_is_tagged_so_raises_and_it_looks_local(ran: Ran) -> None:
    raising = {id: cell for id, cell in ran.cells.items() if any("ename" in output for output in cell.outputs)}
    assert list(raising) == ["error"]
    (error,) = raising["error"].outputs
    assert (error.ename, error.evalue) == ("AttributeError", "'DataFrame' object has no attribute 'append'")
    shown = click.unstyle("\n".join(error.traceback))
    assert "cars.append(cars.head(1))  # gone since pandas 2" in shown
    assert "beep_jupyter" not in shown


def test_the_figure_is_shown_at_the_end_of_its_cell(ran: Ran) -> None:
    shown = ran.cells["draw"].outputs
    assert [output.output_type for output in shown] == ["display_data"]
    assert shown[0].data["text/plain"] == "<Figure size 700x360 with 1 Axes>"
    assert "image/png" in shown[0].data


def test_status_shows_a_backend_of_each_kind_and_stop_ends_them(ran: Ran) -> None:
    table = ran.cells["status"].outputs[0].data["text/plain"].splitlines()
    assert [line.split()[:4] for line in table[1:]] == [
        ["demo-draw", "grpc", "demo-new", "idle"],
        ["demo-new", "http", "demo-new", "idle"],
        ["demo-old", "pipe", "demo-old", "idle"],
    ]
    stopped = [f"Backend '{name}' is stopped.\n" for name in ("demo-old", "demo-new", "demo-draw")]
    assert printed(ran.cells["stop"]) == "".join(stopped)


def test_ctrl_c_ends_it_at_once_and_leaves_nothing_running(ran: Ran) -> None:
    place = ran.place
    kept = (place.kept / "quickstart-executed.ipynb").read_bytes()
    process = subprocess.Popen(
        DEMO, cwd=place.folder, env=place.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    read_until(process, b"[5] %%beep_eval demo-new")
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Error" not in err
    while place.processes() and time.monotonic() < begun + ENDS_WITHIN_S:
        time.sleep(0.05)
    assert place.processes() == []
    assert (place.kept / "quickstart-executed.ipynb").read_bytes() == kept


def read_until(process: subprocess.Popen[bytes], text: bytes) -> None:
    """Reads its stdout as far as `text`."""
    assert process.stdout is not None
    seen = b""
    while text not in seen:
        part = process.stdout.read(100)
        assert part, seen.decode()
        seen += part


def test_a_cell_that_fails_is_shown_with_its_error_and_is_1(
    in_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cells = [new_markdown_cell("# A title"), new_code_cell("x = 0\n1 / x"), new_code_cell("print('not reached')")]
    nbformat.write(new_notebook(cells=cells), tmp_path / demo_module.NOTEBOOK)
    monkeypatch.setattr(demo_module, "find_folder", lambda name: tmp_path)
    executed = in_place.kept / "quickstart-executed.ipynb"
    kept = executed.read_bytes()
    status = main(["demo"])
    seen, now = capfd.readouterr(), nbformat.read(executed, as_version=4)
    executed.write_bytes(kept)
    assert status == 1
    assert "Cell [1] failed:\n      x = 0\n      1 / x\n" in seen.err
    assert seen.err.endswith("ZeroDivisionError: division by zero\n")
    assert "\x1b" not in seen.err
    assert "\nA title\n  [1] x = 0 " in seen.out
    assert f"  {executed}\n" in seen.out
    assert (now.cells[1].outputs[0].ename, now.cells[2].outputs) == ("ZeroDivisionError", [])


def test_lab_without_jupyterlab_says_how_to_get_it(home, monkeypatch, capfd) -> None:
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    assert main(["demo", "--lab"]) == 1
    assert capfd.readouterr().err == (
        "Error: JupyterLab is not installed.\nHint: Install it: `pip install 'beep-jupyter[lab]'`.\n"
    )


STAND_IN = """
import json, os, sys
from jupyter_client.kernelspec import get_kernel_spec
spec = get_kernel_spec("python3")
print(json.dumps([sys.argv[1:], spec.argv, spec.env["BEEP_HOME"], os.environ["BEEP_HOME"]]))
"""


def test_lab_opens_a_copy_of_the_user_s_own_in_this_interpreter(home, tmp_path: Path) -> None:
    """What runs in JupyterLab's place tells what JupyterLab would have been told."""
    (tmp_path / "jupyterlab").mkdir()
    (tmp_path / "jupyterlab/__init__.py").touch()
    (tmp_path / "jupyterlab/__main__.py").write_text(STAND_IN)
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(CHECKOUT)])}
    own = home.root / "demo/quickstart.ipynb"
    for text in ("", "my own work"):
        if text:
            own.write_text(text)
        done = subprocess.run([*DEMO, "--lab"], cwd=tmp_path, env=variables, capture_output=True, text=True, check=True)
        assert done.stdout.startswith(f"Opening {own}, your own copy of the notebook;")
        arguments, argv, *homes = json.loads(done.stdout.splitlines()[1])
        assert (arguments, argv[0], homes) == ([str(own)], sys.executable, [str(home.root)] * 2)
        assert own.read_text() == (text or (CHECKOUT / "notebooks" / demo_module.NOTEBOOK).read_text())

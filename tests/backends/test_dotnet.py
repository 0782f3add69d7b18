"""Cells that use .NET: a real runtime, unpacked into the home, and an assembly that is compiled here."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from beep_jupyter import Beep
from beep_jupyter.backends.backend import Backend
from beep_jupyter.backends.handle import Handle
from beep_jupyter.cli.main import main
from beep_jupyter.environments import dotnet
from beep_jupyter.errors import ExecutionError
from tests.interpreters import NEWEST, SUPPORTED, Interpreter

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

WANTED = [found for found in SUPPORTED if found.pair in ((3, 9), (3, 13))] or [NEWEST]

SOURCE = """
namespace Counting {
    public class Counter {
        public int Total;
        public int Add(int a, int b) { Total += a + b; return Total; }
        public void Fail(string why) { throw new System.InvalidOperationException(why); }
    }
}
"""


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counting.dll."""
    compiler = shutil.which("mcs")
    if compiler is None:
        pytest.skip("no C# compiler: apt-get install --no-install-recommends mono-mcs")
    folder = tmp_path_factory.mktemp("assembly")
    (folder / "counting.cs").write_text(SOURCE)
    subprocess.run([compiler, "-target:library", "-out:Counting.dll", "counting.cs"], cwd=folder, check=True)
    return folder / "Counting.dll"


@pytest.fixture(scope="module")
def beep(assembly: Path) -> Iterator[Beep]:
    """A home of its own on a machine where no .NET is installed, so that one has to be unpacked."""
    root = Path(tempfile.mkdtemp(prefix="beep-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BEEP_HOME", str(root / "home"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(root / "run"))
        for name in ("DOTNET_ROOT", "PYTHONNET_RUNTIME", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"):
            patch.delenv(name, raising=False)
        patch.setattr(dotnet, "_REGISTERED", root / "nowhere")
        patch.setattr(dotnet, "_USUAL", ())
        patch.setattr(dotnet.shutil, "which", lambda *args, **options: None)
        yield Beep()
    shutil.rmtree(root)


@pytest.fixture(scope="module", params=WANTED, ids=lambda found: found.version)
def backend(beep: Beep, assembly: Path, request: pytest.FixtureRequest) -> Iterator[Backend]:
    """A backend that has loaded the assembly."""
    python: Interpreter = request.param
    made = beep.environments.create(f"net{python.pair[1]}", python=python.path, dotnet=True)
    with beep.start("pipe", made.name) as running:
        running.put(path=str(assembly))
        running.execute("import clr\nclr.AddReference(path)\nfrom Counting import Counter")
        yield running


def test_a_cell_calls_an_assembly_in_the_runtime_that_was_unpacked(backend: Backend, beep: Beep) -> None:
    assert backend.evaluate("Counter().Add(2, 3)") == 5
    assert backend.evaluate("from System import Environment; Environment.Version.ToString()") == "8.0.4"
    root = backend.evaluate("import os; os.environ['DOTNET_ROOT']")
    assert root == str(beep.home / "dotnet/8.0.4")
    assert backend.evaluate("import shutil; shutil.which('dotnet')") == f"{root}/dotnet"


def test_the_package_that_it_came_in_is_not_in_the_environment(backend: Backend, beep: Beep) -> None:
    packages = [text.partition("==")[0] for text in beep.environments.get(backend.environment).packages]
    assert packages == ["cffi", "clr-loader", "pycparser", "pythonnet"]


def test_an_exception_of_net_is_an_execution_error(backend: Backend) -> None:
    with pytest.raises(ExecutionError) as caught:
        backend.evaluate("Counter().Fail('on purpose')")
    assert caught.value.ename == "InvalidOperationException"
    assert caught.value.evalue.splitlines()[0] == "on purpose"
    assert "Counter().Fail('on purpose')" in "\n".join(caught.value.traceback)
    assert backend.evaluate("1 + 1") == 2


def test_objects_of_net_stay_as_handles_that_can_be_used(backend: Backend) -> None:
    counter = backend.create("Counting", "Counter")
    assert isinstance(counter, Handle)
    assert counter.type_name == "Counting.Counter"
    assert "Counter object" in counter.preview
    assert backend.call(counter, "Add", 2, 3) == 5
    backend.setattr(counter, "Total", 40)
    assert backend.call(counter, "Add", 1, 1) == backend.getattr(counter, "Total") == 42


def test_what_net_prints_is_an_output_in_its_place(backend: Backend) -> None:
    code = "from System import Console\nprint('one')\nConsole.WriteLine('two')\nprint('three')"
    outputs = backend.execute(code).outputs
    assert "".join(output["text"] for output in outputs) == "one\ntwo\nthree\n"


def test_an_interrupt_still_reaches_python_after_net_has_used_the_console(backend: Backend) -> None:
    backend.execute("from System import Console\nConsole.WriteLine('')")
    with pytest.raises(ExecutionError) as caught:
        backend.execute("print('begun', flush=True)\nwhile True: pass", on_output=lambda output: backend.interrupt())
    assert caught.value.ename == "KeyboardInterrupt"
    assert backend.evaluate("Counter().Add(2, 3)") == 5


def test_the_example_of_the_documentation_works(backend: Backend, capfd: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[2] / "docs/how-to/dotnet.md"
    example = page.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    exec(example.replace('"net"', repr(backend.environment)).replace("start(", "start(name='example', "), {})
    handle, text = capfd.readouterr().out.splitlines()
    assert "System.DateTime" in handle
    assert text == "2025-02-28"


def test_doctor_starts_the_runtime(backend: Backend, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", backend.environment]) == 0
    said = capfd.readouterr().out
    assert f".NET 8.0.4 at {Beep().home}/dotnet/8.0.4/shared/Microsoft.NETCore.App/8.0.4/ starts." in said


@pytest.mark.parametrize(
    ("taken_away", "said"),
    [
        (
            "",
            "no .NET 6 or newer was found. Ask for it again, which unpacks one: `beep venv create {name} ... --dotnet`",
        ),
        (
            "shared/Microsoft.NETCore.App/8.0.4/System.Private.CoreLib.dll",
            "Set DOTNET_ROOT to another .NET than {root}",
        ),
    ],
    ids=["all", "a part"],
)
def test_doctor_names_a_runtime_that_is_gone_or_does_not_start(
    backend: Backend, beep: Beep, capfd: pytest.CaptureFixture[str], taken_away: str, said: str
) -> None:
    root = beep.home / "dotnet/8.0.4"
    part = root / taken_away
    part.rename(beep.home / "gone")
    status = main(["doctor", backend.environment])
    (beep.home / "gone").rename(part)
    shown = " ".join(capfd.readouterr().out.split())
    assert status == 1
    assert f"FAILED .NET of {backend.environment}" in shown
    assert said.format(name=backend.environment, root=root) in shown

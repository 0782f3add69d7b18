"""The layers, and what each part may import, print and weigh."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interpreters import TOO_OLD, Interpreter, found

CHECKOUT = Path(__file__).parents[1]
PACKAGE = CHECKOUT / "beep_jupyter"
WORKER = PACKAGE / "worker"
# Used when matplotlib is there, or asked for.
IN_MATPLOTLIB = ("inline_figures", "inline_settings", "stand_ins")
SERVERS = CHECKOUT / "servers"
GENERATED = PACKAGE / "backends" / "_proto"
SOURCES = sorted(path for path in [*PACKAGE.rglob("*.py"), *SERVERS.glob("*.py")] if path.parent != GENERATED)
SURFACES = ("cli", "magics")
OLDEST_WORKER = (3, 8)
MAX_LINES = 400

HEAVY = {
    "IPython",
    "click",
    "fastapi",
    "filelock",
    "grpc",
    "httpx",
    "ipywidgets",
    "numpy",
    "platformdirs",
    "rich",
    "uv",
}

# What the modules of each transport may import beside the standard library; those without a prefix serve all three.
LIBRARIES = {
    "": set(),
    "http": {"fastapi", "h11", "pydantic", "starlette", "uvicorn"},
    "grpc": {"google", "grpc", "grpc_health", "grpc_reflection"},
}
LATE = {"psutil"}  # imported where it is needed
JOBS = {"venv_job"}  # programs of their own, which import the whole of the host's side

COMPILE_EACH = """
import sys
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        compile(file.read(), path, "exec", dont_inherit=True)
"""


def named(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def prefix_of(server: Path) -> str:
    """The transport that a server's module belongs to; empty for what all three share."""
    return next((kind for kind in ("http", "grpc") if kind in server.stem.split("_")), "")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(level, module) of every import statement, wherever it stands."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


def modules_after(statement: str) -> set[str]:
    """The modules that a statement imports in a fresh Python, beyond what that imports itself."""
    program = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); before = set(sys.modules); {statement}; "
        "new = sorted(set(sys.modules) - before); import json; print(json.dumps(new))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_imports_only_point_down() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Contracts: 4 kept, 0 broken." in done.stdout


def test_every_module_says_what_it_is_for() -> None:
    silent = [named(path) for path in SOURCES if path.stat().st_size and not ast.get_docstring(parsed(path))]
    assert silent == []


def test_no_module_is_too_long() -> None:
    paths = [*SOURCES, *(CHECKOUT / "tests").rglob("*.py")]
    limits = {path: MAX_LINES if path in SOURCES else 2 * MAX_LINES for path in paths}
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert {named(path): length for path, length in lengths.items() if length > limits[path]} == {}


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [named(path) for path in SOURCES if path.stem in drawers] == []


def test_only_surfaces_and_magics_print() -> None:
    surfaces = [*(PACKAGE / name for name in SURFACES), WORKER / "magics"]
    others = [path for path in SOURCES if not any(path.is_relative_to(surface) for surface in surfaces)]
    calls = [(path, node) for path in others for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    printing = [(path, node) for path, node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]
    assert [f"{named(path)}:{node.lineno}" for path, node in printing] == []


def test_importing_the_package_imports_nothing_else() -> None:
    assert modules_after("import beep_jupyter") == {"__future__", "beep_jupyter", "beep_jupyter.version"}


def test_the_manager_is_there_without_what_its_parts_need() -> None:
    new = modules_after("from beep_jupyter import Beep")
    assert new & {"IPython", "click", "fastapi", "grpc", "httpx", "ipywidgets", "numpy", "rich", "uv"} == set()


def test_nobody_imports_the_servers() -> None:
    programs = {"servers", *(path.stem for path in SERVERS.glob("*.py"))}
    importing = {
        named(path): module
        for path in PACKAGE.rglob("*.py")
        for level, module in imports_of(path)
        if level == 0 and module.split(".")[0] in programs
    }
    assert importing == {}


@pytest.mark.parametrize(("prefix", "libraries"), list(LIBRARIES.items()), ids=list(LIBRARIES))
def test_servers_share_the_standard_library_and_add_what_their_transport_needs(
    prefix: str, libraries: set[str]
) -> None:
    ours = {path.stem for path in SERVERS.glob("*.py")} | {"beep_jupyter"}
    foreign = {
        f"{named(path)}: {module}"
        for path in SERVERS.glob("*.py")
        for _, module in imports_of(path)
        if prefix_of(path) == prefix and module.split(".")[0] not in sys.stdlib_module_names | ours | libraries | LATE
    }
    assert foreign == set()


def test_what_all_servers_import_of_the_package_is_light() -> None:
    statements = {
        f"import {module}"
        for path in SERVERS.glob("*.py")
        for _, module in imports_of(path)
        if prefix_of(path) == "" and path.stem not in JOBS and module.startswith("beep_jupyter")
    }
    assert statements
    assert modules_after("; ".join(sorted(statements))) & {*HEAVY, "asyncio", "typing", "dataclasses"} == set()


def depth(path: Path) -> int:
    """The most dots of a relative import that stays in the worker's package."""
    return len(path.relative_to(WORKER).parts)


def test_the_worker_imports_the_standard_library_and_itself_only() -> None:
    outside = [
        f"{named(path)}: {'.' * level}{module}"
        for path in sorted(WORKER.rglob("*.py"))
        for level, module in imports_of(path)
        if (level > depth(path) if level else module.split(".")[0] not in sys.stdlib_module_names)
        and not (path.stem in IN_MATPLOTLIB and module.split(".")[0] == "matplotlib")
    ]
    assert outside == []


@pytest.mark.parametrize("path", sorted(WORKER.rglob("*.py")), ids=lambda path: path.stem)
def test_the_worker_is_written_in_the_oldest_syntax(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=OLDEST_WORKER)


def test_the_worker_compiles_under_the_oldest_python() -> None:
    oldest = next((interpreter for interpreter in found() if interpreter.pair == OLDEST_WORKER), None)
    if oldest is None:
        pytest.skip("no Python 3.8 is installed here; its syntax was checked by the parser of this one")
    subprocess.run([oldest.path, "-c", COMPILE_EACH, *map(str, WORKER.rglob("*.py"))], check=True)


@pytest.mark.parametrize("interpreter", TOO_OLD, ids=lambda interpreter: interpreter.version)
def test_a_python_too_old_for_a_worker_refuses_in_a_sentence(interpreter: Interpreter, tmp_path: Path) -> None:
    command = [str(interpreter.path), str(WORKER / "boot.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == f"Python {interpreter.version} is too old for a worker: 3.8 or newer is needed.\n"
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from beep_jupyter.commands.reference import markdown
from beep_jupyter.commands.tree import beep
from beep_jupyter.errors import UsageError
from tests.speed import run_python, times_longer

RUNNING = "start status logs interrupt restart stop adopt docs eval run use"
TOP = f"init list remove venv env {RUNNING} panel config doctor completion help demo"
VENV = "create clone admin list status install uninstall delete lock export"


def test_the_tree_holds_every_command_of_the_interface() -> None:
    assert set(beep.commands) == {*TOP.split(), "runtimes"}
    assert set(beep.commands["venv"].commands) == set(VENV.split())
    assert set(beep.commands["env"].commands) == {"sync"}


def test_every_command_and_option_is_explained_in_one_line_that_is_not_cut() -> None:
    for command in _commands(beep):
        short = command.get_short_help_str(62)
        assert short.endswith("."), command.name
        assert "..." not in short, command.name
        assert all(option.help for option in command.params if isinstance(option, click.Option)), command.name


def _commands(group: click.Group):
    for command in group.commands.values():
        yield command
        if isinstance(command, click.Group):
            yield from _commands(command)


def test_reference_page_says_what_the_tree_says() -> None:
    page = Path(__file__).parents[2] / "docs/reference/commands.md"
    assert page.read_text() == markdown(), "run: python -m beep_jupyter.commands.reference > docs/reference/commands.md"


@pytest.mark.parametrize(
    ("arguments", "what", "cure"),
    [
        (("strat",), "No command is called '%beep strat'.", "Did you mean `%beep start`?"),
        (("zzz",), "No command is called '%beep zzz'.", "`%beep --help` lists all commands."),
        (("venv", "lst"), "No command is called '%beep venv lst'.", "Did you mean `%beep venv list`?"),
        (("list", "--jsn"), "No such option '--jsn'.", "Did you mean --json?"),
        (("remove",), "Missing argument 'RUNTIME'.", "`%beep remove --help` shows what it takes."),
        (("start", "htp"), "No kind of backend is called 'htp'.", "Did you mean 'http'?"),
        (("start", "carrier"), "No kind of backend is called 'carrier'.", "There are: pipe, http and grpc."),
        (("start", "http", "--backend", "rpc"), "The backend cannot be both http and grpc.", "Name its kind once."),
        (
            ("start", "--port", "8000"),
            "A pipe backend has no port.",
            "Leave --port out, or start an http or grpc backend.",
        ),
        (
            ("start", "http", "--port", "70000"),
            "Invalid value for '--port': 70000 is not in the range 0<=x<=65535.",
            "`%beep start --help` shows what it takes.",
        ),
        (("stop",), "`stop` needs either names or --all.", "`%beep status` lists what runs."),
        (("stop", "a", "--all"), "`stop` needs either names or --all.", "`%beep status` lists what runs."),
        (("use", "a"), "`use` works in a notebook only.", "There: `%load_ext beep_jupyter`, then `%beep use NAME`."),
        (("panel",), "`panel` works in a notebook only.", "There: `%load_ext beep_jupyter`, then `%beep panel`."),
        (("demo",), "`demo` works in a terminal only.", "Type `beep demo` there."),
        (("help", "strat"), "No command is called '%beep strat'.", "Did you mean `%beep start`?"),
        (("help", "stop", "it"), "`%beep stop` has no further commands.", "`%beep stop --help` shows what it takes."),
        (("config", "runtime.defalt"), "There is no setting 'runtime.defalt'.", "Did you mean 'runtime.default'?"),
        (
            ("completion", "tcsh"),
            "Invalid value for '{bash|zsh|fish}': 'tcsh' is not one of 'bash', 'zsh', 'fish'.",
            "`%beep completion --help` shows what it takes.",
        ),
    ],
)
def test_wrong_usage_gets_a_sentence_and_a_cure(run, arguments: tuple[str, ...], what: str, cure: str) -> None:
    with pytest.raises(UsageError) as refused:
        run(*arguments)
    assert (refused.value.what, refused.value.cure) == (what, cure)


@pytest.mark.parametrize("spelling", ["HTTP", "Http", "rpc", "Rpc", "GRPC", "pipe", "Pipe"])
def test_kinds_are_accepted_in_any_case_and_rpc_means_grpc(spelling: str) -> None:
    context = beep.commands["start"].make_context("start", [spelling])
    assert context.params["kind"] == {"rpc": "grpc"}.get(spelling.lower(), spelling.lower())


def test_help_of_a_command_is_that_of_its_option(run, capsys) -> None:
    from_command = run("help", "venv", "create")
    run("venv", "create", "--help")
    assert from_command == capsys.readouterr().out.replace("Usage: %beep", "Usage: %beep")
    assert "--requirements" in from_command


def test_a_group_without_a_command_shows_its_help(run, capsys) -> None:
    run()
    assert "Backends:" in capsys.readouterr().out
    run("venv")
    assert "Lock:" in capsys.readouterr().out


def test_importing_the_tree_imports_nothing_heavy() -> None:
    heavy = ["grpc", "fastapi", "httpx", "ipywidgets", "uv", "rich", "IPython", "asyncio", "numpy"]
    code = f"import sys, beep_jupyter.commands.tree; sys.exit(','.join(set({heavy}) & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_help_is_quick() -> None:
    ratio = times_longer(run_python("-m", "beep_jupyter", "--help"), than=run_python("-c", "import click"))
    assert ratio < 4.5, "2.8 as built: 150 ms where the import of click takes 55 ms"

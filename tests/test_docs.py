"""README and docs say what is: their commands exist, their links lead somewhere, their examples run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from beep_jupyter.backends.wire_errors import ERRORS
from beep_jupyter.commands.cell import beep_eval
from beep_jupyter.commands.tree import beep
from beep_jupyter.home import Home
from beep_jupyter.worker.commands.session import LATE, Commands
from beep_jupyter.worker.wire import pack
from tests.interpreters import OLDEST

CHECKOUT = Path(__file__).parents[1]
PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md"), CHECKOUT / "protos/README.md"])
README = CHECKOUT / "README.md"
PROTOCOL = CHECKOUT / "docs/reference/protocol.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`%?beep ([a-z][^`]*)`")
TYPED = re.compile(r"^(?:\$ (?:.* && )?|%)beep ([a-z].*)$", re.MULTILINE)
CELL = re.compile(r"^%%beep_eval(.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")

RUN_CELLS = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
for cell in json.load(sys.stdin):
    shell.run_cell(cell, store_history=True).raise_error()
print("answer:", shell.user_ns["answer"])
"""


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return [text for found, text in FENCE.findall(page.read_text(encoding="utf-8")) if found == language]


def commands_on(page: Path) -> Iterator[list[str]]:
    """The words behind each `beep` that a page tells to type."""
    text = page.read_text(encoding="utf-8")
    for line in [*INLINE.findall(text), *TYPED.findall(text)]:
        yield shlex.split(line)


def check_command(words: list[str]) -> None:
    """Raises what click raises for a command or option that is not there."""
    command: click.Command = beep
    context = click.Context(beep)
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words[0])
        assert found is not None, f"there is no command 'beep {' '.join(words)}'"
        command, words = found, words[1:]
        context = click.Context(command, **command.context_settings)
    command.make_parser(context).parse_args(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    for words in commands_on(page):
        check_command(words)
    for line in CELL.findall(page.read_text(encoding="utf-8")):
        beep_eval.make_parser(click.Context(beep_eval)).parse_args(shlex.split(line))


def test_the_pages_name_many_commands() -> None:
    named = {words[0] for page in PAGES for words in commands_on(page)}
    assert set(beep.commands) - named <= {"runtimes", "completion", "logs", "interrupt", "restart", "adopt", "remove"}


def test_a_command_or_option_that_is_not_there_is_noticed() -> None:
    with pytest.raises(AssertionError, match="there is no command 'beep strat'"):
        check_command(["strat"])
    with pytest.raises(click.NoSuchOption):
        check_command(["venv", "create", "a", "--pyhton", "3.9"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_of_the_docs_is_in_the_menu() -> None:
    menu = (CHECKOUT / "mkdocs.yml").read_text()
    docs = CHECKOUT / "docs"
    assert [page.name for page in docs.rglob("*.md") if f" {page.relative_to(docs).as_posix()}\n" not in menu] == []


def commands_below(heading: str) -> set[str]:
    """The commands in the table below a heading of the protocol."""
    section = PROTOCOL.read_text(encoding="utf-8").split(f"### {heading}\n")[1].split("\n#")[0]
    named = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", section, re.MULTILINE)
    return {name for names in named for name in re.findall(r"\w+", names)}


def test_the_protocol_lists_the_commands_of_both_planes() -> None:
    at_once = {name[3:] for name in dir(Commands) if name.startswith("do_")}
    assert commands_below("Session plane") == {*at_once, *LATE, "input"}
    control = (CHECKOUT / "servers/control.py").read_text(encoding="utf-8")
    orders = (CHECKOUT / "servers/venv_orders.py").read_text(encoding="utf-8")
    managing = {f"venv_{name}" for name in re.findall(r'^    "(\w+)": \{', orders, re.MULTILINE)}
    assert commands_below("Control plane") == {*re.findall(r"def do_(\w+)", control), *managing, "logs"}


def test_the_protocol_lists_the_error_codes_that_clients_know() -> None:
    table = PROTOCOL.read_text(encoding="utf-8").split("## Error codes\n")[1]
    rows = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert {code for row in rows for code in re.findall(r"`(\w+)`", row)} == set(ERRORS)


def test_the_protocols_example_is_what_is_sent() -> None:
    (shown,) = [block for block in blocks(PROTOCOL, "") if block.startswith("08 00")]
    assert bytes.fromhex(shown) == b"".join(pack({"id": 1}, [b"ab"]))


def test_the_protocols_messages_are_json() -> None:
    for block in blocks(PROTOCOL, "json"):
        for message in re.split(r"\n(?=\{)", block.strip()):
            assert isinstance(json.loads(message), dict)


def test_the_readmes_examples_run(home: Home) -> None:
    cells = [block for block in blocks(README, "") if "┌" not in block]
    assert len(cells) == 4
    cells = [cell.replace("--python 3.8", f"--python {OLDEST.path}") for cell in cells]
    done = run(RUN_CELLS, json.dumps(cells))
    assert "Hello from Python " + OLDEST.version in done
    assert "answer: 42" in done
    with_values, with_objects = blocks(README, "python")
    done = run(with_values)
    assert str(OLDEST.pair) in done
    assert "6 [{'output_type': 'stream', 'name': 'stdout', 'text': '6\\n'}]" in done
    assert "['numbers', 'total']" in done
    assert run(with_objects).startswith("[0.5 1. ] http://127.0.0.1:")


def run(program: str, text: str = "") -> str:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr
    return done.stdout

"""Pages of the docs that are done as a reader would do them: commands, cells and scripts in order, outputs compared.

    ```console    lines with `$ ` are commands; what stands below each is what it prints
    ```           a cell of one notebook, which all cells of the page share
    ```python     a script
    ```text       what the cell or script above it shows

`…` in an output stands for anything; numbers with dots are versions and sizes, which differ from machine to machine.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import nbformat

from tests.interpreters import OLDEST
from tests.kernel import stepping

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_NOT_HERE = ("pip install", "jupyter lab", "beep demo")  # other tests do these


class Reader:
    """Does what one page says.

    Args:
        page: the page.
        folder: the working directory of everything.
    """

    def __init__(self, page: Path, folder: Path) -> None:
        self._blocks = [(language, _for_here(text)) for language, text in FENCE.findall(page.read_text("utf-8"))]
        self._folder = folder
        self._last = ""

    def read(self) -> list[tuple[str, str, str]]:
        """Does all of it; answers what is otherwise than the page says, as (what was done, said, found)."""
        self.write_notebook()
        wrong = []
        with ExitStack() as stack:
            run_cell = None
            for language, text in self._blocks:
                if language == "console":
                    wrong += [(typed, said, found) for typed, said, found in self._type(text) if not fits(said, found)]
                elif language == "python":
                    self._last = self._run([sys.executable, "-c", text])
                elif language == "":
                    run_cell = run_cell or stack.enter_context(stepping(self._folder))
                    self._last = run_cell(text)
                elif language == "text" and not fits(text, self._last):
                    wrong.append(("the block above", text, self._last))
        return wrong

    def write_notebook(self) -> None:
        """What commands of the page call `report.ipynb`: the first cell that declares an environment."""
        declaring = [text for language, text in self._blocks if language == "" and text.startswith("%%beep_env")]
        cells = [nbformat.v4.new_code_cell(text) for text in declaring[:1]]
        (self._folder / "report.ipynb").write_text(json.dumps(nbformat.v4.new_notebook(cells=cells)))

    def _type(self, text: str) -> Iterator[tuple[str, str, str]]:
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            typed, _, said = part.partition("\n")
            if any(word in typed for word in _NOT_HERE):
                continue
            words = shlex.split(typed)
            assert words[0] == "beep", typed
            yield typed, said, self._run([sys.executable, "-m", "beep_jupyter", *words[1:]])

    def _run(self, command: list[str]) -> str:
        checkout = str(Path(__file__).parents[1])
        environment = {**os.environ, "PYTHONPATH": checkout}
        done = subprocess.run(command, cwd=self._folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stderr)
        return done.stdout


def _for_here(text: str) -> str:
    """The same with Pythons that this machine has, so that none is downloaded, and with any port that is free."""
    text = text.replace("--port 8765", "--port 0")
    text = re.sub(r"--python 3\.\d+", f"--python {OLDEST.path}", text)
    text = re.sub(r'python = "3\.\d+"', f'python = "{OLDEST.path}"', text)
    return re.sub(r"^(\$ beep init)$", rf"\1 --from {sys.executable}", text, flags=re.MULTILINE)


def fits(said: str, found: str) -> bool:
    """Whether an output is what the page says; where it says nothing, anything is."""
    if not said.strip():
        return True
    pattern = ".*".join(re.escape(part) for part in _plain(said).split("…"))
    return re.fullmatch(pattern, _plain(found), re.DOTALL) is not None


def _plain(text: str) -> str:
    """Without colours, widths of columns, versions and sizes."""
    numberless = re.sub(r"\d+(\.\d+)* [KMG]iB|\d+(\.\d+)+", "N", _ESCAPES.sub("", text))
    return "\n".join(" ".join(line.split()) for line in numberless.strip().splitlines())

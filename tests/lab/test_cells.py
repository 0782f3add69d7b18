"""Routed cells in a real JupyterLab: they look, complete, stop and fail as local ones do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.lab.conftest import Open
from tests.lab.notebook_page import TALL, VIEW, NotebookPage

pytestmark = pytest.mark.timeout(90)
START = "%load_ext beep_jupyter\n%beep start --venv plain --name far"
LOOKS = '''\
class Card:
    """Nothing but a representation in HTML."""

    def _repr_html_(self):
        return "<table><tr><th>planet</th><th>moons</th></tr><tr><td>Mars</td><td>2</td></tr></table>"

for part in range(5):
    print(f"\\rcounting {part + 1} of 5", end="")
print("\\ndone", flush=True)
Card()
'''
SHOWN_MS = 10_000  # until the page shows what it has asked the kernel for
FAILS = """\
def halve(number):
    return number / 0  # a line that the traceback shows

halve(1)
"""


def colours(html: str) -> set[str]:
    """The colours that a traceback is drawn in."""
    return set(re.findall(r"ansi-[\w-]+", html))


def started(opened: Open, name: str, *cells: str, view: ViewportSize = VIEW) -> NotebookPage:
    """A notebook of these cells behind a first one that starts the backend `far`."""
    notebook = opened(name, START, *cells, view=view)
    notebook.run(0)
    notebook.wait_done(0)
    return notebook


@pytest.mark.timeout(240)  # where no package is in uv's cache, all are downloaded
def test_the_quickstart_runs_from_the_menu(opened: Open) -> None:
    notebook = opened("01-quickstart.ipynb")
    count = notebook.code_cells.count()
    notebook.run_all()
    notebook.wait_done(count - 1, within_s=180)
    assert [notebook.prompt(at).inner_text() for at in range(count)] == [f"[{at + 1}]:" for at in range(count)]
    assert notebook.page.locator(".jp-OutputArea-output img").count() == 1
    assert [notebook.cell(at).locator("table.dataframe tbody tr").count() for at in (3, 4)] == [3, 3]
    assert [at for at in range(count) if notebook.errors(at).count()] == [count - 3]
    notebook.shoot("routed-cell", notebook.cell(3), notebook.outputs(3).last)


def test_a_routed_cell_is_drawn_as_a_local_one(opened: Open) -> None:
    notebook = started(
        opened, "looks.ipynb", f"%%beep_eval far\n{LOOKS}", LOOKS, f"%%beep_eval far\n{FAILS}", FAILS, view=TALL
    )
    for number in (1, 2, 3, 4):
        notebook.run(number)
        notebook.wait_done(number)
    routed, local, routed_error, local_error = map(notebook.drawn, (1, 2, 3, 4))
    assert routed == local
    assert [kind for kind, _ in routed] == ["application/vnd.jupyter.stdout", "text/html"]
    assert "<pre>counting 5 of 5\ndone" in routed[0][1]
    assert [kind for kind, _ in routed_error] == [kind for kind, _ in local_error]
    assert colours(routed_error[0][1]) & colours(local_error[0][1]) >= {"ansi-red-fg", "ansi-green-fg"}
    expect(notebook.errors(3)).to_contain_text("a line that the traceback shows")
    notebook.shoot("looks")


def test_tab_and_shift_tab_ask_the_backend(opened: Open) -> None:
    defined = "%%beep_eval far\nfrom fractions import Fraction\nthird = Fraction(1, 3)"
    notebook = started(opened, "looking.ipynb", defined, "%%beep_eval far\nthird.limit_d")
    notebook.run(1)
    notebook.wait_done(1)
    notebook.editor(2).click()
    notebook.page.keyboard.press("Control+End")
    offers = notebook.asked("Tab", ".jp-Completer-item")
    expect(offers).to_contain_text(["limit_denominator"])
    notebook.shoot("tab")
    notebook.page.keyboard.press("Enter")
    expect(notebook.editor(2)).to_contain_text("third.limit_denominator")
    expect(notebook.asked("Shift+Tab", ".jp-Tooltip")).to_contain_text("Closest Fraction to self")
    notebook.shoot("shift-tab")


def test_the_stop_button_interrupts_a_routed_cell(opened: Open) -> None:
    endless = "%%beep_eval far\nimport time\nkept = 'kept'\nprint('begun')\nwhile True:\n    time.sleep(0.1)"
    notebook = started(opened, "stop.ipynb", endless, "%%beep_eval far\nkept")
    notebook.run(1)
    expect(notebook.outputs(1)).to_contain_text(["begun"], timeout=SHOWN_MS)
    notebook.stop()
    notebook.wait_done(1)
    expect(notebook.errors(1)).to_contain_text("time.sleep(0.1)")
    expect(notebook.errors(1)).to_contain_text("KeyboardInterrupt")
    notebook.run(2)
    notebook.wait_done(2)
    expect(notebook.outputs(2)).to_have_text(["'kept'"])
    notebook.shoot("stopped")


def test_run_all_stops_at_a_routed_error(opened: Open) -> None:
    before, wrong, after = "%%beep_eval far\nprint('before')", "%%beep_eval far\n1 / 0", "print('after')"
    notebook = opened("error.ipynb", START, before, wrong, after)
    notebook.run_all()
    notebook.wait_done(2)
    notebook.wait_idle()
    expect(notebook.prompt(3)).to_have_text("[ ]:")
    expect(notebook.outputs(3)).to_have_count(0)
    notebook.shoot("run-all-stopped")

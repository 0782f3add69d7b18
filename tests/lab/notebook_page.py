"""A notebook in a browser's page, as a user handles it: keys, buttons and menus, and what is to be seen."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Locator, Page, TimeoutError, ViewportSize, expect

from tests.lab.jupyterlab import CHECKOUT, TOKEN, JupyterLab

SCREENSHOTS = Path(os.environ.get("BEEP_SCREENSHOTS") or CHECKOUT / ".screenshots")
VIEW: ViewportSize = {"width": 960, "height": 800}
TALL: ViewportSize = {"width": 960, "height": 1600}  # what is long is seen at once
RUN_S = 30.0
ANSWER_S = 3.0
ATTEMPTS = 5
MARGIN_PX = 10  # below the last thing in a picture
_COUNT = re.compile(r"\[\d+\]:")


class NotebookPage:
    """One notebook, opened alone in the page, with its kernel ready.

    Args:
        name: of its file in the root folder of `lab`.
    """

    def __init__(self, page: Page, lab: JupyterLab, name: str) -> None:
        self.page = page
        page.goto(f"{lab.url}/doc/tree/{name}?token={TOKEN}")
        self._state = page.locator("#jp-main-statusbar")
        expect(self.code_cells).to_have_count(lab.code_cells(name), timeout=RUN_S * 1000)
        self.wait_idle()

    @property
    def code_cells(self) -> Locator:
        return self.page.locator(".jp-Notebook .jp-CodeCell")

    def cell(self, number: int) -> Locator:
        """The code cell of that number, from 0."""
        return self.code_cells.nth(number)

    def outputs(self, number: int) -> Locator:
        """Each output of a cell."""
        return self.cell(number).locator(".jp-OutputArea-output")

    def drawn(self, number: int) -> list[tuple[str, str]]:
        """(MIME type, HTML) of each output of a cell."""
        found = "all => all.map(one => [one.dataset.mimeType, one.innerHTML])"
        return [(kind, html) for kind, html in self.outputs(number).evaluate_all(found)]

    def prompt(self, number: int) -> Locator:
        return self.cell(number).locator(".jp-InputPrompt").first

    def wait_idle(self, within_s: float = RUN_S) -> None:
        expect(self._state).to_contain_text("| Idle", timeout=within_s * 1000)

    def wait_done(self, number: int, within_s: float = RUN_S) -> None:
        """Waits until a cell has been run and has its number."""
        expect(self.prompt(number)).to_have_text(_COUNT, timeout=within_s * 1000)

    def run_all(self) -> None:
        """Run > Run All Cells."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def editor(self, number: int) -> Locator:
        return self.cell(number).locator(".cm-content")

    def run(self, number: int) -> None:
        """Ctrl-Enter in a cell; waits for nothing."""
        self.editor(number).click()
        self.page.keyboard.press("Control+Enter")

    def errors(self, number: int) -> Locator:
        """The tracebacks below a cell."""
        return self.cell(number).locator("[data-mime-type='application/vnd.jupyter.stderr']")

    def stop(self) -> None:
        """The stop button of the notebook."""
        self.page.locator("[data-command='notebook:interrupt-kernel']").click()

    def asked(self, key: str, shown: str) -> Locator:
        """What a key brings up. On a busy machine an answer may come too late to be shown: then it is pressed again.

        Args:
            shown: selects what is brought up.
        """
        found = self.page.locator(shown)
        for _ in range(ATTEMPTS):
            self.page.keyboard.press(key)
            with suppress(TimeoutError):
                found.first.wait_for(timeout=ANSWER_S * 1000)
                break
        return found

    def shoot(self, name: str, first: Locator | None = None, last: Locator | None = None) -> None:
        """Keeps a picture of the page, or of what lies from the top of `first` to the bottom of `last`."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        if first is None:
            self.page.screenshot(path=path)
            return
        first.scroll_into_view_if_needed()
        above, below = first.bounding_box(), (last or first).bounding_box()
        assert above is not None
        assert below is not None
        height = below["y"] + below["height"] - above["y"] + MARGIN_PX
        self.page.screenshot(path=path, clip={**above, "height": height})

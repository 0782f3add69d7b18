"""The control panel below a cell of a notebook's page, found by the `data-beep` attributes that it promises."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.lab.notebook_page import NotebookPage

SHOWN_MS = 20_000


class PanelPage:
    """The panel that a cell shows.

    Args:
        number: of the cell that runs `%beep panel`; it is run.
    """

    def __init__(self, notebook: NotebookPage, number: int) -> None:
        self.notebook = notebook
        self.whole = notebook.cell(number).locator("[data-beep=panel]")
        notebook.run(number)
        notebook.wait_done(number)
        expect(self.part("mode")).to_be_visible(timeout=SHOWN_MS)

    def part(self, beep: str, name: str | None = None) -> Locator:
        """What has that attribute.

        Args:
            name: whose, where there are several.
        """
        return self.whole.locator(f"[data-beep='{beep}']" + (f"[data-name='{name}']" if name else ""))

    def press(self, beep: str, name: str | None = None) -> None:
        self.part(beep, name).click()

    def wait_text(self, beep: str, text: str, name: str | None = None) -> None:
        expect(self.part(beep, name)).to_contain_text(text, timeout=SHOWN_MS)

    def wait_gone(self, beep: str, name: str) -> None:
        expect(self.part(beep, name)).to_have_count(0, timeout=SHOWN_MS)

    def create(self, name: str, packages: str) -> None:
        self.part("create-name").fill(name)
        self.part("create-packages").fill(packages)
        self.press("create")

    def start(self, kind: str, environment: str, name: str) -> None:
        self.part("start-kind").select_option(kind)
        self.part("start-environment").select_option(environment)
        self.part("start-name").fill(name)
        self.press("start")
        self.wait_text("backend-state", "idle", name)

    def shoot(self, name: str, until: str = "runtimes") -> None:
        """Keeps pictures of it in the light and in the dark theme of JupyterLab, which follows the system's.

        Args:
            until: the last section that is wanted.
        """
        page = self.notebook.page
        page.evaluate("document.activeElement.blur()")
        for suffix, scheme, is_light in (("-dark", "dark", "false"), ("", "light", "true")):
            page.emulate_media(color_scheme=scheme)
            expect(page.locator("body")).to_have_attribute("data-jp-theme-light", is_light)
            expect(page.locator("#jupyterlab-splash")).to_have_count(0)  # it fades away over a new theme
            self.notebook.shoot(f"{name}{suffix}", self.whole, self.part(until))

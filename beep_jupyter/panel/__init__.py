"""The control panel of a notebook, `%beep panel`. Runs in the kernel; must not import ipywidgets before it is opened.

One anywidget (`widget.py`, with `static/` beside it) is the whole panel. Where the page belongs to a Jupyter server
that has our extension, its JavaScript talks to that directly, since messages to a kernel wait for the cell that runs.
Where there is none (a plain kernel, VS Code), it sends the same requests to the kernel (`messages.py`, `routes.py`).

Every control has a `data-beep` attribute, for tests and for style sheets; where there are several of one, `data-name`
says whose:

- the page: `panel`, `mode`, `notice` (`notice-dismiss`), `refresh`
- backends: `backends`, `backend`, `backend-state`, `backend-problem`, `backend-interrupt`, `backend-restart`,
  `backend-stop`, `backend-logs`, `backend-again`, `backend-dismiss`; `start-form` with `start-kind`,
  `start-environment`, `start-name`, `start`
- environments: `environments`, `environment`, `environment-state`, `environment-problem`, `environment-install`,
  `environment-delete`; `create-form` with `create-name`, `create-python`, `create-packages`, `create`;
  `install-form` with `install-packages`, `install-preview`, `install-changes`, `install`, `install-close`;
  `delete-form` with `delete`, `delete-keep`
- runtimes: `runtimes`, `runtime`, `runtime-remove`; `download-form` with `download-version`, `download`; `remove-form`
  with `remove`, `remove-keep`
- work: `tasks`, `task`, `task-state`, `task-progress`, `task-text`, `task-cancel`, `task-dismiss`
- the log: `logs`, `logs-text`, `logs-follow`, `logs-close`
- what is empty: `backends-empty`, `environments-empty`, `runtimes-empty`
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..manager import Beep
    from .widget import Panel


class Panels:
    """The panel of one shell, which may be shown below several cells."""

    def __init__(self) -> None:
        self._panel: Panel | None = None

    def show(self, beep: Beep) -> None:
        """Displays the panel below the cell that runs.

        Raises:
            ConfigurationError: what draws it is not installed.
        """
        from ..errors import ConfigurationError

        try:
            from .widget import Panel
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                f"The panel needs {error.name}, which is not installed.",
                "Install what draws it, `pip install anywidget ipywidgets`, and restart the kernel.",
            ) from None
        if self._panel is None or self._panel.is_closed:
            self._panel = Panel(beep)
        self._panel.show()

    def close(self) -> None:
        """Takes the panel away, wherever it is shown, with its comm and its threads."""
        if self._panel is not None:
            self._panel.close()
            self._panel = None

"""How matplotlib's figures come into the notebook: settings, and the choice of our backend. Runs in the worker.

Imported with matplotlib, whose import must not become slower: the backend, `inline_figures.py`, comes with pyplot.
"""

from __future__ import annotations

import builtins
import os

from .. import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType
    from typing import Any

BACKEND = "module://" + __package__ + ".inline_figures"
_MIMES = {"image/png": "png", "image/jpeg": "jpeg", "image/svg+xml": "svg", "application/pdf": "pdf"}
FORMATS = ("png", "retina", "jpeg", "svg", "pdf")


class Settings:
    """What `%config InlineBackend` sets.

    Attributes:
        close_figures: whether figures are closed when they have been shown.
        figure_formats: of FORMATS.
        print_figure_kwargs: given to `savefig`.
    """

    def __init__(self) -> None:
        self.close_figures = True
        self.figure_formats = {"png"}
        self.print_figure_kwargs: dict[str, Any] = {"bbox_inches": "tight"}
        self._rc: dict[str, Any] = {}

    @property
    def figure_format(self) -> str:
        """One of the formats; setting it leaves no other."""
        return next(iter(self.figure_formats))

    @figure_format.setter
    def figure_format(self, value: str) -> None:
        set_matplotlib_formats(value)

    @property
    def rc(self) -> dict[str, Any]:
        """Settings of matplotlib's, set with this."""
        return self._rc

    @rc.setter
    def rc(self, value: Any) -> None:
        import matplotlib

        self._rc = dict(value)
        matplotlib.rcParams.update(value)


SETTINGS = Settings()


def set_matplotlib_formats(*formats: str, **options: Any) -> None:
    """How figures are shown from now on, and options for `savefig`."""
    wanted = {"jpeg" if each == "jpg" else "retina" if each == "png2x" else each for each in _flat(formats)}
    for each in wanted:
        if each not in FORMATS:
            raise ValueError("supported formats are: %s; not %r" % (", ".join(map(repr, FORMATS)), each))
    SETTINGS.figure_formats = wanted
    SETTINGS.print_figure_kwargs.update(options)


def _flat(formats: Iterable[Any]) -> list[str]:
    return [name for each in formats for name in ([each] if isinstance(each, str) else each)]


def choose_backend(matplotlib: ModuleType) -> None:
    """Called when matplotlib has been imported: figures go into the notebook, unless somebody chose otherwise."""
    if os.environ.get("MPLBACKEND"):
        return
    matplotlib.use(BACKEND)
    matplotlib.interactive(True)
    formatters = builtins.get_ipython().display_formatter.formatters  # type: ignore[attr-defined]
    for mime, format in _MIMES.items():
        formatters[mime].for_type_by_name("matplotlib.figure", "Figure", _shower(format))


def _shower(format: str) -> Any:
    def show(figure: Any) -> Any:
        return late.load("display.inline_figures").picture(figure, format)

    return show


def prepare() -> None:
    """Called before pyplot is imported: it imports our backend, whose compiled form must not go beside the source."""
    if not os.environ.get("MPLBACKEND"):
        late.load("display.inline_figures")


def join(module: ModuleType) -> None:
    """Called when matplotlib's own support for notebooks has been imported: its settings are ours."""
    module.set_matplotlib_formats = set_matplotlib_formats  # type: ignore[attr-defined]

"""A backend of matplotlib: figures are shown as pictures in the notebook, at the end of the cell that made them.

Runs in the worker; imports matplotlib.
"""

from __future__ import annotations

import builtins
import io

import matplotlib
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from .. import late
from . import inline_settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FigureCanvas = FigureCanvasAgg  # matplotlib asks for these names
FigureManager = FigureManagerBase

_shown: set[int] = set()  # managers whose figures were shown and left open


def show(*_: Any, close: bool | None = None, **__: Any) -> None:
    """What `plt.show()` does: shows all open figures."""
    _show_and_close(list(Gcf.get_all_fig_managers()), close)


def flush() -> None:
    """Shows the figures that the cell has made and not shown."""
    if matplotlib.is_interactive() and matplotlib.get_backend().lower() in _NAMES:
        _show_and_close([each for each in Gcf.get_all_fig_managers() if id(each) not in _shown], None)


def _show_and_close(managers: list[Any], close: bool | None) -> None:
    is_closing = inline_settings.SETTINGS.close_figures if close is None else close
    try:
        for manager in managers:
            _shown.add(id(manager))
            display(manager.canvas.figure)
    finally:
        if is_closing and managers:
            from matplotlib import pyplot

            pyplot.close("all")
            _shown.clear()


def display(figure: Any) -> None:
    """Shows one figure."""
    late.load("ipython.display").display(figure, metadata=_background(figure))


def _background(figure: Any) -> dict[str, Any]:
    """A transparent figure says on which ground its lines can be seen."""
    from matplotlib import colors

    if colors.to_rgba(figure.get_facecolor())[3] > 0.5:
        return {}
    ticks = [label.get_color() for axes in figure.axes for label in axes.get_xticklabels() + axes.get_yticklabels()]
    if not ticks:
        return {}
    red, green, blue = colors.to_rgb(ticks[0])
    is_dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
    return {"needs_background": "light" if is_dark else "dark"}


def picture(figure: Any, format: str) -> Any:
    """A figure in one of the formats, with its size where pixels are drawn smaller; None where another is wanted."""
    wanted = inline_settings.SETTINGS.figure_formats
    is_retina = format == "png" and "retina" in wanted
    if (format not in wanted and not is_retina) or not (figure.axes or figure.lines):
        return None
    data = _drawn(figure, format, figure.dpi * (2 if is_retina else 1))
    if not is_retina:
        return data.decode() if format == "svg" else data
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    return data, {"width": width // 2, "height": height // 2}


def _drawn(figure: Any, format: str, dpi: float) -> bytes:
    if figure.canvas is None:
        FigureCanvasAgg(figure)
    options = {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor(), "dpi": dpi}
    options.update(inline_settings.SETTINGS.print_figure_kwargs)
    file = io.BytesIO()
    figure.canvas.print_figure(file, format=format, **options)
    return file.getvalue()


def enable(gui: str) -> None:
    """Chooses this backend, or the one that shows nothing."""
    backend = "agg" if gui == "agg" else inline_settings.BACKEND
    matplotlib.use(backend)
    matplotlib.interactive(gui != "agg")


_NAMES = (inline_settings.BACKEND.lower(), "inline")
builtins.get_ipython().events.register("post_execute", flush)  # type: ignore[attr-defined]

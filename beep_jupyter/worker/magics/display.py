"""`%matplotlib`, `%config`, `%%html`: what is shown, and how. Runs in the worker; imported when one is first used."""

from __future__ import annotations

from .. import late
from .table import UsageError, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..notebook.interactive import ZMQInteractiveShell as Shell


def line_matplotlib(shell: Shell, line: str) -> None:
    """Has figures shown in the notebook: `%matplotlib inline`. `--list` names the ways that there are."""
    given = words(line)
    if given and given[0] in ("-l", "--list"):
        print("Available matplotlib backends: ['inline', 'agg']")
        return
    gui = given[0] if given else "inline"
    if gui not in ("auto", "inline", "agg", "notebook", "widget", "ipympl", "nbagg"):
        raise UsageError("A backend has no screen for '%s'. `%%matplotlib inline` shows figures in the notebook." % gui)
    if gui in ("notebook", "widget", "ipympl", "nbagg"):
        print("Interactive figures cannot be reached from a notebook in front of a backend; showing pictures.")
    late.load("display.inline_figures").enable("agg" if gui == "agg" else "inline")


def line_pylab(shell: Shell, line: str) -> None:
    """`%matplotlib`, and the names of numpy and pyplot in the namespace."""
    line_matplotlib(shell, " ".join(word for word in words(line) if not word.startswith("--")))
    exec("import numpy\nimport matplotlib\nfrom matplotlib import pylab, mlab, pyplot\nnp = numpy\nplt = pyplot\n"
         "from matplotlib.pylab import *\nfrom numpy import *\n", shell.user_ns)  # fmt: skip
    print("Populating the interactive namespace from numpy and matplotlib")


def line_gui(shell: Shell, line: str) -> None:
    """Only the absence of a screen can be enabled."""
    shell.enable_gui(line.strip() or None)


def line_config(shell: Shell, line: str) -> Any:
    """Sets how figures are shown: `%config InlineBackend.figure_format = 'retina'`."""
    name, is_set, value = line.partition("=")
    kind, _, trait = name.strip().partition(".")
    if kind == "InlineBackend":
        settings = late.load("display.inline_settings").SETTINGS
        if not is_set:
            return getattr(settings, trait, None)
        setattr(settings, trait, eval(value, shell.user_ns))
        return None
    if kind not in ("", "InteractiveShell", "IPCompleter", "Completer"):
        raise UsageError("Invalid config statement: %r, should be `Class.trait = value`" % line)
    return None  # what else IPython can be told there makes no difference here


def line_precision(shell: Shell, line: str) -> str:
    """How many digits floats are shown with: `%precision 3`, `%precision %.3e`; nothing puts it back."""
    formatter = shell.display_formatter.formatters["text/plain"]
    formatter.float_precision = line.strip()
    text: str = formatter.float_format
    return text


def line_pprint(shell: Shell, line: str) -> None:
    """Turns pretty printing on and off."""
    formatter = shell.display_formatter.formatters["text/plain"]
    wanted = line.strip().lower()
    formatter.pprint = not formatter.pprint if not wanted else wanted not in ("0", "false", "off")
    print("Pretty printing has been turned %s" % ("ON" if formatter.pprint else "OFF"))


def line_colors(shell: Shell, line: str) -> None:
    """Turns colours of tracebacks off (`nocolor`) and on (any other name)."""
    shell.cells.has_colors = line.strip().lower() != "nocolor"


def _shown_as(mime: str, clean: Callable[[str], str] = str) -> Any:
    def magic(shell: Shell, line: str, cell: str) -> None:
        shell.display_pub.publish(
            {mime: clean(cell), "text/plain": "<IPython.core.display.%s object>" % _CLASSES[mime]}
        )

    magic.__doc__ = "Shows the cell as %s." % mime
    return magic


_CLASSES = {
    "application/javascript": "Javascript",
    "image/svg+xml": "SVG",
    "text/html": "HTML",
    "text/latex": "Latex",
    "text/markdown": "Markdown",
}
cell_html = cell_HTML = _shown_as("text/html")  # noqa: N816  both are magics of IPython's
cell_markdown = _shown_as("text/markdown")
cell_latex = _shown_as("text/latex")
cell_svg = cell_SVG = _shown_as("image/svg+xml", str.strip)  # noqa: N816  as above
cell_javascript = cell_js = _shown_as("application/javascript")

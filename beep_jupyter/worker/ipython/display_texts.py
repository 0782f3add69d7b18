"""`IPython.display`'s objects of one text each: HTML, Markdown, formulas, SVG, JSON, scripts, code.

Runs in the worker where IPython is not installed; imported with `display.py`.
"""

from __future__ import annotations

from .display_base import DisplayObject, TextDisplayObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..display.pretty import Printer

_LOAD_CSS = """var link = document.createElement("link");
	link.rel = "stylesheet";
	link.type = "text/css";
	link.href = "%s";
	document.head.appendChild(link);
"""
_LOAD_SCRIPT = """new Promise(function(resolve, reject) {
	var script = document.createElement("script");
	script.onload = resolve;
	script.onerror = reject;
	script.src = "%s";
	document.head.appendChild(script);
}).then(() => {
"""


class Pretty(TextDisplayObject):
    """Text shown without quotation marks."""

    __module__ = "IPython.core.display"

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:
        printer.text(self.data)


class HTML(TextDisplayObject):
    """HTML."""

    __module__ = "IPython.core.display"

    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, metadata: Any = None) -> None:
        if isinstance(data, str) and _is_iframe(data):
            import warnings

            warnings.warn("Consider using IPython.display.IFrame instead", stacklevel=2)
        super().__init__(data, url, filename, metadata)

    def _repr_html_(self) -> Any:
        return self._with_metadata(self.data)

    def __html__(self) -> Any:
        """As template engines ask for it."""
        return self._repr_html_()


class Markdown(TextDisplayObject):
    """Markdown."""

    __module__ = "IPython.core.display"

    def _repr_markdown_(self) -> Any:
        return self._with_metadata(self.data)


class Latex(TextDisplayObject):
    """LaTeX, with its dollar signs."""

    __module__ = "IPython.core.display"

    def _repr_latex_(self) -> Any:
        return self._with_metadata(self.data)


class Math(TextDisplayObject):
    """A formula in LaTeX."""

    __module__ = "IPython.core.display"

    def _repr_latex_(self) -> Any:
        return self._with_metadata("$\\displaystyle %s$" % self.data.strip("$"))


class SVG(DisplayObject):
    """A picture in SVG: the first `<svg>` element of the data."""

    __module__ = "IPython.core.display"
    _is_binary = True
    _svg: Any = None

    @property
    def data(self) -> Any:
        """The element's text."""
        return self._svg

    @data.setter
    def data(self, svg: Any) -> None:
        if svg is None:
            self._svg = None
            return
        from xml.dom import minidom

        elements = minidom.parseString(svg).getElementsByTagName("svg")
        found = elements[0].toxml() if elements else svg
        self._svg = found.decode() if isinstance(found, bytes) else found

    def _repr_svg_(self) -> Any:
        return self._with_metadata(self.data)


class JSON(DisplayObject):
    """A dict or list shown as a tree.

    Args:
        expanded: whether the tree is open at first.
        root: the name of its root.
        kwargs: more metadata.
    """

    __module__ = "IPython.core.display"
    _tree: Any = None

    def __init__(
        self,
        data: Any = None,
        url: Any = None,
        filename: Any = None,
        expanded: bool = False,
        metadata: Any = None,
        root: str = "root",
        **kwargs: Any,
    ) -> None:
        about = {"expanded": expanded, "root": root, **(metadata or {}), **kwargs}
        super().__init__(data, url, filename, about)

    @property
    def data(self) -> Any:
        """The dict or list."""
        return self._tree

    @data.setter
    def data(self, tree: Any) -> None:
        if isinstance(tree, str):
            import json
            import warnings

            if self.filename is None and self.url is None:
                warnings.warn("JSON expects JSONable dict or list, not JSON strings", stacklevel=4)
            tree = json.loads(tree)
        self._tree = tree

    def _check_data(self) -> None:
        if self.data is not None and not isinstance(self.data, (dict, list)):
            raise TypeError("%s expects JSONable dict or list, not %r" % (type(self).__name__, self.data))

    def _repr_json_(self) -> Any:
        return self._with_metadata(self.data)


class GeoJSON(JSON):
    """A map."""

    __module__ = "IPython.core.display"

    def _ipython_display_(self) -> None:
        from .display import display

        mime = "application/geo+json"
        data = {mime: self.data, "text/plain": "<IPython.display.GeoJSON object>"}
        display(data, raw=True, metadata={mime: self.metadata})


class Javascript(TextDisplayObject):
    """A script that the notebook runs.

    Args:
        lib: addresses of scripts to load before it.
        css: addresses of style sheets to load before it.
    """

    __module__ = "IPython.core.display"

    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, lib: Any = None, css: Any = None):
        self.lib, self.css = _addresses(lib), _addresses(css)
        super().__init__(data, url, filename)

    def _repr_javascript_(self) -> str:
        before = "".join([_LOAD_CSS % each for each in self.css] + [_LOAD_SCRIPT % each for each in self.lib])
        return before + str(self.data) + "\n});" * len(self.lib)


class Code(TextDisplayObject):
    """A program's text.

    Args:
        language: its language's name.
    """

    __module__ = "IPython.lib.display"

    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, language: str | None = None) -> None:
        self.language = language
        super().__init__(data, url, filename)

    def __repr__(self) -> str:
        return str(self.data)

    def _repr_html_(self) -> str:
        from html import escape

        return "<pre>%s</pre>" % escape(str(self.data), quote=False)


def _addresses(given: Any) -> list[str]:
    if given is None or isinstance(given, str):
        return [given] if given else []
    if not isinstance(given, (list, tuple)):
        raise TypeError("expected sequence, got: %r" % (given,))
    return list(given)


def _is_iframe(text: str) -> bool:
    text = text.strip().lower()
    return text.startswith("<iframe ") and text.endswith("</iframe>")

"""All representations of a value: what IPython calls a display formatter. Runs in the worker.

Imported when a value is first shown that is not a plain one; `bundles.py` holds the session's one. Names of attributes
and methods are IPython's, since libraries call them through `get_ipython().display_formatter`.
"""

from __future__ import annotations

import sys

from .. import late
from . import bundles, pretty
from .bundles import forget_plain
from .formatter_mime import Formatter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    Bundle = tuple[dict[str, Any], dict[str, Any]]

_TYPES = (  # in the order in which they are asked for; what each may be of
    ("text/html", "_repr_html_", str),
    ("text/markdown", "_repr_markdown_", str),
    ("image/svg+xml", "_repr_svg_", str),
    ("image/png", "_repr_png_", (bytes, str)),
    ("application/pdf", "_repr_pdf_", (bytes, str)),
    ("image/jpeg", "_repr_jpeg_", (bytes, str)),
    ("text/latex", "_repr_latex_", str),
    ("application/json", "_repr_json_", (list, dict)),
    ("application/javascript", "_repr_javascript_", str),
)


class DisplayFormatter:
    """Makes the representations of values.

    Attributes:
        formatters: {MIME type: Formatter}, in the order in which they are asked.
        mimebundle_formatter: for values that make several at once.
        ipython_display_formatter: for values that show themselves.
        active_types: the MIME types that are made at all.
    """

    def __init__(self) -> None:
        self.formatters: dict[str, Any] = {"text/plain": PlainTextFormatter(self._tell)}
        for mime, method, accepts in _TYPES:
            self.formatters[mime] = Formatter(mime, method, accepts, self._tell)
        self.mimebundle_formatter = Formatter("text/plain", "_repr_mimebundle_", dict, self._tell)
        self.ipython_display_formatter = SelfFormatter("text/plain", "_ipython_display_", bool, self._tell)

    @property
    def format_types(self) -> list[str]:
        """The MIME types that there are."""
        return list(self.formatters)

    @property
    def active_types(self) -> list[str]:
        return [mime for mime, formatter in self.formatters.items() if formatter.enabled]

    @active_types.setter
    def active_types(self, wanted: Collection[str]) -> None:
        for mime, formatter in self.formatters.items():
            formatter.enabled = mime in wanted
        forget_plain(object)

    def format(
        self, obj: Any, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> Bundle:
        """(data, metadata) of a value, by MIME type; both empty where the value has shown itself.

        Args:
            obj: any value.
            include: the only MIME types to make; None or empty for all.
            exclude: MIME types to leave out.
        """
        if self.ipython_display_formatter(obj):
            return {}, {}
        made = self.mimebundle_formatter(obj, include=include, exclude=exclude) or {}
        data, metadata = made if isinstance(made, tuple) else (made, {})
        data, metadata = _wanted(data, include, exclude), _wanted(metadata, include, exclude)
        for mime, formatter in self.formatters.items():
            # what somebody registered for the class goes before the bundle, which goes before the class's own methods
            if _is_wanted(mime, include, exclude) and (mime not in data or formatter.is_registered(obj)):
                _add(mime, formatter(obj), data, metadata)
        return data, metadata

    def report(self, error: Exception) -> None:
        """Tells of what a value's own code raised: where a notebook looks on as an error, else on stderr."""
        (bundles.reporter or late.load("failures").show)(error)

    def _tell(self, error: Exception) -> None:
        self.report(error)


class SelfFormatter(Formatter):
    """Has values show themselves; answers whether they did."""

    def _make(self, obj: Any, arguments: dict[str, Any]) -> bool:
        show = self._maker_of(obj)
        if show is not None:
            show()
        return show is not None


class PlainTextFormatter(Formatter):
    """Makes `text/plain`, for every value there is; see `pretty.py`.

    Attributes:
        pprint: whether lines are broken; else the text is `repr`.
        max_width, max_seq_length, newline: as those of `pretty.Printer`.
        float_format: what floats are printed by.
    """

    def __init__(self, report: Any) -> None:
        super().__init__("text/plain", "_repr_pretty_", str, report)
        self.pprint = True
        self.max_width = pretty.MAX_WIDTH
        self.max_seq_length = pretty.MAX_ITEMS
        self.newline = "\n"
        self.type_printers = dict(pretty.type_printers)
        self.deferred_printers = dict(pretty.named_printers)
        self.float_format = "%r"
        self._float_precision = ""

    @property
    def float_precision(self) -> str:
        """How many digits floats show after the point, or a format like `%.2e`; empty for all that they have."""
        return self._float_precision

    @float_precision.setter
    def float_precision(self, precision: str) -> None:
        """Raises ValueError where it is neither a number of digits nor a format of one float."""
        digits = _digits_of(precision)
        self.float_format = precision if digits is None else "%%.%df" % digits if precision else "%r"
        self._float_precision = precision
        self.for_type(float, self._print_float)
        self.for_type_by_name("numpy", "float64", self._print_float)  # it has a `__repr__` of its own
        numpy = sys.modules.get("numpy")
        if numpy is not None and digits is not None:
            numpy.set_printoptions(precision=digits)

    def _print_float(self, value: Any, printer: pretty.Printer, is_cycle: bool) -> None:
        printer.text(self.float_format % value)

    def _make(self, obj: Any, arguments: dict[str, Any]) -> str:
        if not self.pprint:
            return repr(obj)
        printer = pretty.Printer(
            self.max_width, self.newline, self.max_seq_length, self.type_printers, self.deferred_printers
        )
        printer.pretty(obj)
        return printer.getvalue()


def _is_wanted(mime: str, include: Collection[str] | None, exclude: Collection[str] | None) -> bool:
    return (not include or mime in include) and not (exclude and mime in exclude)


def _wanted(
    parts: dict[str, Any] | None, include: Collection[str] | None, exclude: Collection[str] | None
) -> dict[str, Any]:
    return {mime: part for mime, part in (parts or {}).items() if _is_wanted(mime, include, exclude)}


def _add(mime: str, made: Any, data: dict[str, Any], metadata: dict[str, Any]) -> None:
    part, about = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    if part is not None:
        data[mime] = part
    if about is not None:
        metadata[mime] = about


def _digits_of(precision: str) -> int | None:
    """The number of digits asked for, or None for a format; those that NumPy shows where nothing is asked for."""
    if not precision:
        return 8
    try:
        if "%" in precision:
            precision % 3.14159
            return None
        digits = int(precision)
    except (ValueError, TypeError):
        raise ValueError("Precision must be int or format string, not %r" % precision)
    if digits < 0:
        raise ValueError("int precision must be non-negative, not %r" % digits)
    return digits

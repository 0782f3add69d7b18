"""How a value is shown: its representations, made ready to be sent. Runs in the worker.

Plain values are shown from here; for others `formatter.py` is loaded when the first of them comes. Where displays go is
said by who runs the code: it sets `publisher`.
"""

from __future__ import annotations

from .. import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any, Protocol

    from .formatter import Bundle, DisplayFormatter

    class Publisher(Protocol):
        """Takes displays, and sends them in order with what is printed."""

        def publish(
            self, data: dict[str, Any], metadata: dict[str, Any], *, transient: dict[str, Any], update: bool
        ) -> object:
            """Sends a display, or with `update` the new state of all that have the same `display_id`."""

        def clear_output(self, wait: bool) -> object:
            """Empties the cell's outputs: at once, or when the next one comes."""


publisher: Publisher | None = None  # None: nobody looks, and displays are printed

reporter: Callable[[Exception], object] | None = None  # told what a value's own code raised; None: stderr is

# The values whose only representation is their `repr`, until somebody registers something for their class.
_plain: dict[type, Callable[[Any], str]] = dict.fromkeys((int, str, float, bool, type(None)), repr)
_JSON_WORDS = {None: "null", True: "true", False: "false"}
_formatter: DisplayFormatter | None = None


def formatter() -> DisplayFormatter:
    """The session's formatter, made when first asked for."""
    global _formatter
    if _formatter is None:
        _formatter = late.load("display.formatter").DisplayFormatter()
    return _formatter


def bundle(value: Any, include: Collection[str] | None = None, exclude: Collection[str] | None = None) -> Bundle:
    """(data, metadata) as Jupyter's display messages have them; both empty where there is nothing to show.

    Args:
        value: any value. One that has `_ipython_display_` shows itself, and then there is nothing to show.
        include: the only MIME types to make; None or empty for all.
        exclude: MIME types to leave out.
    """
    plain = None if include or exclude else _plain.get(type(value))
    if plain is not None:
        try:
            return {"text/plain": plain(value)}, {}
        except ValueError:
            pass  # an integer of very many digits; the formatter tells of it
    data, metadata = formatter().format(value, include, exclude)
    return sendable(data), sendable(metadata)


def forget_plain(kind: type) -> None:
    """From here on the formatter is asked about values of a class, and of those derived from it."""
    for plain in list(_plain):
        if issubclass(plain, kind):
            del _plain[plain]


def sendable(part: Any) -> Any:
    """Data or metadata of a display as JSON has it: bytes as base64, arrays and sets as lists.

    Raises:
        TypeError: something in it is nothing of this kind.
    """
    if isinstance(part, str):
        return part if part.isascii() else part.encode("utf-8", "backslashreplace").decode()
    if part is None or isinstance(part, int):
        return part
    if isinstance(part, float):
        return part if part - part == 0 else repr(part)  # JSON has no nan
    if isinstance(part, dict):
        return {_key(key): sendable(item) for key, item in part.items()}
    if isinstance(part, (list, tuple)):
        return [sendable(item) for item in part]
    if isinstance(part, (bytes, bytearray)):
        return base64_of(part)
    return _foreign(part)


def base64_of(data: bytes | bytearray) -> str:
    """Binary data as displays carry it."""
    import binascii

    return binascii.b2a_base64(data, newline=False).decode()


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str(sendable(key))
    return _JSON_WORDS[key] if key is None or isinstance(key, bool) else str(key)


def _foreign(part: Any) -> Any:
    """What arrays, numbers, times and collections say of themselves."""
    for method in ("tolist", "isoformat", "__index__"):
        if hasattr(part, method):
            return sendable(getattr(part, method)())
    if hasattr(part, "__iter__"):
        return [sendable(item) for item in part]
    raise TypeError("a display cannot hold a value of type %r, since JSON has none like it" % type(part).__name__)

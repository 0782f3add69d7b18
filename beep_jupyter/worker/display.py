"""How a value looks in a notebook: its text and its rich representations. Runs in the worker."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_METHODS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
    "_repr_javascript_": "application/javascript",
}


def bundle(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data, metadata) as Jupyter's display messages have them; text/plain is always there."""
    data: dict[str, Any] = {"text/plain": repr(value)}
    metadata: dict[str, Any] = {}
    own = _representation(value, "_repr_mimebundle_")
    if own:
        _add(data, metadata, *(own if isinstance(own, tuple) else (own, {})))
    for method, mime in _METHODS.items():
        if mime not in data:
            shown = _representation(value, method)
            if shown is not None:
                _add(data, metadata, *({mime: part} for part in (shown if isinstance(shown, tuple) else (shown,))))
    return data, metadata


def _representation(value: Any, method: str) -> Any:
    """What the value's own method answers; None where it has none, or where it is a class and not an instance."""
    if isinstance(value, type):
        return None
    function = getattr(type(value), method, None)
    return function(value) if callable(function) else None


def _add(
    data: dict[str, Any],
    metadata: dict[str, Any],
    own_data: dict[str, Any],
    own_metadata: dict[str, Any] | None = None,
) -> None:
    for mime, part in own_data.items():
        data[mime] = _base64(part) if isinstance(part, (bytes, bytearray)) else part
    metadata.update(own_metadata or {})


def _base64(data: bytes | bytearray) -> str:
    import binascii

    return binascii.b2a_base64(data, newline=False).decode()

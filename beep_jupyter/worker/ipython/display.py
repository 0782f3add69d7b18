"""`IPython.display` where IPython is not installed: `display`, what updates and clears, and the objects to be shown.

Runs in the worker, and in the host's tests; imported when a cell first asks for it. What is published goes to
`bundles.publisher`. The objects make the bundles that those of IPython 9 make.
"""

from __future__ import annotations

import sys

from ..display import bundles
from .display_base import DisplayObject, TextDisplayObject
from .display_images import Image, Video
from .display_links import (
    FileLink,
    FileLinks,
    IFrame,
    ScribdDocument,
    VimeoVideo,
    YouTubeVideo,
)
from .display_progress import ProgressBar
from .display_sounds import Audio
from .display_texts import HTML, JSON, SVG, Code, GeoJSON, Javascript, Latex, Markdown, Math, Pretty

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

__all__ = [
    "HTML",
    "JSON",
    "SVG",
    "Audio",
    "Code",
    "DisplayHandle",
    "DisplayObject",
    "FileLink",
    "FileLinks",
    "GeoJSON",
    "IFrame",
    "Image",
    "Javascript",
    "Latex",
    "Markdown",
    "Math",
    "Pretty",
    "ProgressBar",
    "ScribdDocument",
    "TextDisplayObject",
    "Video",
    "VimeoVideo",
    "YouTubeVideo",
    "clear_output",
    "display",
    "display_html",
    "display_javascript",
    "display_jpeg",
    "display_json",
    "display_latex",
    "display_markdown",
    "display_pdf",
    "display_png",
    "display_pretty",
    "display_svg",
    "publish_display_data",
    "update_display",
]


def display(
    *objs: Any,
    include: Collection[str] | None = None,
    exclude: Collection[str] | None = None,
    metadata: dict[str, Any] | None = None,
    transient: dict[str, Any] | None = None,
    display_id: Any = None,
    raw: bool = False,
    clear: bool = False,
    **kwargs: Any,
) -> DisplayHandle | None:
    """Shows values.

    Args:
        objs: the values.
        include, exclude: MIME types, as in `bundle`.
        metadata: added to that of the representations.
        transient: sent beside them, and not kept in the notebook.
        display_id: a name by which the display can be updated; True for a new one.
        raw: whether the values are representations themselves, by MIME type.
        clear: whether the cell's outputs go when this one comes.
        kwargs: for the publisher: `update=True` gives the displays of that name a new state.

    Returns:
        A handle to update it by, where there is a `display_id`.
    """
    transient = dict(transient or {})
    if display_id is not None:
        display_id = _new_id() if display_id is True else display_id
        transient["display_id"] = display_id
    if kwargs.get("update") and "display_id" not in transient:
        raise TypeError("display_id required for update_display")
    if not objs and display_id is not None:
        objs, raw = ({},), True
    if clear:
        clear_output(wait=True)
    for obj in objs:
        data, about = (obj, {}) if raw else bundles.bundle(obj, include, exclude)
        if data or raw:
            publish_display_data(data, _merged(about, metadata or {}), transient=transient, **kwargs)
    return DisplayHandle(display_id) if display_id is not None else None


def update_display(obj: Any, *, display_id: str, **kwargs: Any) -> None:
    """Gives a display a new state."""
    display(obj, display_id=display_id, **{**kwargs, "update": True})


def publish_display_data(
    data: dict[str, Any],
    metadata: dict[str, Any] | None = None,
    *,
    transient: dict[str, Any] | None = None,
    update: bool = False,
    **_: Any,
) -> None:
    """Shows representations.

    Args:
        data: by MIME type.
        metadata: of the whole, or by MIME type.
        transient: sent beside them, and not kept in the notebook.
        update: whether this is the new state of the displays with the `display_id` in `transient`.

    Raises:
        TypeError: data or metadata is no dict.
    """
    for name, part in (("data", data), ("metadata", metadata or {})):
        if not isinstance(part, dict):
            raise TypeError("%s must be a dict, got: %r" % (name, part))
    if bundles.publisher is None:
        sys.stdout.write("%s\n" % data.get("text/plain", data))
        return
    sendable = bundles.sendable
    bundles.publisher.publish(
        sendable(data), sendable(metadata or {}), transient=sendable(transient or {}), update=update
    )


def clear_output(wait: bool = False) -> None:
    """Empties the cell's outputs: at once, or when the next one comes."""
    if bundles.publisher is not None:
        bundles.publisher.clear_output(wait)


class DisplayHandle:
    """A display that can be updated.

    Args:
        display_id: its name; None for a new one.
    """

    __module__ = "IPython.core.display_functions"

    def __init__(self, display_id: str | None = None) -> None:
        self.display_id = _new_id() if display_id is None else display_id

    def __repr__(self) -> str:
        return "<DisplayHandle display_id=%s>" % self.display_id

    def display(self, obj: Any, **kwargs: Any) -> None:
        """Shows a value under this name."""
        display(obj, display_id=self.display_id, **kwargs)

    def update(self, obj: Any, **kwargs: Any) -> None:
        """Shows a value where something of this name is shown."""
        update_display(obj, display_id=self.display_id, **kwargs)


def _display_one(name: str, mime: str) -> Callable[..., None]:
    """The function `display_NAME`, which shows one representation only."""

    def show(*objs: Any, **kwargs: Any) -> None:
        metadata = kwargs.pop("metadata", None)
        if kwargs.get("raw"):
            objs = tuple({mime: obj} for obj in objs)
        display(*objs, include=[mime], metadata={mime: metadata} if metadata else None, **kwargs)

    show.__name__ = show.__qualname__ = "display_" + name
    show.__doc__ = "Shows the representations of values as %s; with `raw=True` the values are that." % mime
    return show


display_pretty = _display_one("pretty", "text/plain")
display_html = _display_one("html", "text/html")
display_markdown = _display_one("markdown", "text/markdown")
display_svg = _display_one("svg", "image/svg+xml")
display_png = _display_one("png", "image/png")
display_jpeg = _display_one("jpeg", "image/jpeg")
display_latex = _display_one("latex", "text/latex")
display_json = _display_one("json", "application/json")
display_javascript = _display_one("javascript", "application/javascript")
display_pdf = _display_one("pdf", "application/pdf")

for _function in (display, update_display, publish_display_data, clear_output):
    _function.__module__ = "IPython.core.display_functions"
for _name in __all__:
    if _name.startswith("display_"):
        globals()[_name].__module__ = "IPython.core.display"


def _merged(about: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Metadata with more of it, dicts in dicts alike."""
    merged = dict(about)
    for name, part in more.items():
        both = isinstance(part, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], part) if both else part
    return merged


def _new_id() -> str:
    from uuid import uuid4

    return uuid4().hex

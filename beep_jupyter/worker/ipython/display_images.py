"""`IPython.display`'s Image and Video. Runs in the worker where IPython is not installed."""

from __future__ import annotations

import os
import struct

from ..display.bundles import base64_of
from .display_base import DisplayObject, exists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MIME_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
_JPEG_SIZES = range(0xC0, 0xC4)  # markers of the segments that tell a JPEG's size


class Image(DisplayObject):
    """A picture: its data where it is embedded, else its address.

    Args:
        format: png, jpeg, gif or webp; found out unless given.
        embed: whether the data goes into the notebook; it does unless there is an address only.
        width, height: in pixels.
        retina: shown at half its size, as it looks right on screens with twice the pixels.
        unconfined: not limited to the width of the page.
        alt: text for those who do not see it.
    """

    __module__ = "IPython.core.display"
    _is_binary = True

    def __init__(
        self,
        data: Any = None,
        url: Any = None,
        filename: Any = None,
        format: str | None = None,
        embed: bool | None = None,
        width: int | None = None,
        height: int | None = None,
        retina: bool = False,
        unconfined: bool = False,
        metadata: Any = None,
        alt: str | None = None,
    ) -> None:
        data = os.fspath(data) if isinstance(data, os.PathLike) else data
        if data is None and url is None and filename is None:
            raise ValueError("No image data found. Expecting filename, url, or data.")
        is_name = isinstance(data, str) and (data.startswith("http") or exists(data))
        named = next((name for name in (filename, url, data if is_name else None) if name is not None), None)
        self.format = _format_of(format, data, named)
        self.embed = embed if embed is not None else url is None
        if self.embed and self.format not in _MIME_TYPES:
            raise ValueError("Cannot embed the '%s' image format" % self.format)
        self.width, self.height = width, height
        self.retina, self.unconfined, self.alt = retina, unconfined, alt
        super().__init__(data, url, filename, metadata)
        if self.width is None and self.metadata.get("width"):
            self.width = self.metadata["width"]
        if self.height is None and self.metadata.get("height"):
            self.height = self.metadata["height"]

    def reload(self) -> None:
        """Reads the data again, where it is embedded."""
        if self.embed:
            super().reload()
            if self.retina:
                self._halve()

    def _halve(self) -> None:
        width, height = size_of(self.data)
        if width and height:
            self.width, self.height = width // 2, height // 2

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if not self.embed:
            return {"text/html": self._repr_html_()}
        data, metadata = self._embedded()
        mime = _MIME_TYPES[self.format]
        return {mime: data}, ({mime: metadata} if metadata else {})

    def _repr_png_(self) -> Any:
        return self._embedded() if self.embed and self.format == "png" else None

    def _repr_jpeg_(self) -> Any:
        return self._embedded() if self.embed and self.format == "jpeg" else None

    def _repr_html_(self) -> str | None:
        if self.embed:
            return None
        from html import escape

        attributes = 'src="%s"' % (self.url or self.filename or "")
        attributes += ' width="%d"' % self.width if self.width else ""
        attributes += ' height="%d"' % self.height if self.height else ""
        attributes += ' class="unconfined"' if self.unconfined else ""
        attributes += ' alt="%s"' % escape(self.alt) if self.alt else ""
        return "<img %s/>" % attributes

    def _embedded(self) -> tuple[str, dict[str, Any]]:
        if not isinstance(self.data, (bytes, bytearray)):
            raise FileNotFoundError("No such file or directory: '%s'" % self.data)
        given = {"width": self.width, "height": self.height, "unconfined": self.unconfined, "alt": self.alt}
        return base64_of(self.data), {**self.metadata, **{name: value for name, value in given.items() if value}}


class Video(DisplayObject):
    """A film.

    Args:
        embed: whether the data goes into the notebook.
        mimetype: of the data; found out from its name unless given.
        width, height: in pixels.
        html_attributes: of the `<video>` element.
    """

    __module__ = "IPython.core.display"

    def __init__(
        self,
        data: Any = None,
        url: Any = None,
        filename: Any = None,
        embed: bool = False,
        mimetype: str | None = None,
        width: int | None = None,
        height: int | None = None,
        html_attributes: str = "controls",
    ) -> None:
        if isinstance(data, (str, os.PathLike)) and url is None and filename is None:
            data = os.fspath(data)
            if data.startswith(("http:", "https:")):
                data, url = None, data
            elif exists(data):
                data, filename = None, data
        if data is not None and not embed:
            raise ValueError(
                "To embed videos, you must pass embed=True (this may make your notebook files huge)\n"
                "Consider passing Video(url='...')"
            )
        self.mimetype, self.embed = mimetype, embed
        self.width, self.height, self.html_attributes = width, height, html_attributes
        super().__init__(data, url, filename)

    def reload(self) -> None:
        """The data is read when it is shown."""

    def _repr_html_(self) -> str:
        width = ' width="%s"' % self.width if self.width else ""
        height = ' height="%s"' % self.height if self.height else ""
        attributes = "%s %s %s" % (self.html_attributes, width, height)
        if not self.embed:
            return _LINKED_VIDEO % (self.url if self.url is not None else self.filename or "", attributes)
        mime, data = self.mimetype, self.data
        if self.filename is not None:
            from mimetypes import guess_type

            mime = mime or guess_type(self.filename)[0]
            with open(self.filename, "rb") as file:
                data = file.read()
        return _EMBEDDED_VIDEO % (attributes, mime, data if isinstance(data, str) else base64_of(data), mime)


_LINKED_VIDEO = """<video src="%s" %s>
      Your browser does not support the <code>video</code> element.
    </video>"""
_EMBEDDED_VIDEO = """<video %s>
 <source src="data:%s;base64,%s" type="%s">
 Your browser does not support the video tag.
 </video>"""


def size_of(data: bytes) -> tuple[int, int]:
    """(width, height) of a PNG, GIF or JPEG in pixels; (0, 0) where they cannot be found."""
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            return struct.unpack(">II", data[16:24])
        if data[:3] == b"GIF":
            return struct.unpack("<HH", data[6:10])
        return _size_of_jpeg(data)
    except (struct.error, IndexError):
        return 0, 0


def _size_of_jpeg(data: bytes) -> tuple[int, int]:
    """Goes from segment to segment until one tells the size."""
    at = 2
    while data[at + 1] not in _JPEG_SIZES:
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    height, width = struct.unpack(">HH", data[at + 5 : at + 9])
    return width, height


def _format_of(given: str | None, data: Any, name: Any) -> str:
    """A picture's format: as given, by its name, by its first bytes, else png."""
    found = given
    if found is None and name is not None:
        base, extension = os.path.splitext(os.fspath(name))
        found = extension[1:] or base
    elif found is None and isinstance(data, (bytes, bytearray)):
        found = _by_first_bytes(data)
    found = (found or "png").lower()
    return "jpeg" if found == "jpg" else found


def _by_first_bytes(data: bytes | bytearray) -> str | None:
    starts = {b"\x89PNG": "png", b"\xff\xd8": "jpeg", b"GIF8": "gif"}
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((name for start, name in starts.items() if data.startswith(start)), None)

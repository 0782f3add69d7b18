"""What the objects of `IPython.display` have in common: data, or a file or an address that it is read from.

Runs in the worker where IPython is not installed; imported with `display.py`. Classes bear the names of
IPython's modules, which their `repr` shows.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class DisplayObject:
    """Something to be shown.

    Args:
        data: what it is; text that begins with `http` is an address, and text that names a file is a file's name.
        url: an address to read it from.
        filename: a file to read it from.
        metadata: goes with its representation.
    """

    __module__ = "IPython.core.display"
    metadata: dict[str, Any] = {}  # noqa: RUF012  as in IPython: that of those who are not given any
    _is_binary = False
    _shows_address = False

    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, metadata: Any = None) -> None:
        data = os.fspath(data) if isinstance(data, os.PathLike) else data
        if isinstance(data, str) and data.startswith("http") and url is None:
            data, url, filename = None, data, None
        elif isinstance(data, str) and filename is None and exists(data):
            data, url, filename = None, None, data
        self.url = url
        self.filename = None if filename is None else os.fspath(filename)
        self.data = data
        self.metadata = metadata if metadata is not None else {}
        self.reload()
        self._check_data()

    def __repr__(self) -> str:
        if self._shows_address:
            return object.__repr__(self)
        return "<%s.%s object>" % (type(self).__module__, type(self).__name__)

    def reload(self) -> None:
        """Reads the data again from where it comes."""
        if self.filename is not None:
            self.data = read_file(self.filename, self._is_binary)
        elif self.url is not None:
            self.data = read_url(self.url, self._is_binary)

    def _check_data(self) -> None:
        """Raises TypeError where the data is of a wrong type."""

    def _with_metadata(self, data: Any) -> Any:
        return (data, dict(self.metadata)) if self.metadata else data


class TextDisplayObject(DisplayObject):
    """Text to be shown."""

    __module__ = "IPython.core.display"

    def _check_data(self) -> None:
        if self.data is not None and not isinstance(self.data, (str, bytes)):
            raise TypeError("%s expects text, not %r" % (type(self).__name__, self.data))


def exists(path: str) -> bool:
    """Whether a text names a file or folder; a long text names none."""
    try:
        return os.path.exists(path)
    except ValueError:
        return False


def read_file(name: str, is_binary: bool) -> str | bytes:
    """What a file holds."""
    if is_binary:
        with open(name, "rb") as file:
            return file.read()
    with open(name, encoding="utf-8") as text:
        return text.read()


def read_url(url: str, is_binary: bool) -> str | bytes:
    """What an address answers, as bytes or as text in the character set that it names."""
    from urllib.request import urlopen

    with urlopen(url) as response:
        data: bytes = response.read()
        if response.headers.get("content-encoding") == "gzip":
            import gzip

            data = gzip.decompress(data)
        charset = response.headers.get_content_charset()
    return data if is_binary else data.decode(charset or "utf-8", "replace")

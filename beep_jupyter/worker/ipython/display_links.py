"""`IPython.display`'s frames around pages, and links to files.

Runs in the worker where IPython is not installed; imported with `display.py`.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Lines = Callable[[str, list[str], "list[str] | None"], list[str]]

_FRAME = """
        <iframe
            width="{width}"
            height="{height}"
            src="{src}{params}"
            frameborder="0"
            allowfullscreen
            referrerpolicy="strict-origin-when-cross-origin"
            {extras}
        ></iframe>
        """
_MISSING = (
    "Path (<tt>%s</tt>) doesn't exist. It may still be in the process of being generated, "
    "or you may have the incorrect path."
)


class IFrame:
    """A page inside the notebook.

    Args:
        src: its address.
        width, height: in pixels, or as CSS has them.
        extras: more attributes of the element.
        kwargs: the address's query.
    """

    __module__ = "IPython.lib.display"

    def __init__(self, src: str, width: Any, height: Any, extras: Iterable[str] | None = None, **kwargs: Any) -> None:
        self.src, self.width, self.height = src, width, height
        self.extras = list(extras or ())
        self.params = kwargs

    def _repr_html_(self) -> str:
        from urllib.parse import urlencode

        params = "?" + urlencode(self.params) if self.params else ""
        return _FRAME.format(
            src=self.src, width=self.width, height=self.height, params=params, extras=" ".join(self.extras)
        )


class YouTubeVideo(IFrame):
    """A film of YouTube's, by its id."""

    __module__ = "IPython.lib.display"

    def __init__(
        self, id: str, width: Any = 400, height: Any = 300, allow_autoplay: bool = False, **kwargs: Any
    ) -> None:
        self.id = id
        extras = []
        if allow_autoplay:
            extras = ['allow="autoplay"']
            kwargs.update(autoplay=1)
        super().__init__("https://www.youtube.com/embed/" + id, width, height, extras, **kwargs)


class VimeoVideo(IFrame):
    """A film of Vimeo's, by its id."""

    __module__ = "IPython.lib.display"

    def __init__(self, id: str, width: Any = 400, height: Any = 300, **kwargs: Any) -> None:
        self.id = id
        super().__init__("https://player.vimeo.com/video/" + id, width, height, **kwargs)


class ScribdDocument(IFrame):
    """A document of Scribd's, by its id."""

    __module__ = "IPython.lib.display"

    def __init__(self, id: str, width: Any = 400, height: Any = 300, **kwargs: Any) -> None:
        self.id = id
        super().__init__("https://www.scribd.com/embeds/%s/content" % id, width, height, **kwargs)


class FileLink:
    """A link to a file.

    Args:
        path: the file, from the notebook's folder.
        url_prefix: put before the path to make its address.
        result_html_prefix, result_html_suffix: HTML around the link.
    """

    __module__ = "IPython.lib.display"

    def __init__(
        self,
        path: Any,
        url_prefix: str = "",
        result_html_prefix: str = "",
        result_html_suffix: str = "<br>",
    ) -> None:
        if os.path.isdir(path):
            raise ValueError(
                "Cannot display a directory using FileLink. Use FileLinks to display '%s'." % os.fspath(path)
            )
        self._set(path, url_prefix, result_html_prefix, result_html_suffix)

    def _set(self, path: Any, url_prefix: str, prefix: str, suffix: str) -> None:
        self.path: str = os.fspath(path)
        self.url_prefix, self.result_html_prefix, self.result_html_suffix = url_prefix, prefix, suffix

    def __repr__(self) -> str:
        return os.path.abspath(self.path)

    def _link(self, path: str, text: str) -> str:
        return "<a href='%s' target='_blank'>%s</a>" % (_escape(self.url_prefix + path), text)

    def _repr_html_(self) -> str:
        if not os.path.exists(self.path):
            return _MISSING % self.path
        return (
            self.result_html_prefix + self._link(self.path, _escape(self.path, quote=False)) + self.result_html_suffix
        )


class FileLinks(FileLink):
    """Links to the files of a folder.

    Args:
        path, url_prefix, result_html_prefix, result_html_suffix: as for FileLink.
        included_suffixes: of the files to be shown; None for all.
        notebook_display_formatter, terminal_display_formatter: make the lines of one folder from its name, its files'
            names and the suffixes.
        recursive: whether folders in it are shown too.
    """

    __module__ = "IPython.lib.display"

    def __init__(
        self,
        path: Any,
        url_prefix: str = "",
        included_suffixes: list[str] | None = None,
        result_html_prefix: str = "",
        result_html_suffix: str = "<br>",
        notebook_display_formatter: Lines | None = None,
        terminal_display_formatter: Lines | None = None,
        recursive: bool = True,
    ) -> None:
        if os.path.isfile(path):
            raise ValueError("Cannot display a file using FileLinks. Use FileLink to display '%s'." % os.fspath(path))
        self._set(os.fspath(path).rstrip("/"), url_prefix, result_html_prefix, result_html_suffix)
        self.included_suffixes, self.recursive = included_suffixes, recursive
        self.notebook_display_formatter = notebook_display_formatter or self._html_lines
        self.terminal_display_formatter = terminal_display_formatter or self._text_lines

    def __repr__(self) -> str:
        return "\n".join(self._lines(self.terminal_display_formatter))

    def _repr_html_(self) -> str:
        if not os.path.exists(self.path):
            return _MISSING % self.path
        return "\n".join(self._lines(self.notebook_display_formatter))

    def _lines(self, lines_of: Lines) -> Iterator[str]:
        folders = sorted(os.walk(self.path))
        for folder, _, files in folders if self.recursive else folders[:1]:
            yield from lines_of(folder, files, self.included_suffixes)

    def _text_lines(self, folder: str, files: list[str], suffixes: list[str] | None) -> list[str]:
        lines = ["  " + name for name in _shown(files, suffixes)]
        return [folder + "/", *lines] if lines else []

    def _html_lines(self, folder: str, files: list[str], suffixes: list[str] | None) -> list[str]:
        links = [
            "&nbsp;&nbsp;" + self._link("%s/%s" % (folder, name), _escape(name)) for name in _shown(files, suffixes)
        ]
        lines = [_escape(folder) + "/", *links] if links else []
        return [self.result_html_prefix + line + self.result_html_suffix for line in lines]


def _escape(text: str, quote: bool = True) -> str:
    from html import escape

    return escape(text, quote)


def _shown(files: list[str], suffixes: list[str] | None) -> list[str]:
    return [name for name in files if suffixes is None or os.path.splitext(name)[1] in suffixes]

"""`IPython.display`'s progress bar. Runs in the worker where IPython is not installed."""

from __future__ import annotations

import os

from .display_base import DisplayObject


class ProgressBar(DisplayObject):
    """Counts to `total`, and shows how far it is. Iterating over it counts."""

    __module__ = "IPython.core.display"

    def __init__(self, total: int) -> None:
        from binascii import hexlify

        self.total = total
        self._progress = 0
        self.html_width = "60ex"
        self.text_width = 60
        self._display_id = hexlify(os.urandom(8)).decode("ascii")

    def __repr__(self) -> str:
        done = "=" * int(self._progress / self.total * self.text_width)
        return "[%s] %d/%d" % (done.ljust(self.text_width), self._progress, self.total)

    def _repr_html_(self) -> str:
        return "<progress style='width:%s' max='%d' value='%d'></progress>" % (
            self.html_width,
            self.total,
            self._progress,
        )

    def display(self) -> None:
        """Shows it."""
        self._show(False)

    def update(self) -> None:
        """Shows how far it is by now, where it is shown."""
        self._show(True)

    def _show(self, update: bool) -> None:
        from .display import display

        display(self, display_id=self._display_id, update=update)

    @property
    def progress(self) -> int:
        """How far it is; setting it shows it."""
        return self._progress

    @progress.setter
    def progress(self, count: int) -> None:
        self._progress = count
        self.update()

    def __iter__(self) -> ProgressBar:
        self.display()
        self._progress = -1
        return self

    def __next__(self) -> int:
        self.progress += 1
        if self.progress < self.total:
            return self.progress
        raise StopIteration

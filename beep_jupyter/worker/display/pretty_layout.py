"""Where a text breaks into lines: groups that stay on one line while they fit, and break as a whole when not.

Runs in the worker, and in the host's tests; imports nothing. `pretty.py` writes values into it.

Texts are written at once until something is there that may become a line's end (a *break*). From then on they wait:
when what waits no longer fits, the outermost group that has a break waiting is broken, and all up to its last break is
written. Which lines come out is IPython's choice to the letter, its oddities included: people compare outputs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any


class Group:
    """What breaks together.

    Attributes:
        depth: how many groups it lies in.
        waiting: how many of its breaks are undecided.
        is_broken: whether its next breaks end the line.
    """

    __slots__ = ("depth", "is_broken", "waiting")

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.waiting = 0
        self.is_broken = False


class Layout:
    """Takes texts, breaks and groups, and yields lines.

    Args:
        max_width: of a line, in characters.
        newline: what ends a line.

    Attributes:
        indentation: of the lines that begin from now on.
    """

    def __init__(self, max_width: int = 79, newline: str = "\n") -> None:
        self.max_width = max_width
        self.newline = newline
        self.indentation = 0
        self._written: list[str] = []
        self._column = 0  # where the next character would be written
        self._waiting: list[tuple[str, Group | None, int]] = []  # text, and of a break: its group, its indentation
        self._waiting_width = 0
        self._open = [Group(0)]
        self._breakable: list[list[Group]] = [self._open[:]]  # by depth, those that may still be broken

    def text(self, text: str) -> None:
        """Adds a text, which is never broken."""
        if self._waiting:
            self._wait(text, None)
        else:
            self._written.append(text)
            self._column += len(text)

    def breakable(self, sep: str = " ") -> None:
        """Adds a text that may become a line's end."""
        group = self._open[-1]
        if group.is_broken:
            self.flush()
            self._end_line(self.indentation)
        else:
            group.waiting += 1
            self._wait(sep, group)

    def break_(self) -> None:
        """Ends the line, and so breaks the outermost group that waits for being broken."""
        self._break_one()
        self.flush()
        self._end_line(self.indentation)

    def begin_group(self, indent: int = 0, open: str = "") -> None:
        """Adds `open` and begins a group in which lines are indented by `indent` more."""
        if open:
            self.text(open)
        group = Group(self._open[-1].depth + 1)
        self._open.append(group)
        while len(self._breakable) <= group.depth:
            self._breakable.append([])
        self._breakable[group.depth].append(group)
        self.indentation += indent

    def end_group(self, dedent: int = 0, close: str = "") -> None:
        """Ends the group begun last and adds `close`."""
        self.indentation -= dedent
        group = self._open.pop()
        if not group.waiting:
            self._forget(group)
        if close:
            self.text(close)

    def group(self, indent: int = 0, open: str = "", close: str = "") -> Inside:
        """For `with`: a group around what is added meanwhile."""
        return Inside(self, indent, open, close)

    def indent(self, indent: int) -> Inside:
        """For `with`: more indentation, without a group."""
        return Inside(self, indent)

    def flush(self) -> None:
        """Writes what waits; breaks of groups that are not broken stay on their line."""
        waiting, self._waiting, self._waiting_width = self._waiting, [], 0
        for item in waiting:
            self._write(*item)

    def getvalue(self) -> str:
        """All lines so far."""
        self.flush()
        return "".join(self._written)

    def _wait(self, text: str, group: Group | None) -> None:
        self._waiting.append((text, group, self.indentation))
        self._waiting_width += len(text)
        while self._column + self._waiting_width > self.max_width:
            if not self._break_one():
                return

    def _break_one(self) -> bool:
        """Breaks the outermost group that can be, and writes up to its last break; whether there was one."""
        group = self._outermost()
        if group is not None:
            group.is_broken = True
            self._write_through(group)
        return group is not None

    def _outermost(self) -> Group | None:
        """The outermost group with a break waiting; groups outside it that have none are broken from here on."""
        for groups in self._breakable:
            for index, group in enumerate(reversed(groups)):
                if group.waiting:
                    # The index counts from the other end, so that another group may be kept on its line for good.
                    # IPython does so: `{(long, key): [value, ...]}` depends on it.
                    del groups[index]
                    return group
            for group in groups:
                group.is_broken = True
            groups.clear()
        return None

    def _write_through(self, group: Group) -> None:
        """Writes what waits up to the last break of a group, and the texts behind it."""
        waiting = self._waiting
        count = 0
        while group.waiting or (count < len(waiting) and waiting[count][1] is None):
            self._waiting_width -= len(waiting[count][0])
            self._write(*waiting[count])
            count += 1
        del waiting[:count]

    def _write(self, text: str, group: Group | None, indentation: int) -> None:
        if group is not None:
            group.waiting -= 1
            if group.is_broken:
                self._end_line(indentation)
                return
            if not group.waiting:
                self._forget(group)
        self._written.append(text)
        self._column += len(text)

    def _end_line(self, indentation: int) -> None:
        self._written += self.newline, " " * indentation
        self._column = indentation

    def _forget(self, group: Group) -> None:
        groups = self._breakable[group.depth]
        if group in groups:
            groups.remove(group)


class Inside:
    """What `group` and `indent` give to `with`."""

    __slots__ = ("_ends", "_indent", "_layout")

    def __init__(self, layout: Layout, indent: int, *ends: str) -> None:
        self._layout = layout
        self._indent = indent
        self._ends = ends

    def __enter__(self) -> None:
        if self._ends:
            self._layout.begin_group(self._indent, self._ends[0])
        else:
            self._layout.indentation += self._indent

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        if self._ends:
            self._layout.end_group(self._indent, self._ends[1])
        else:
            self._layout.indentation -= self._indent

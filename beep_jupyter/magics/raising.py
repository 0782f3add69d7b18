"""How errors look and behave in a notebook: one sentence for ours, the remote traceback for the user's code.

Either way the exception leaves the magic, so that Run All stops and `except` clauses work as for a local cell.
"""

from __future__ import annotations

import builtins
from functools import cache
from typing import Any, TypeVar

from IPython.core.error import UsageError

from ..errors import BeepError, ExecutionError
from . import syntax_errors

Raised = TypeVar("Raised", bound=BaseException)
_RED, _PLAIN = "\x1b[31m", "\x1b[0m"


class shown_in:  # noqa: N801  used as a function is; a generator could not let a StopIteration out
    """The boundary of the magics: expected errors leave it as they are to be shown, others keep their traceback."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ExecutionError) and error.traceback == [f"UsageError: {error.evalue}"]:
            raise UsageError(error.evalue) from None  # which IPython tells as it does of its own magics
        if isinstance(error, ExecutionError):
            raise as_remote(self._shell, error) from None
        if isinstance(error, BeepError):
            raise as_sentence(error) from None
        if isinstance(error, KeyboardInterrupt):  # at work of ours, which the user did not write
            as_line(error)


def as_sentence(error: BeepError) -> BeepError:
    """The error, shown without a traceback: its sentence, and below it what to do next."""
    shown = [f"{_RED}{type(error).__name__}{_PLAIN}: {error.what}", *([error.cure] if error.cure else [])]
    return _rendered(error, shown)


def as_line(error: Raised) -> Raised:
    """An error of Python's own that is expected here, shown without a traceback."""
    text = str(error)
    return _rendered(error, [f"{_RED}{type(error).__name__}{_PLAIN}{': ' if text else ''}{text}"])


def as_remote(shell: Any, error: ExecutionError) -> ExecutionError:
    """The error as a class with the remote name, which `except ZeroDivisionError` and its like catch.

    Args:
        shell: IPython's shell, which shows SyntaxErrors in a way of its own.
    """
    raised = _class_of(error.ename)(error)
    if isinstance(raised, SyntaxError):
        syntax_errors.show_next(shell, type(raised), error.traceback)
    return _rendered(raised, error.traceback)


def _rendered(error: Raised, lines: list[str]) -> Raised:
    error._render_traceback_ = lambda: list(lines)  # type: ignore[attr-defined]  # the hook that IPython asks
    return error


def as_shown(shell: Any, cause: BaseException) -> BaseException:
    """What ends a cell whose error has been shown already: of the same name, and not shown again."""
    silent: type[BaseException] = type(type(cause).__name__, (BaseException,), {"__module__": __name__})
    syntax_errors.show_next(shell, silent, [])
    return silent(str(cause))


class _RemoteError(ExecutionError):
    """Base of the classes made below: a copy of an ExecutionError under the remote exception's name."""

    def __init__(self, error: ExecutionError) -> None:
        # The builtin's own __init__ is left out: UnicodeDecodeError wants five arguments, OSError would read two as
        # errno and text.
        self.__dict__.update(vars(error))
        self.args = (error.evalue,)

    def __str__(self) -> str:
        return self.evalue  # as the local exception's text is, without the name that IPython puts before it


@cache
def _class_of(ename: str) -> type[_RemoteError]:
    """A class of that name, deriving from the builtin exception of that name where there is one and it can be a base.

    Exception groups cannot: they exist only with their members, which did not travel.
    """
    builtin = getattr(builtins, ename, None)
    if not isinstance(builtin, type) or not issubclass(builtin, BaseException):
        return type(ename, (_RemoteError,), {"__module__": __name__})
    bases = (_RemoteError,) if issubclass(builtin, BaseExceptionGroup) else (_RemoteError, builtin)
    return type(ename, bases, {"__module__": "builtins"})

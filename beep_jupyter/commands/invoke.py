"""The one way in which both faces read and run a command of the tree; what failed leaves as an error of ours."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from ..errors import UsageError
from .surface import Surface


def split(line: str) -> list[str]:
    """The words of a magic's line, quoted as in a shell.

    Raises:
        UsageError: a quotation mark is not closed.
    """
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"The line cannot be read: {str(error).lower()}.", "Close the quotation mark.") from None


def invoke(command: click.Command, arguments: Sequence[str], surface: Surface) -> int:
    """Runs a command.

    Args:
        command: the tree.
        arguments: the words behind the program's name.
        surface: the face that called it.

    Returns:
        The exit status: 0, or what a command that found something wrong asked for.

    Raises:
        UsageError: the arguments are wrong; nothing was done.
        BeepError: the command failed.
    """
    try:
        with (
            our_usage_errors(surface.program),
            command.make_context(surface.program, list(arguments), obj=surface) as context,
        ):
            command.invoke(context)
    except click.exceptions.Exit as asked:
        return asked.exit_code
    return 0


def wish_of(command: click.Command, program: str, words: Sequence[str], surface: Surface) -> Any:
    """What the words behind a cell magic ask for; None where they asked for help, which was shown.

    Args:
        command: of the magic; it returns the wish and does nothing.
        program: the magic, with its percent signs.

    Raises:
        UsageError: the words are wrong.
    """
    try:
        with our_usage_errors(program), command.make_context(program, list(words), obj=surface) as context:
            return command.invoke(context)
    except click.exceptions.Exit:
        return None


@contextmanager
def our_usage_errors(program: str) -> Iterator[None]:
    """Turns click's complaints into a sentence and a cure.

    Args:
        program: whose help the cure names where click does not know the command.
    """
    try:
        yield
    except click.UsageError as error:
        raise _as_ours(error, program) from None


def _as_ours(error: click.UsageError, program: str) -> UsageError:
    near = getattr(error, "possibilities", None)
    if near:
        return UsageError(_sentence(error.message), f"Did you mean {near[0]}?")
    path = error.ctx.command_path if error.ctx else program
    return UsageError(_sentence(error.format_message()), f"`{path} --help` shows what it takes.")


def _sentence(text: str) -> str:
    """One line with one full stop; click breaks lines where it lists choices."""
    return " ".join(text.split()).rstrip(".") + "."

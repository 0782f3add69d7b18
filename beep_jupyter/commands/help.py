"""`help`: the help of the tree, or of one command."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem

from ..errors import UsageError
from .group import TopicGroup


class _CommandWord(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """The path of a command, completed word by word."""

    name = "command"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
        """The names of commands that may follow those already typed."""
        group: click.Command | None = ctx.find_root().command
        for word in ctx.params.get("path") or ():
            group = group.get_command(ctx, word) if isinstance(group, click.Group) else None
        names = group.list_commands(ctx) if isinstance(group, click.Group) else []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command("help")
@click.argument("path", nargs=-1, metavar="[COMMAND]", type=_CommandWord())
@click.pass_context
def show_help(context: click.Context, path: tuple[str, ...]) -> None:
    """Show what a command does and takes."""
    asked = context.find_root()
    for word in path:
        asked = click.Context(_member(asked, word), parent=asked, info_name=word)
    context.obj.show.stream("stdout", asked.get_help() + "\n")


def _member(context: click.Context, word: str) -> click.Command:
    group = context.command
    if not isinstance(group, TopicGroup):
        raise UsageError(
            f"`{context.command_path}` has no further commands.",
            f"`{context.command_path} --help` shows what it takes.",
        )
    command = group.get_command(context, word)
    if command is None:
        raise group.unknown(word, context.command_path)
    return command

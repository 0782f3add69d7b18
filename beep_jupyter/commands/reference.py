"""Writes `docs/reference/commands.md` from the tree: `python -m beep_jupyter.commands.reference > …`.

A test compares the file with what this makes, so the two cannot drift apart.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import click

from .group import TopicGroup
from .tree import beep

_HEAD = """# Commands

`beep …` in a terminal and `%beep …` in a notebook are one tree of commands. Every listing takes `--json` and then
prints an array of objects. Exit status: 0 done, 1 failed with one sentence and a hint on stderr, 2 wrong usage; `eval`
and `run` follow the code.

What cells can do beside them is in [magics](magics.md).

It is made from the commands themselves: `python -m beep_jupyter.commands.reference > docs/reference/commands.md`.
"""


def markdown() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_of_group(beep, "beep")])


def _of_group(group: TopicGroup, path: str) -> Iterator[str]:
    for topic, commands in group.topics.items():
        if path == "beep":
            yield f"## {topic}\n"
        for command in commands:
            name = f"{path} {command.name}"
            if isinstance(command, TopicGroup):
                yield from _of_group(command, name)
            else:
                yield from of_command(command, name)


def of_command(command: click.Command, path: str) -> Iterator[str]:
    """The section of one command, which is called as `path` says."""
    context = click.Context(command, info_name=path)
    usage = " ".join(command.collect_usage_pieces(context)).replace("[OPTIONS] ", "").replace("[OPTIONS]", "")
    yield f"### `{path}`\n"
    yield f"```\n{path} {usage}".rstrip() + "\n```\n"
    yield inspect.cleandoc(command.help or "") + "\n"
    options = [option for option in command.params if isinstance(option, click.Option)]
    if options:
        yield "\n".join(_option_line(option, context) for option in options) + "\n"


def _option_line(option: click.Option, context: click.Context) -> str:
    metavar = "" if option.is_flag else f" {option.make_metavar(context)}"
    return f"- `{', '.join(option.opts)}{metavar}`: {option.help}"


if __name__ == "__main__":
    sys.stdout.write(markdown())

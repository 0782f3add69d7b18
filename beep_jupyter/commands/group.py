"""A click group whose unknown commands get the nearest match, and whose help lists commands by topic."""

from __future__ import annotations

from typing import Any

import click

from ..errors import UsageError, nearest_match


class TopicGroup(click.Group):
    """Commands by topic; called without a command it shows its help."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._topics: dict[str, list[str]] = {}

    def add(self, topic: str, *commands: click.Command) -> None:
        """Adds commands under a topic of the help."""
        for command in commands:
            self.add_command(command)
            self._topics.setdefault(topic, []).append(command.name or "")

    @property
    def topics(self) -> dict[str, list[click.Command]]:
        """The commands that the help lists, by topic."""
        return {topic: [self.commands[name] for name in names] for topic, names in self._topics.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, as the help orders them."""
        listed = [name for names in self._topics.values() for name in names]
        return listed + sorted(set(self.commands) - set(listed))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses what stands before the command's name; without any argument shows the help, which is no mistake."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit()
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command that the first argument names.

        Raises:
            UsageError: there is none of that name.
        """
        if args[0] not in self.commands and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise self.unknown(args[0], ctx.command_path)
        return super().resolve_command(ctx, args)

    def unknown(self, name: str, path: str) -> UsageError:
        """The error for a command that does not exist."""
        nearest = nearest_match(name, self.commands)
        hint = f"Did you mean `{path} {nearest}`?" if nearest else f"`{path} --help` lists all commands."
        return UsageError(f"No command is called '{path} {name}'.", hint)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes one section for each topic."""
        width = max(len(name) for names in self._topics.values() for name in names)
        limit = formatter.width - 6 - width
        for topic, commands in self.topics.items():
            with formatter.section(topic):
                formatter.write_dl(
                    [((command.name or "").ljust(width), command.get_short_help_str(limit)) for command in commands]
                )

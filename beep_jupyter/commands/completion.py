"""`completion`, and what Tab offers: one source for shells and notebooks."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from .options import pass_surface
from .surface import Surface

VARIABLE = "_BEEP_COMPLETE"
"""The variable by which a shell's script asks `beep` for completions, as click spells it."""

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@pass_surface
def completion(surface: Surface, shell: str) -> None:
    """Print the script that makes Tab complete `beep`.

    For bash, add `eval "$(beep completion bash)"` to ~/.bashrc; for zsh, `eval "$(beep completion zsh)"` to ~/.zshrc;
    for fish, write the script to ~/.config/fish/completions/beep.fish.
    """
    found = get_completion_class(shell)
    if found is not None:
        tree = click.get_current_context().find_root().command
        surface.show.stream("stdout", found(tree, {}, "beep", VARIABLE).source())


def complete(command: click.Command, surface: Surface, words: list[str], incomplete: str) -> list[CompletionItem[str]]:
    """What may follow.

    Args:
        command: the tree, or the command of a cell magic.
        words: the complete words before the one at the cursor.
        incomplete: the beginning of that one; may be empty.
    """
    return ShellComplete(command, {"obj": surface}, "beep", VARIABLE).get_completions(words, incomplete)

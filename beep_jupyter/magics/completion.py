"""Tab behind `%beep` and `%%beep_eval`: the offers of the same click commands that run them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

if TYPE_CHECKING:
    from ..commands.surface import Surface

_LINE = re.compile(r"\s*(?:%(?P<line>beep)|%%(?P<cell>beep_eval))\s+(?P<words>.*)")


def matcher_for(surface: Callable[[], Surface]) -> Any:
    """A matcher for `shell.Completer.custom_matchers`.

    Args:
        surface: gives the face that names come from, when Tab is first pressed behind a magic.
    """

    @context_matcher(identifier="beep_jupyter")  # type: ignore[untyped-decorator]  # IPython's has no types
    def match(context: CompletionContext) -> SimpleMatcherResult:
        found = _LINE.fullmatch(context.text_until_cursor)
        if found is None or (found["cell"] and context.cursor_line):
            return SimpleMatcherResult(completions=[])
        words, incomplete = _split(found["words"])
        offers = _offers(surface(), bool(found["cell"]), words, incomplete)
        return SimpleMatcherResult(completions=offers, matched_fragment=incomplete, suppress=True)

    return match


def _split(text: str) -> tuple[list[str], str]:
    """The complete words, and the one that is being typed."""
    from click.shell_completion import split_arg_string

    words = split_arg_string(text)
    return (words, "") if not text or text[-1].isspace() else (words[:-1], words[-1])


def _offers(surface: Surface, is_cell: bool, words: list[str], incomplete: str) -> list[SimpleCompletion]:
    from ..commands.cell import beep_eval
    from ..commands.completion import complete
    from ..commands.tree import beep

    items = complete(beep_eval if is_cell else beep, surface, words, incomplete)
    # What is to be a file is left to IPython's own matcher, which knows the notebook's folder.
    return [SimpleCompletion(item.value, type="magic") for item in items if item.type == "plain"]

"""Tab: behind `%beep` and `%%beep_eval` the offers of the same click commands that run them, in routed cells those of
the backend that they are for."""

from __future__ import annotations

import re
from collections.abc import Callable
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from .looking import Looking, place_in
from .routing import Router

if TYPE_CHECKING:
    from ..commands.surface import Surface

_LINE = re.compile(r"\s*(?:%(?P<line>beep)|%%(?P<cell>beep_eval|beep_env))\s+(?P<words>.*)")


def matcher_for(surface: Callable[[], Surface], looking: Looking, router: Router) -> Any:
    """A matcher for `shell.Completer.custom_matchers`.

    Args:
        surface: gives the face that names come from, when Tab is first pressed behind a magic.
        looking: asks backends.
        router: knows where plain cells go.
    """

    @context_matcher(identifier="beep_jupyter")  # type: ignore[untyped-decorator]  # IPython's has no types
    def match(context: CompletionContext) -> SimpleMatcherResult:
        found = _LINE.fullmatch(context.text_until_cursor)
        if found is None or (found["cell"] and context.cursor_line):
            return _remote(context, looking, router)
        words, incomplete = _split(found["words"])
        offers = _offers(surface(), found["cell"] or "", words, incomplete)
        return SimpleMatcherResult(completions=offers, matched_fragment=incomplete, suppress=True)

    return match


def _remote(context: CompletionContext, looking: Looking, router: Router) -> SimpleMatcherResult:
    """What the backend offers; the notebook's own names stand aside for it, if it knows any."""
    place = place_in(context.full_text, _cursor(context), router.name)
    found = looking.complete(place) if place is not None else None
    if place is None or found is None:
        return SimpleMatcherResult(completions=[])
    fragment = place.code[found.cursor_start : found.cursor_end]
    offers = [SimpleCompletion(match, type=_kind_of(match)) for match in found.matches]
    return SimpleMatcherResult(completions=offers, matched_fragment=fragment, suppress=True)


def _kind_of(match: str) -> str:
    """What front ends show beside a match, as far as its text tells."""
    return "keyword" if iskeyword(match) else "param" if match.endswith("=") else "instance"


def _cursor(context: CompletionContext) -> int:
    """Where the cursor is in the whole text, in characters."""
    lines = context.full_text.split("\n")[: context.cursor_line]
    return sum(len(line) + 1 for line in lines) + context.cursor_position


def _split(text: str) -> tuple[list[str], str]:
    """The complete words, and the one that is being typed."""
    from click.shell_completion import split_arg_string

    words = split_arg_string(text)
    return (words, "") if not text or text[-1].isspace() else (words[:-1], words[-1])


def _offers(surface: Surface, cell_magic: str, words: list[str], incomplete: str) -> list[SimpleCompletion]:
    from ..commands.cell import beep_eval
    from ..commands.completion import complete
    from ..commands.env import beep_env
    from ..commands.tree import beep

    command = {"beep_eval": beep_eval, "beep_env": beep_env}.get(cell_magic, beep)
    items = complete(command, surface, words, incomplete)
    # What is to be a file is left to IPython's own matcher, which knows the notebook's folder.
    return [SimpleCompletion(item.value, type="magic") for item in items if item.type == "plain"]

"""One recipe, and how a larger one is made of smaller ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Version = tuple[int, ...]


@dataclass(frozen=True)
class Recipe:
    """The text of an expression.

    Attributes:
        needs: the oldest version of `python` and of libraries that can evaluate it.
        until: the versions that no longer can.
    """

    text: str
    needs: dict[str, Version] = field(default_factory=dict)
    until: dict[str, Version] = field(default_factory=dict)

    def is_for(self, versions: dict[str, Version]) -> bool:
        """Whether it can be evaluated where these are installed."""
        return all(versions.get(name, ()) >= oldest for name, oldest in self.needs.items()) and all(
            versions.get(name, ()) < ended for name, ended in self.until.items()
        )


def recipe(
    template: str,
    *parts: Recipe | str,
    needs: dict[str, Version] | None = None,
    until: dict[str, Version] | None = None,
) -> Recipe:
    """A recipe from a template, with a `%s` for each part; it needs what its parts need."""
    needed = dict(needs or {})
    ended = dict(until or {})
    for part in parts:
        if isinstance(part, Recipe):
            for name, oldest in part.needs.items():
                needed[name] = max(needed.get(name, ()), oldest)
            for name, last in part.until.items():
                ended[name] = min(ended.get(name, last), last)
    texts = [part.text if isinstance(part, Recipe) else part for part in parts]
    between = template.split("%s") if texts else [template]
    assert len(between) == len(texts) + 1, template
    return Recipe("".join(map("".join, zip(between, [*texts, ""], strict=True))), needed, ended)


def join(parts: Iterable[Recipe]) -> Recipe:
    """The recipes side by side, as in a list."""
    listed = list(parts)
    return recipe(", ".join(["%s"] * len(listed)), *listed) if listed else Recipe("")


def lines(text: str) -> list[str]:
    """The lines of a block, each an expression or a part of one."""
    return [line.strip() for line in text.strip().splitlines()]

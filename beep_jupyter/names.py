"""What environments, backends and sessions may be called. Any process of the host; imports `re` only, for servers."""

from __future__ import annotations

import re

PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def check_name(kind: str, name: str) -> str:
    """Returns `name` if it may name an environment or backend, so that it is safe as a file name and in a page.

    Args:
        kind: what is named, for the sentence: "environment", "backend" or "session".

    Raises:
        UsageError: the name is outside `[a-z0-9][a-z0-9._-]{0,63}`; the cure offers one that fits.
    """
    if PATTERN.fullmatch(name):
        return name
    from .errors import UsageError

    shown = name if len(name) <= 40 else name[:40] + "…"
    raise UsageError(
        f"{shown!r} cannot name {'an' if kind[0] in 'aeiou' else 'a'} {kind}.",
        f"Use 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit, such as '{slug(name)}'.",
    )


def slug(text: str) -> str:
    """The nearest permitted name: `provider-name` for `Provider Name`, `x` where nothing is left."""
    if PATTERN.fullmatch(text):
        return text
    return re.sub(r"[^a-z0-9._]+", "-", text.lower()).strip("-._")[:64].rstrip("-._") or "x"

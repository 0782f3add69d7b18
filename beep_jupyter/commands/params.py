"""Kinds of arguments: how each is read, and what it completes to by Tab in both faces."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

from ..backends.names import label
from ..config import SETTINGS
from ..errors import BeepError, UsageError, nearest_match
from ..quantities import parse_size
from .surface import Surface

KINDS = ("pipe", "http", "grpc")
Choices = Callable[[Surface], Iterable[tuple[str, str]]]


def backends(surface: Surface) -> Iterable[tuple[str, str]]:
    """Running backends, as listings call them."""
    return ((label(health), f"{health.kind} backend in {health.environment}") for health in surface.beep.backends())


def environments(surface: Surface) -> Iterable[tuple[str, str]]:
    """Names of environments."""
    return ((found.name, f"Python {found.version}") for found in surface.beep.environments.list())


def runtimes(surface: Surface) -> Iterable[tuple[str, str]]:
    """Ids of runtimes that can be used."""
    return ((found.id, str(found.path)) for found in surface.beep.runtimes.list() if not found.problem)


def managed_runtimes(surface: Surface) -> Iterable[tuple[str, str]]:
    """Ids of runtimes that can be removed."""
    return ((found.id, str(found.path)) for found in surface.beep.runtimes.list() if found.kind == "managed")


def setting_keys(surface: Surface) -> Iterable[tuple[str, str]]:
    """Keys of the settings."""
    return ((key, setting.meaning) for key, setting in SETTINGS.items())


def notebook_variables(surface: Surface) -> Iterable[tuple[str, str]]:
    """Names of the notebook's variables."""
    return ((name, "") for name in surface.variables())


class Word(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """Text that Tab completes from live choices, such as the names of running backends.

    Args:
        name: how usage lines show it.
        choices: where its completions come from; the first to offer a word wins.
        has_commas: whether several may be given with commas between.
    """

    def __init__(self, name: str, *choices: Choices, has_commas: bool = False) -> None:
        self.name = name
        self._choices = choices
        self._has_commas = has_commas

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
        """What may stand here; nothing where the home cannot be read, since Tab must not fail."""
        before, comma, last = incomplete.rpartition(",") if self._has_commas else ("", "", incomplete)
        taken = set(before.split(","))
        return [
            CompletionItem(before + comma + word, help=meaning or None)
            for word, meaning in self._offers(ctx).items()
            if word.startswith(last) and word not in taken
        ]

    def _offers(self, ctx: click.Context) -> dict[str, str]:
        surface = ctx.find_root().obj
        offers: dict[str, str] = {}
        for choices in self._choices:
            try:
                for word, meaning in choices(surface):
                    offers.setdefault(word, meaning)
            except BeepError:
                continue
        return offers


class Kind(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """A kind of backend, in any case; `rpc` means grpc."""

    name = "kind"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The kind in its one spelling."""
        kind = value.lower()
        if kind in (*KINDS, "rpc"):
            return "grpc" if kind == "rpc" else kind
        nearest = nearest_match(kind, KINDS)
        raise UsageError(
            f"No kind of backend is called '{value}'.", f"Did you mean '{nearest}'?" if nearest else _KINDS_SENTENCE
        )

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
        """The three kinds."""
        return [CompletionItem(kind) for kind in KINDS if kind.startswith(incomplete.lower())]


class Size(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on only
    """A number of bytes, written as `512M` or `2GiB`."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The size in bytes."""
        return value if isinstance(value, int) else parse_size(value)


_KINDS_SENTENCE = "There are: pipe, http and grpc."

BACKEND = Word("name", backends)
BACKEND_OR_ENVIRONMENT = Word("name", backends, environments)
ENVIRONMENT = Word("name", environments)
RUNTIME = Word("runtime", managed_runtimes)
PYTHON = Word("python", runtimes)
KEY = Word("key", setting_keys)
TARGETS = Word("names", backends, environments, has_commas=True)
VARIABLES = Word("variables", notebook_variables, has_commas=True)
KIND = Kind()
SIZE = Size()

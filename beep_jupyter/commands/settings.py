"""`config`: checks the set-up, or reads and sets a key."""

from __future__ import annotations

from typing import Any

import click

from ..config import SETTINGS
from .checks import check_setup, show_checks
from .options import as_json
from .params import KEY
from .show import Table, show_json
from .surface import Surface


@click.command()
@click.argument("key", required=False, type=KEY)
@click.argument("value", required=False)
@as_json
@click.pass_context
def config(context: click.Context, key: str | None, value: str | None, as_json: bool) -> None:
    """Check the set-up, or read or set the setting KEY."""
    surface: Surface = context.obj
    if key is None:
        failed = show_checks(surface, check_setup(surface), as_json)
        if not as_json:
            surface.show.table(_settings(surface))
        context.exit(1 if failed else 0)
    if value is not None:
        surface.beep.config.set(key, value)
    shown = surface.beep.config.get(key)
    if as_json:
        show_json(surface.show, [{"key": key, "value": shown, "source": surface.beep.config.source(key)}])
    else:
        surface.show.stream("stdout", _text(shown) + "\n")


def _settings(surface: Surface) -> Table:
    config = surface.beep.config
    rows = [(key, _text(config.get(key)), config.source(key), setting.meaning) for key, setting in SETTINGS.items()]
    return Table(("setting", "value", "from", "meaning"), rows)


def _text(value: Any) -> str:
    """A value as `config KEY VALUE` would take it."""
    return str(value).lower() if isinstance(value, bool) else str(value)

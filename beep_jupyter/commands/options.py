"""Options that several commands share, so that they are spelled and explained once."""

from __future__ import annotations

import click

from .surface import Surface

as_json = click.option("--json", "as_json", is_flag=True, help="Print a JSON array of objects instead.")
timeout = click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help="Interrupt after S seconds.",
)
pass_surface = click.make_pass_decorator(Surface)

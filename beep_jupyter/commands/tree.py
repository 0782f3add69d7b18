"""The tree itself.

Importing it costs click and little more: the manager and everything behind it are imported when a command runs.
"""

from __future__ import annotations

import click

from ..version import __version__
from . import (
    completion,
    demo,
    docs,
    doctor,
    env,
    help,
    lifecycle,
    notebook,
    packages,
    panel,
    running,
    runtimes,
    settings,
    status,
    venv,
)
from .group import TopicGroup


@click.group(cls=TopicGroup)
@click.version_option(__version__, prog_name="beep-jupyter", message="%(prog)s %(version)s")
def beep() -> None:
    """Run code in any Python environment, from a notebook or a terminal."""


beep.add("Runtimes", runtimes.init, runtimes.list_runtimes, runtimes.remove)
beep.add("Environments", venv.venv, env.env)
beep.add("Backends", lifecycle.start, status.status, status.logs)
beep.add("Backends", lifecycle.interrupt, lifecycle.restart, lifecycle.stop, lifecycle.adopt, docs.docs)
beep.add("Running code", running.evaluate, running.run, notebook.use)
beep.add("Set-up", panel.panel, settings.config, doctor.doctor, completion.completion, help.show_help, demo.demo)
beep.add_command(runtimes.list_runtimes, "runtimes")

venv.venv.add("Build", venv.create, venv.clone, venv.admin)
venv.venv.add("Inspect", venv.list_environments, venv.status)
venv.venv.add("Change", packages.install, packages.uninstall, venv.delete)
venv.venv.add("Lock", venv.lock, venv.export)

env.env.add("Notebooks", env.sync)

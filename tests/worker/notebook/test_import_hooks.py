"""What code imports from IPython where IPython is not installed, in the oldest and the newest Python."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "statement",
    [
        "from IPython import get_ipython",
        "from IPython.display import HTML, Image, clear_output, display",
        "from IPython.core.display import HTML",
        "from IPython.core.magic import Magics, line_magic, magics_class, register_line_magic",
        "from IPython.core.pylabtools import figsize",
        "from IPython.utils.capture import capture_output",
        "import IPython; IPython.display.HTML; IPython.version_info",
    ],
)
def test_it_can_be_imported(host_backend, statement: str) -> None:
    assert host_backend.execute(statement).status == "ok"


def test_the_shell_is_the_cells(backend) -> None:
    assert backend.evaluate("import IPython\nIPython.get_ipython() is get_ipython()") is True


def test_what_nobody_offers_is_missed_as_ever(backend) -> None:
    execution = backend.execute("import IPython.no_such_module", check=False)
    assert execution.error["ename"] == "ModuleNotFoundError"
    assert backend.evaluate("__import__('importlib.util').util.find_spec('no_such_module') is None") is True


def test_displays_made_by_the_stand_in_arrive(backend) -> None:
    outputs = backend.execute("from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))").outputs
    assert outputs[0]["data"]["text/html"] == "<b>x</b>"

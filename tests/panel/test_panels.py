from __future__ import annotations

import sys

import pytest

from beep_jupyter import Beep
from beep_jupyter.errors import ConfigurationError
from beep_jupyter.home import Home
from beep_jupyter.panel import Panels


@pytest.mark.parametrize("missing", ["anywidget", "ipywidgets"])
def test_what_is_missing_is_named_with_its_cure(home: Home, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("anywidget", "ipywidgets")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "beep_jupyter.panel.widget", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ConfigurationError) as caught:
        Panels().show(Beep())
    assert str(caught.value) == (
        f"The panel needs {missing}, which is not installed. "
        "Install what draws it, `pip install anywidget ipywidgets`, and restart the kernel."
    )


def test_closing_what_was_never_shown_is_harmless() -> None:
    Panels().close()

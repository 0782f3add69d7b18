"""matplotlib's figures in a backend without IPython come to the cell that made them."""

from __future__ import annotations

import pytest

from tests.parity.conftest import without_ipython

__all__ = ["without_ipython"]


@pytest.fixture
def shown(start, without_ipython):
    """Runs a cell, and returns the kinds and MIME types of what it shows."""
    with start(without_ipython / "bin" / "python") as backend:
        backend.execute("import matplotlib.pyplot as plt\nplt.rcParams['figure.figsize'] = (1, 1)")
        count = 0

        def run(source: str) -> list[object]:
            nonlocal count
            count += 1
            outputs = backend.execute(source, cell=count, check=False).outputs
            return [sorted(each["data"]) if "data" in each else each["output_type"] for each in outputs]

        yield run


PICTURE = ["image/png", "text/plain"]


def test_figures_come_at_the_end_of_the_cell_or_where_they_are_asked_for(shown) -> None:
    assert shown("plt.plot([1, 2])\nprint('text')") == ["stream", PICTURE]
    assert shown("plt.plot([1, 2])\nplt.show()\nprint('text')") == [PICTURE, "stream"]
    assert shown("plt.figure().add_subplot()\nplt.figure().add_subplot()\nNone") == [PICTURE, PICTURE]
    assert shown("plt.plot([1, 2])\nplt.close()") == []
    assert shown("plt.plot([1, 2])\n1 / 0") == ["error", PICTURE]
    assert shown("'none is left'") == [["text/plain"]]


def test_their_format_can_be_chosen(shown) -> None:
    shown("from matplotlib_inline.backend_inline import set_matplotlib_formats\nset_matplotlib_formats('svg')")
    assert shown("plt.plot([1, 2])\nNone") == [["image/svg+xml", "text/plain"]]
    shown("set_matplotlib_formats('png')\nplt.ioff()")
    assert shown("plt.plot([1, 2])\nNone") == []


def test_matplotlib_may_come_after_the_stand_in_of_ipython(start, without_ipython) -> None:
    with start(without_ipython / "bin" / "python") as backend:
        code = "from IPython.display import HTML\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nNone"
        outputs = backend.execute(code, cell=1).outputs
    assert [sorted(each["data"]) for each in outputs] == [PICTURE]

"""The README's pictures: `pytest tests/lab && cp .screenshots/{panel,routed-cell}.png docs/pictures` makes them."""

from __future__ import annotations

import re

from tests.lab.jupyterlab import CHECKOUT

MOST_BYTES = 120_000
SOURCE = re.compile(r'<img src="([^"]+)"[^>]*\balt="[^"]+"')


def test_the_readmes_pictures_are_there_described_and_small() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    sources = SOURCE.findall(readme)
    assert sources == ["docs/pictures/routed-cell.png", "docs/pictures/panel.png"]
    assert len(sources) == readme.count("<img")
    assert [source for source in sources if (CHECKOUT / source).stat().st_size > MOST_BYTES] == []

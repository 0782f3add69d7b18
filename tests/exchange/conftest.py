"""The environments of the exchange tests, and processes in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .environments import HOST, PLACES, SAMPLE, BuildError, Place, build
from .peers import Peer


@pytest.fixture(scope="session")
def folder(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where environments are kept between runs; without a cache of pytest's, for this run."""
    if named := os.environ.get("BEEP_TEST_ENVIRONMENTS"):
        Path(named).mkdir(parents=True, exist_ok=True)
        return Path(named)
    if cache := getattr(pytestconfig, "cache", None):
        return Path(cache.mkdir("environments"))
    return tmp_path_factory.mktemp("environments")


@pytest.fixture(scope="session")
def peers(folder: Path) -> Iterator[list[Peer]]:
    """One process in each environment of the sample, and one in that of the tests."""
    yield from _start([HOST, *(place for place in PLACES if place.name in SAMPLE)], folder)


@pytest.fixture(scope="session")
def all_peers(folder: Path) -> Iterator[list[Peer]]:
    """One process in every environment."""
    yield from _start([HOST, *PLACES], folder)


def _start(places: list[Place], folder: Path) -> Iterator[list[Peer]]:
    try:
        built = build(places, folder)
    except BuildError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no environments to exchange values with, uv says: {error}")
    started = [Peer(name, python) for name, python in built.items()]
    yield started
    for peer in started:
        peer.close()

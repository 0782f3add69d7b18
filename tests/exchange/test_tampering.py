"""Values that were changed on their way: they are refused as malformed, or are some value. Nothing else is raised, and
no library crashes, because what comes from a backend is not to be trusted."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.drawing import drawn

from .journeys import BATCH, Journey, shortest
from .peers import Peer
from .recipes import recipes
from .recipes.recipe import Recipe
from .tampering import tamper
from .test_exchange import SEED

pytestmark = pytest.mark.timeout(600)  # the first test of a run waits for the environments

FATAL = "string_view"
"""pyarrow before 24 ends the process when a record batch tells a wrong number of the buffers that such columns have,
before anyone could validate it (measured)."""


def encoded(chosen: list[Recipe], peer: Peer) -> list[tuple[Any, list[bytes]]]:
    """The trees and buffers of what this peer can make and send."""
    makeable = [one for one in chosen if one.is_for(peer.versions) and FATAL not in one.text]
    peer.begin([{"make": one.text, "to": peer.libraries, "describe": False} for one in makeable])
    return [(answer["tree"], answer["buffers"]) for answer in peer.end() if "tree" in answer]


def check(peers: list[Peer], sources: int, changes: int) -> None:
    """Sends changed values to all peers; each must take them or say that they are malformed."""
    chance = random.Random(SEED)
    chosen = drawn(recipes, sources, SEED)
    whole = [value for peer in peers for value in encoded(chosen, peer) if len(str(value[0])) < 20_000]
    others = [tree for tree, _ in whole]
    failed = []
    for peer in peers:
        for start in range(0, changes, BATCH):
            changed = [tamper(*chance.choice(whole), others, chance) for _ in range(min(BATCH, changes - start))]
            peer.begin([{"tree": tree, "buffers": buffers} for tree, buffers in changed])
            failed += [
                _told(peer, value, answer["failure"])
                for value, answer in zip(changed, peer.end(), strict=True)
                if answer.get("failure", {}).get("step") in ("decode", "any")
            ]
    kinds = list(shortest(failed))
    assert not failed, f"{len(failed)} failed (seed {SEED}). Of each kind one:\n\n" + "\n\n".join(
        f"{journey!s:.3000}" for journey in kinds
    )


def _told(peer: Peer, value: tuple[Any, list[bytes]], failure: dict[str, Any]) -> Journey:
    text = json.dumps({"tree": value[0], "buffers": [data.hex()[:500] for data in value[1]]})
    return Journey(Recipe(text), peer, peer, f"FAILED: {failure['class']} on {failure['step']}", [failure["text"]])


def test_changed_values_are_refused(peers: list[Peer]) -> None:
    check(peers, 300, 200)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_many_changed_values_are_refused(all_peers: list[Peer]) -> None:
    check(all_peers, 3_000, 5_000)

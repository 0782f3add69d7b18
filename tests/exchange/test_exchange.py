"""Values between real environments, old and new: what arrives equals what was sent, or differs as the table says and
a note tells, or is refused with a reason and a cure. Never a difference in silence, never another exception.

BEEP_TEST_SEED draws other values than those of every run.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.drawing import drawn

from .journeys import Journey, shortest, tally, travel
from .peers import Peer
from .recipes import recipes
from .recipes.recipe import Recipe

pytestmark = pytest.mark.timeout(600)  # the first test of a run waits for the environments

SEED = int(os.environ.get("BEEP_TEST_SEED", "4"))


def pair(chosen: list[Recipe], peers: list[Peer]) -> list[Journey]:
    """A journey for each recipe, between two peers at random of which the first can make the value."""
    chance = random.Random(SEED)
    possible = [(one, [peer for peer in peers if one.is_for(peer.versions)]) for one in chosen]
    return [Journey(one, chance.choice(senders), chance.choice(peers)) for one, senders in possible if senders]


def check(journeys: list[Journey]) -> None:
    """Runs them; fails with the shortest recipe of each kind of failure."""
    travel(journeys)
    print(
        f"\nseed {SEED}", *(f"{count:6} {outcome:.150}" for outcome, count in tally(journeys).most_common()), sep="\n"
    )
    failed = [journey for journey in journeys if journey.has_failed]
    told = "\n\n".join(f"{journey!s:.4000}" for journey in shortest(failed))
    assert not failed, f"{len(failed)} of {len(journeys)} failed (BEEP_TEST_SEED={SEED}). Of each kind one:\n\n{told}"
    unmade = [journey for journey in journeys if journey.outcome == "unmade"]
    assert len(unmade) < len(journeys) * 0.05, "\n\n".join(map(str, shortest(unmade)))


def test_values_arrive_or_are_refused(peers: list[Peer]) -> None:
    check(pair(drawn(recipes, 1_200, SEED), peers))


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_many_values_arrive_or_are_refused(all_peers: list[Peer]) -> None:
    check(pair(drawn(recipes, 20_000, SEED), all_peers))

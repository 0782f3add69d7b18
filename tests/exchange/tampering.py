"""Changes encoded values as no encoder would: trees and memory that come from a broken or hostile backend."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

_NUMBERS = [True, -1, 0, 1, 2, 7, 2**31, 2**63, 2**64, 10**30, 0.5, -0.0, 1e308]
_TEXTS = [
    "",
    "a",
    "0x1",
    "\x00",
    "AA==",
    "<f8",
    "|O",
    "|V0",
    "<U4",
    "M8[ns]",
    "C",
    "object",
    "category",
    "int64",
    "UTC",
]
_TAGGED = [{"$type": "float", "value": "nan"}, {"$type": "tuple", "value": []}, {"$type": "dict", "value": []}]
ODD = [None, False, *_NUMBERS, *_TEXTS, *_TAGGED, [], {}, [[]], [0], [None], ["a"]]


def tamper(tree: Any, buffers: list[bytes], others: list[Any], chance: random.Random) -> tuple[Any, list[bytes]]:
    """The value with one to three changes.

    Args:
        others: trees of other values, of which parts may come into this one.
    """
    tree, buffers = copy.deepcopy([tree]), list(buffers)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        if buffers and chance.random() < 0.25:
            number = chance.randrange(len(buffers))
            buffers[number] = _change_memory(buffers[number], chance)
        else:
            _change_tree(tree, others, chance)
    return tree[0] if tree else None, buffers


def _change_memory(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    byte = bytes([chance.randrange(256)])
    return chance.choice(
        [data[:at], data[at:], data + data, data[:at] + byte + data[at + 1 :], data[:at] + byte + data[at:]]
    )


def _change_tree(tree: Any, others: list[Any], chance: random.Random) -> None:
    parents = list(_containers(tree))
    parent = chance.choice(parents)
    if not parent:
        return
    place = chance.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
    what = chance.randrange(6)
    if what == 0:
        del parent[place]
    elif what == 1 and isinstance(parent, list):
        parent.insert(place, copy.deepcopy(chance.choice(parent)))
    elif what == 2:
        parent[place] = copy.deepcopy(_part(tree, chance))
    elif what == 3:
        parent[place] = copy.deepcopy(_part([chance.choice(others)], chance))
    elif what == 4 and isinstance(parent[place], (int, float)) and not isinstance(parent[place], bool):
        parent[place] = parent[place] + chance.choice([1, -1, 2**31, -parent[place] * 2])
    else:
        parent[place] = copy.deepcopy(chance.choice(ODD))


def _part(tree: Any, chance: random.Random) -> Any:
    """Any part of a tree."""
    parent = chance.choice(list(_containers(tree)))
    parts = list(parent.values() if isinstance(parent, dict) else parent)
    return chance.choice(parts) if parts else None


def _containers(tree: Any) -> Iterator[Any]:
    if isinstance(tree, (list, dict)):
        yield tree
        for part in tree.values() if isinstance(tree, dict) else tree:
            yield from _containers(part)

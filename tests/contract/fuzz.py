"""Frames that no client would send: random bytes, mutated frames, requests with wrong fields, values that are none.

All from one seeded generator, so that a finding can be had again.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from typing import Any

from beep_jupyter.worker.values.coding import names

from . import raw_pipe

HARMLESS = ("ping", "health", "interrupt", "obituary", "", "do_ping", "__init__")  # of the control plane
COMMANDS = ("eval", "execute", "get", "put", "variables", "delete", "handles", "dispose", "wrap", "call", "create")
COMMANDS += ("import", "getattr", "setattr", "tofloatarray", "tofloatarray2d", "module_available", "complete")
COMMANDS += ("inspect", "release", "input")
FIELDS = ("code", "locals", "inputs", "outputs", "name", "values", "value", "handleId", "methodName", "args", "kwargs")
FIELDS += ("className", "moduleName", "moduleHandleId", "attributeName", "cursor", "session", "connection", "request")
TEXTS = ("", "1", "x", "ä\u2028", "\ud800", "a" * 300, "0" * 32, "os", "../x", "\x00")
MAX_BYTES = 4000


class Fuzz:
    """Makes one nasty frame after another."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._types = names()

    def before_hello(self, token: str) -> bytes:
        """What somebody sends who may know the token, but not how to say hello."""
        kind = self._pick(["session", "control", 5, None, "x"])
        hello = {"type": "hello", "protocol": 1, "token": token, "kind": kind, "session": self._json(1)}
        hello.pop(self._pick([*hello]))
        return self._spoiled(hello, [])

    def request(self, plane: str) -> bytes:
        """What comes behind the hello of a plane."""
        commands = COMMANDS if plane == "session" else HARMLESS
        header: dict[str, Any] = {"type": "request", "id": self._chance.randrange(1 << 40), "fields": self._fields()}
        header["command"] = self._pick([*commands, self._json(1)])
        if self._chance.random() < 0.2:
            header[self._pick(["id", "type", "fields", "release", "inline", "command"])] = self._json(2)
        buffers = [self._chance.randbytes(self._chance.randrange(50)) for _ in range(self._chance.randrange(3))]
        return self._spoiled(header, buffers)

    def _pick(self, choices: Any) -> Any:
        return self._chance.choice(choices)

    def _fields(self) -> dict[str, Any]:
        chosen = self._chance.sample(FIELDS, self._chance.randrange(5))
        fields = {name: self._json(3) for name in chosen}
        if "code" in fields:
            fields["code"] = self._pick(["1", "x", "1 +", "'a' * 10", 5, None])
        return fields

    def _json(self, depth: int) -> Any:
        makers: list[Callable[[], Any]] = [
            lambda: self._pick([None, True, False, 0, -1, 2**53, 2**70, 1e308, -0.0, 1e-320]),
            lambda: self._pick(TEXTS),
        ]
        if depth > 0:
            makers += [
                lambda: [self._json(depth - 1) for _ in range(self._chance.randrange(4))],
                lambda: {self._pick(TEXTS): self._json(depth - 1) for _ in range(self._chance.randrange(3))},
                lambda: {"$type": self._pick([*self._types, "x", 5]), "value": self._json(depth - 1)},
                lambda: {"$type": self._pick(self._types), "value": self._pick([0, 1, 7, "0x1", "", "nan"])},
            ]
        return self._pick(makers)()

    def _spoiled(self, header: dict[str, Any], buffers: list[bytes]) -> bytes:
        """A frame, whole or with something wrong in its bytes."""
        whole = raw_pipe.frame(header, buffers)
        spoil = self._pick([self._whole, self._whole, self._cut, self._flip, self._noise, self._lie, self._nest])
        found: bytes = spoil(whole)
        return found[:MAX_BYTES]

    def _whole(self, frame: bytes) -> bytes:
        return frame

    def _cut(self, frame: bytes) -> bytes:
        return frame[: self._chance.randrange(len(frame))]

    def _flip(self, frame: bytes) -> bytes:
        flipped = bytearray(frame)
        for _ in range(self._chance.randrange(1, 6)):
            flipped[self._chance.randrange(len(flipped))] ^= 1 << self._chance.randrange(8)
        return bytes(flipped)

    def _noise(self, frame: bytes) -> bytes:
        return self._chance.randbytes(self._chance.randrange(1, 200))

    def _lie(self, frame: bytes) -> bytes:
        """A prefix or a size that does not say what comes."""
        size = self._pick([0, 1, len(frame), 1 << 20, 1 << 28, (1 << 32) - 1])
        count = self._pick([0, 1, 1 << 16, (1 << 32) - 1])
        return struct.pack("<II", size, count) + frame[8:] + struct.pack("<Q", self._pick([0, 1 << 30, 1 << 63]))

    def _nest(self, frame: bytes) -> bytes:
        deep = json.dumps({"type": "request", "id": 1, "command": "put"})[:-1] + ', "fields": {"values": {"x": '
        body = (deep + "[" * 1500 + "]" * 1500 + "}}}").encode()
        return struct.pack("<II", len(body), 0) + body

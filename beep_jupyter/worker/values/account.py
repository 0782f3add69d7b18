"""What one value's journey was: the stuff of receipts. Runs in worker and host. Imports nothing."""

from __future__ import annotations


class Account:
    """Gathered while one value is encoded or decoded.

    Attributes:
        codecs: what the value is made of, beside plain values: `bytes`, `pickle` and libraries.
        duration_s: how long it took on this side.
        notes: what became of types that the receiver lacks, such as `pandas str → object`.
        size_bytes: of all its memory.
    """

    __slots__ = ("codecs", "duration_s", "notes", "size_bytes")

    def __init__(self) -> None:
        self.codecs: list[str] = []
        self.duration_s = 0.0
        self.notes: list[str] = []
        self.size_bytes = 0

    def add_codec(self, name: str) -> None:
        """Notes what a part is; once."""
        if name not in self.codecs:
            self.codecs.append(name)

    def note(self, text: str) -> None:
        """Tells the user of a nearest type; once."""
        if text not in self.notes:
            self.notes.append(text)

    @property
    def told(self) -> str:
        """All notes as one text."""
        return "; ".join(self.notes)

    @property
    def codec(self) -> str:
        """All of them as one word."""
        return "+".join(self.codecs) or "json"

"""Memory that another process on this machine has lent (`segments.py`), as this one sees it. Runs in worker and host;
loaded when a reference comes in. Standard library.
"""

from __future__ import annotations

import mmap
import os

try:
    import fcntl
except ImportError:  # Windows, where nothing is lent; clients import this module there too
    fcntl = None  # type: ignore[assignment]

from .registry import MalformedValue, Unreceivable
from .segments import DATA_AT, F_GET_SEALS, F_SEAL_GROW, F_SEAL_SHRINK, NONCE_BYTES, TAKEN_AT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KEYS = {"pid", "fd", "device", "inode", "nonce", "size"}
_SEALED = F_SEAL_SHRINK | F_SEAL_GROW
_CURE = "Send it again; if that fails too, set `transfer.shared_memory_bytes` to 0."


class LostMemory(Unreceivable):
    """What was lent is not there any more: its lender has ended, or took it back."""

    __slots__ = ()


def mapped(reference: Any) -> memoryview:
    """The memory of a reference, mapped privately: this process may write to it, and neither side sees the other's
    writes. It lasts as long as something refers to it.

    Raises:
        MalformedValue: it is no reference.
        LostMemory: the memory is not there any more, or was never for this process.
    """
    _check(reference)
    if fcntl is None:
        raise _lost("memory is not lent on this system")
    try:
        # Without waiting, since a forged reference may lead anywhere.
        descriptor = os.open(
            "/proc/%d/fd/%d" % (reference["pid"], reference["fd"]), os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK
        )
    except OSError as error:
        raise _lost(error.strerror) from None
    try:
        if not _is_meant(descriptor, reference):
            raise _lost("it was taken back")
        # From here on it is open, so the lender cannot take it back.
        os.pwrite(descriptor, b"\1", TAKEN_AT)
        protection = mmap.PROT_READ | mmap.PROT_WRITE
        return memoryview(mmap.mmap(descriptor, reference["size"], mmap.MAP_PRIVATE, protection, offset=DATA_AT))
    except OSError as error:
        raise _lost(error.strerror) from None
    finally:
        os.close(descriptor)


def _check(reference: Any) -> None:
    if type(reference) is not dict or reference.keys() != _KEYS:
        raise MalformedValue("A reference to memory has exactly the keys %s." % ", ".join(sorted(_KEYS)))
    numbers = [reference[key] for key in _KEYS - {"nonce"}]
    if any(type(number) is not int or number < 0 for number in numbers) or type(reference["nonce"]) is not str:
        raise MalformedValue("A reference to memory is made of numbers and a nonce.")
    if not 0 < reference["size"] < 1 << 48 or max(reference["pid"], reference["fd"]) >= 1 << 31:
        raise MalformedValue("A reference to memory is beyond every memory.")


def _is_meant(descriptor: int, reference: dict[str, Any]) -> bool:
    """Whether this is the file of the reference, of a size that stays, and still what was lent with it."""
    found = os.fstat(descriptor)
    if (found.st_dev, found.st_ino) != (reference["device"], reference["inode"]):
        return False
    if fcntl.fcntl(descriptor, F_GET_SEALS) & _SEALED != _SEALED or found.st_size < DATA_AT + reference["size"]:
        return False
    is_current: bool = os.pread(descriptor, NONCE_BYTES, 0).hex() == reference["nonce"]
    return is_current


def _lost(why: str | None) -> LostMemory:
    return LostMemory("memory", "what was lent for it cannot be opened: %s" % why, _CURE)

"""Values as a JSON tree plus numbered buffers, and back. Runs in worker and host alike, so that the format exists once.

None, bool, str, finite float, int within 2**53, list and dict with str keys are themselves; everything else is
`{"$type": NAME, "value": …}` by a codec (`registry.py`), chosen by `type(value)` exactly. Encoding runs no code of the
value's own. docs/reference/values.md is the specification. Standard library only; importing it imports no module but
its neighbours, because every import costs each worker start time and memory.
"""

from __future__ import annotations

from time import perf_counter

from .. import late
from . import builtin_codecs, registry, stdlib_codecs
from .account import Account
from .plain import SCALARS, are_plain, is_flat, is_plain_key
from .receiver import ANYONE, SHARED_FROM_BYTES
from .registry import MalformedValue, Unreceivable, Untransferable, codec_of, name_of, no_codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from .receiver import Receiver
    from .segments import Segment

    Part = int | str | dict[str, Any]  # stands in a tree for memory

__all__ = ["MalformedValue", "Unreceivable", "Untransferable", "decode", "decode_all", "encode", "names"]

MAX_DEPTH = 200

_LOOP_CURE = "Send its parts as plain values, or keep it where it is and use it through a handle."

registry.register(builtin_codecs.CODECS)
registry.register(stdlib_codecs.CODECS)


def encode(value: Any, *, first_buffer: int = 0, to: Receiver = ANYONE) -> tuple[Any, list[Any]]:
    """Turns a value into what json can write, and raw memory beside it.

    Parts that JSON holds as they are, and memory, are not copied: write the result before the value may change.

    Args:
        first_buffer: the number of the first buffer, for several values that share one list of buffers.
        to: what is known of the side that will decode it.

    Returns:
        The tree, and its buffers: bytes-like, contiguous, one-dimensional.

    Raises:
        Untransferable: the value, or one in it, has no codec, contains itself or is nested more than 200 deep, or the
            receiver lacks what it needs.
    """
    encoder = Encoder(first_buffer, to)
    return encoder.encode_whole(value), encoder.buffers


def decode(tree: Any, buffers: Sequence[Any] = (), notes: list[str] | None = None) -> Any:
    """The value of a tree as json read it, with its buffers. Takes over the tree: parts of it become the value.

    Args:
        buffers: bytes-like; each may be taken once. What bytes and bytearrays are made of is copied.
        notes: gets what became of types that this side lacks, such as `pandas str → object`.

    Raises:
        MalformedValue: the tree or a buffer is not as `encode` makes them.
        Unreceivable: (a MalformedValue, with reason and cure) it is, but this Python cannot hold the value.
    """
    if type(tree) in SCALARS:
        return tree
    try:
        decoder = Decoder(buffers)
        value = decoder.decode(tree)
        if notes is not None:
            notes += decoder.account.notes
        return value
    except RecursionError:
        raise MalformedValue("The tree is nested too deeply.") from None


def decode_all(
    trees: Iterable[Any],
    buffers: Sequence[Any] = (),
    accounts: list[Account] | None = None,
    *,
    takes_pickle: bool = False,
) -> list[Any]:
    """The values of trees that share one list of buffers; else as `decode`.

    Args:
        accounts: gets one a tree.
        takes_pickle: whether the user asked for pickles.
    """
    decoder = Decoder(buffers, takes_pickle=takes_pickle)
    try:
        if accounts is None:
            return list(map(decoder.decode, trees))
        return [decoder.decode_for(accounts, tree) for tree in trees]
    except RecursionError:
        raise MalformedValue("The tree is nested too deeply.") from None


def names() -> list[str]:
    """Every NAME that may stand behind `$type`, sorted."""
    return registry.names()


class TooLarge(Exception):
    """The memory of a value is more than may travel."""

    __slots__ = ()


class Encoder:
    """One value on its way into a tree; what codecs are given.

    Attributes:
        account: what is to be told of it.
        buffers: what was added so far.
        lent: memory that was lent to the receiver instead of being a buffer.
        receiver: the side that will decode it; what it has installed decides between forms.
    """

    __slots__ = ("_enclosing", "_first_buffer", "account", "buffers", "lent", "receiver")

    def __init__(self, first_buffer: int, receiver: Receiver) -> None:
        self.buffers: list[Any] = []
        self.account = Account()
        self.lent: list[Segment] = []
        self.receiver = receiver
        self._first_buffer = first_buffer
        self._enclosing: set[int] = set()  # ids of the values that this one lies in: depth, and cycles

    def encode_whole(self, value: Any) -> Any:
        """The tree of the value that all the others lie in; else as `values.encode`."""
        kind = type(value)
        try:
            return value if is_flat(value) else self.encode(value)
        except RecursionError:
            refused = Untransferable(name_of(kind), "the caller's stack is too full to walk it", _LOOP_CURE)
        except RuntimeError:  # "changed size during iteration"
            cure = "Wait until the thread that changes it has ended, or send a copy."
            refused = Untransferable(name_of(kind), "it changed while it was read", cure)
        except TooLarge:
            refused = _too_large(kind, self.receiver.max_bytes)
        except BaseException:
            self.give_up()
            raise
        self.give_up()
        raise refused

    def give_up(self) -> None:
        """Takes back what was lent: nobody will get it."""
        for segment in self.lent:
            segment.is_over = True

    def encode(self, value: Any) -> Any:
        """The tree of a value. One more frame per level, two where a codec is between: 200 levels always fit."""
        kind, identity, enclosing = type(value), id(value), self._enclosing
        tree: Any
        if len(enclosing) >= MAX_DEPTH and kind not in SCALARS:
            raise _too_deep(value)
        if is_flat(value):
            return value
        if identity in enclosing:
            raise Untransferable(name_of(kind), "it contains itself", _LOOP_CURE)
        enclosing.add(identity)
        if kind is list:
            tree = list(map(self.encode, value))
        elif kind is dict and all(map(is_plain_key, value)):
            tree = dict(zip(value, map(self.encode, value.values())))
        else:
            tree = self._tag(kind, value)
        enclosing.remove(identity)
        return tree

    def encode_items(self, items: list[Any]) -> list[Any]:
        """The trees of the items of a list; the same list where JSON holds all of them as they are."""
        return items if are_plain(items) else list(map(self.encode, items))

    def _tag(self, kind: type, value: Any) -> dict[str, Any]:
        codec = codec_of(kind)
        if codec is None and self.receiver.takes_pickle:
            codec = registry.codec_named("pickle")
        if codec is None:
            raise no_codec(kind)
        if codec.needs:
            if not self.receiver.has(codec.needs):
                raise self.receiver.lacks(codec.needs, name_of(kind))
            self.account.add_codec(codec.needs)
        return {"$type": codec.name, "value": codec.encode(value, self)}

    def add_buffer(self, data: Any) -> Part:
        """What stands in the tree for raw memory: the number of a buffer, base64, or a reference to lent memory.

        Args:
            data: bytes, or a contiguous one-dimensional memoryview of bytes.
        """
        size = len(data)
        self.account.size_bytes += size
        if self.account.size_bytes > self.receiver.max_bytes:
            raise TooLarge
        if size >= SHARED_FROM_BYTES:
            lent = self.receiver.lend(memoryview(data))
            if lent is not None:
                self.lent.append(lent[0])
                return lent[1]
        if size <= self.receiver.inline_limit_bytes:
            import binascii

            return binascii.b2a_base64(data, newline=False).decode()
        self.buffers.append(data)
        return self._first_buffer + len(self.buffers) - 1


class Decoder:
    """One tree on its way to a value; what codecs are given.

    Attributes:
        account: what is to be told of it.
        takes_pickle: whether the user asked for pickles.
    """

    __slots__ = ("_buffers", "_depth", "account", "takes_pickle")

    def __init__(self, buffers: Sequence[Any], *, takes_pickle: bool = False) -> None:
        self._buffers = list(buffers)
        self._depth = 0
        self.account = Account()
        self.takes_pickle = takes_pickle

    def decode(self, tree: Any) -> Any:
        """The value of a tree."""
        kind = type(tree)
        value: Any
        if kind in SCALARS:
            return tree
        if self._depth >= MAX_DEPTH:
            raise MalformedValue(f"The tree is nested more than {MAX_DEPTH} deep.")
        self._depth += 1
        if kind is list:
            value = self.decode_items(tree)
        elif kind is not dict:
            raise MalformedValue(f"A tree holds JSON only, not {kind.__name__}.")
        elif "$type" in tree:
            value = self._decode_tagged(tree)
        else:
            items = tree.values()
            value = tree if SCALARS.issuperset(map(type, items)) else dict(zip(tree, map(self.decode, items)))
        self._depth -= 1
        return value

    def decode_for(self, accounts: list[Account], tree: Any) -> Any:
        """The value of a tree, with an account of its own."""
        self.account = Account()
        accounts.append(self.account)
        begun = perf_counter()
        value = self.decode(tree)
        self.account.duration_s = perf_counter() - begun
        return value

    def decode_items(self, trees: Any) -> list[Any]:
        """The values of a list of trees; the same list where all of them are their own values.

        Raises:
            MalformedValue: it is not a list.
        """
        registry.expect(trees, list)
        return trees if SCALARS.issuperset(map(type, trees)) else list(map(self.decode, trees))

    def buffer(self, part: Any) -> Any:
        """The raw memory for which `part` stands in the tree; each buffer once. It is bytes-like, may be written to and
        is nobody else's.

        Raises:
            MalformedValue: there is no such buffer, or it was taken, or `part` is not base64.
        """
        if type(part) is str:
            return _from_base64(part)
        if type(part) is dict:
            lent = late.load("values.mapping").mapped(part)
            self.account.size_bytes += lent.nbytes
            return lent
        number = registry.expect(part, int)
        if not 0 <= number < len(self._buffers):
            raise MalformedValue(f"There is no buffer {number!r:.20}; {len(self._buffers)} came with the value.")
        data, self._buffers[number] = self._buffers[number], None
        if data is None:  # or a small tree could ask for a large buffer many times
            raise MalformedValue(f"Buffer {number} is used twice.")
        self.account.size_bytes += len(data)
        return data

    def note(self, text: str) -> None:
        """Tells the user, once a value, of a nearest type that stands for one which this side lacks."""
        self.account.note(text)

    def _decode_tagged(self, tree: dict[str, Any]) -> Any:
        name = tree["$type"]
        codec = registry.codec_named(registry.expect(name, str))
        if codec is None:
            raise MalformedValue(f"$type {name!r:.80} is not known; there are {', '.join(names())}.")
        if len(tree) != 2 or "value" not in tree:
            raise MalformedValue(f"A tagged '{name}' has exactly the keys '$type' and 'value'.")
        if codec.needs:
            self.account.add_codec(codec.needs)
        try:
            return codec.decode(tree["value"], self)
        except (ValueError, TypeError, ArithmeticError) as error:
            raise MalformedValue(f"The value of a '{name}' is malformed: {error!s:.200}.") from error


def _from_base64(text: str) -> bytearray:
    import binascii

    data = binascii.a2b_base64(text)
    if binascii.b2a_base64(data, newline=False) != text.encode():  # a2b skips what is not of its alphabet
        raise ValueError("a buffer is not base64")
    return bytearray(data)


def _too_large(kind: type, max_bytes: int) -> Untransferable:
    reason = "it has more than %d MiB, the most that is allowed" % (max_bytes >> 20)
    cure = "Allow more with `beep config transfer.max_bytes SIZE`, or keep it where it is and use it through a handle."
    return Untransferable(name_of(kind), reason, cure)


def _too_deep(value: Any) -> Untransferable:
    reason = f"it is nested more than {MAX_DEPTH} deep"
    return Untransferable(name_of(type(value)), reason, _LOOP_CURE)

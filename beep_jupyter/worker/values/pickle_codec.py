"""Whatever pickle can carry: only for a request whose user asked for it. Runs in worker and host.

What comes out of a pickle may run code of the other side's choice, so it is never a fallback. Large memory travels
beside it (PEP 574). Loaded when first used.
"""

from __future__ import annotations

from .registry import Codec, MalformedValue, Unreceivable, Untransferable, expect, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pickle import PickleBuffer
    from typing import Any

    from .coding import Decoder, Encoder


def encode_pickle(value: Any, encoder: Encoder) -> dict[str, Any]:
    import pickle

    parts: list[Any] = []

    def is_kept_inside(buffer: PickleBuffer) -> bool:
        try:
            parts.append(buffer.raw())
        except BufferError:  # not contiguous
            return True
        return False

    try:
        data = pickle.dumps(value, protocol=5, buffer_callback=is_kept_inside)
    except Exception as error:  # noqa: BLE001  it asks the value's own code
        reason = "it cannot be pickled: %s: %.200s" % (type(error).__name__, error)
        raise Untransferable(name_of(type(value)), reason, "Keep it where it is and use it through a handle.") from None
    encoder.account.add_codec("pickle")
    return {"data": encoder.add_buffer(data), "buffers": [encoder.add_buffer(part) for part in parts]}


def decode_pickle(part: Any, decoder: Decoder) -> Any:
    import pickle

    if set(expect(part, dict)) != {"data", "buffers"}:
        raise MalformedValue("A pickle has exactly the keys 'data' and 'buffers'.")
    if not decoder.takes_pickle:
        raise Unreceivable("pickle", "nobody asked for it here", "Ask for it with `--pickle`, if you trust its sender.")
    decoder.account.add_codec("pickle")
    data, buffers = decoder.buffer(part["data"]), [decoder.buffer(buffer) for buffer in expect(part["buffers"], list)]
    try:
        return pickle.loads(data, buffers=buffers)
    except Exception as error:  # noqa: BLE001  it runs the value's own code
        reason = "it cannot be unpickled: %s: %.200s" % (type(error).__name__, error)
        raise Unreceivable("pickle", reason, "What its class is defined in must be importable on both sides.") from None


CODECS = (Codec("pickle", (), encode_pickle, decode_pickle),)

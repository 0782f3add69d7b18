"""What frames, series and indexes of pandas have beside their data. Runs in worker and host; imports `registry` only.

    {"attrs": tree of a dict, "unique": boolean}

`attrs` is null where there are none; `unique` says that the value refuses labels that are equal.
"""

from __future__ import annotations

from .registry import Untransferable, expect, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

KEYS = {"attrs", "unique"}


def check_attributes(value: Any) -> None:
    """Makes sure that nobody set attributes on a value; pandas' own begin with `_`, or are accessors.

    Raises:
        Untransferable: someone did.
    """
    own = {"sortorder", *type(value)._accessors}
    for name in vars(value):
        if not name.startswith("_") and name not in own:
            reason = "the attribute %.80r was set on it, which would be lost" % name
            raise Untransferable(name_of(type(value)), reason, "Send `.copy()` of it, or put that into its `attrs`.")


def encode_marks(value: Any, encoder: Encoder) -> dict[str, Any]:
    """Of a frame or series."""
    check_attributes(value)
    attrs = value.attrs
    return {"attrs": encoder.encode(attrs) if attrs else None, "unique": not value.flags.allows_duplicate_labels}


def set_marks(value: Any, tree: dict[str, Any], decoder: Decoder) -> Any:
    """The value, with the marks of its tree."""
    if tree["attrs"] is not None:
        value.attrs = expect(decoder.decode(tree["attrs"]), dict)
    if expect(tree["unique"], bool):
        value.flags.allows_duplicate_labels = False
    return value

"""Codecs of polars: frames and series, as the IPC stream that polars itself writes. Runs in worker and host.

    {"stream": memory, "schema": [["a", "Int64"]], "height": 2, "polars": "2.1.0"}

Loaded when the first such value is sent or comes in. The schema travels beside the stream, because versions read some
dtypes as others and say nothing. pyarrow is not needed. polars is imported when `CODECS` is first asked for.
"""

from __future__ import annotations

import io
import sys

from .libraries import needed
from .polars_dtypes import describe, differences, outline, restore
from .registry import Codec, MalformedValue, Unreceivable, Untransferable, expect, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

_MIXES_UP = tuple("1.%d." % minor for minor in range(12))  # 1.12 does not, measured
_KEYS = {"stream", "schema", "height", "polars"}


def encode_frame(value: Any, encoder: Encoder) -> dict[str, Any]:
    polars = sys.modules["polars"]
    if type(value) is polars.LazyFrame:
        cure = "Call `.collect()` first, or keep it where it is and use it through a handle."
        raise Untransferable(name_of(type(value)), "it is a plan, and not data", cure)
    schema = [[name, describe(kind)] for name, kind in value.schema.items()]
    stream = io.BytesIO()
    try:
        value.write_ipc_stream(stream, **_options())
    except BaseException as error:
        if not _is_from_polars(error):
            raise
        reason = "polars cannot write it: %.200s" % error
        raise Untransferable(name_of(type(value)), reason, "Cast its columns to other dtypes first.") from None
    return {
        "stream": encoder.add_buffer(stream.getbuffer()),
        "schema": schema,
        "height": value.height,
        "polars": polars.__version__,
    }


def _options() -> dict[str, Any]:
    """polars 1.8, the last for Python 3.8, mixes up texts and categories in memory unless it writes as older ones."""
    polars = sys.modules["polars"]
    level = getattr(polars, "CompatLevel", None)
    if level is None or not polars.__version__.startswith(_MIXES_UP):
        return {}
    return {"compat_level": level.oldest()}


def decode_frame(part: Any, decoder: Decoder) -> Any:
    return _read(part, decoder, "polars.DataFrame")


def encode_series(value: Any, encoder: Encoder) -> dict[str, Any]:
    """As a frame of one column."""
    return encode_frame(value.to_frame(), encoder)


def decode_series(part: Any, decoder: Decoder) -> Any:
    frame = _read(part, decoder, "polars.Series")
    if frame.width != 1:
        raise MalformedValue("A series of polars is a frame of one column.")
    return frame.to_series(0)


def _read(part: Any, decoder: Decoder, type_name: str) -> Any:
    polars = sys.modules["polars"]
    if set(expect(part, dict)) != _KEYS:
        raise MalformedValue("What polars wrote has exactly the keys %s." % ", ".join(sorted(_KEYS)))
    version, stream = expect(part["polars"], str), io.BytesIO(decoder.buffer(part["stream"]))
    try:
        wanted = {name: (tree, restore(tree)) for name, tree in expect(part["schema"], list)}
        frame = polars.read_ipc_stream(stream)
        if frame.columns == list(wanted) and frame.height == expect(part["height"], int):
            return _fitted(frame, wanted, decoder)
        error: Any = "columns or rows are missing"
    except Unreceivable:
        raise
    except BaseException as caught:
        if not _is_from_polars(caught):
            raise
        error = caught
    if version == polars.__version__:
        raise MalformedValue("polars cannot read it: %.200s" % error)
    reason = "its receiver's polars %s cannot read what %.20s wrote: %.200s" % (polars.__version__, version, error)
    raise Unreceivable(type_name, reason, "Cast it to other dtypes first, or install the same polars on both sides.")


def _fitted(frame: Any, wanted: dict[str, Any], decoder: Decoder) -> Any:
    """The frame with the dtypes that were sent, or with the nearest ones that this polars has."""
    for name, (tree, kind) in wanted.items():
        found = describe(frame.schema[name])
        if found == tree:
            continue
        if outline(found) != outline(tree):
            raise TypeError("%.80s became %.80s" % (tree, found))
        frame = frame.with_columns(frame[name].cast(kind))
        for difference in differences(tree, describe(frame.schema[name])):
            decoder.note(difference)
    return frame


def _is_from_polars(error: BaseException) -> bool:
    """Whether it says that something is not possible. What Rust panics with is no Exception."""
    kinds = (sys.modules["polars"].exceptions.PolarsError, OSError, ValueError, TypeError, NotImplementedError)
    return isinstance(error, (*kinds, Untransferable)) or type(error).__name__ == "PanicException"


def _codecs() -> tuple[Codec, ...]:
    polars = needed("polars", "polars.DataFrame")
    return (
        Codec("polars_frame", (polars.DataFrame, polars.LazyFrame), encode_frame, decode_frame, "polars"),
        Codec("polars_series", (polars.Series,), encode_series, decode_series, "polars"),
    )


def __getattr__(name: str) -> Any:
    if name == "CODECS":
        return _codecs()
    raise AttributeError("module %r has no attribute %r" % (__name__, name))

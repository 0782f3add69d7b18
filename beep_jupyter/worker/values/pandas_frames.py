"""Frames and series of pandas as parts of a JSON tree. Runs in worker and host.

    {"index": INDEX, "columns": INDEX, "blocks": [[PLACES, COLUMN], …], "attrs": …, "unique": …}
    {"values": COLUMN, "index": INDEX, "name": tree, "attrs": …, "unique": …}

Columns of one dtype lie in one block, as pandas has them: one piece of memory, which is not copied on either side.
PLACES is the position of the first of consecutive columns, or a list of all positions. pandas is taken from
`sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .pandas_columns import decode_column, encode_column, flat
from .pandas_indexes import decode_index, encode_index
from .pandas_marks import KEYS, encode_marks, set_marks
from .receiver import SHARED_FROM_BYTES
from .registry import MalformedValue, expect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .coding import Decoder, Encoder

_MANY_BLOCKS = 64  # from here on, joining them costs less than telling them
_MOST_WITHOUT_ROWS = 1 << 24
_SIMPLE = "biufcO"  # kinds of dtypes whose `str` and character tell all


def encode_frame(frame: Any, encoder: Encoder) -> dict[str, Any]:
    return {
        "index": encode_index(frame.index, encoder),
        "columns": encode_index(frame.columns, encoder),
        "blocks": [[_describe_places(at), encode_column(values, encoder)] for at, values in _blocks_of(frame._mgr)],
        **encode_marks(frame, encoder),
    }


def decode_frame(part: Any, decoder: Decoder) -> Any:
    if set(expect(part, dict)) != {"index", "columns", "blocks", *KEYS}:
        raise MalformedValue("A frame has exactly the keys 'index', 'columns', 'blocks', 'attrs' and 'unique'.")
    index, columns = decode_index(part["index"], decoder), decode_index(part["columns"], decoder)
    if len(columns) > _MOST_WITHOUT_ROWS and not len(index):  # which no memory would have to come for
        raise MalformedValue("A frame without rows has at most %d columns." % _MOST_WITHOUT_ROWS)
    blocks = [_decode_block(block, len(index), decoder) for block in expect(part["blocks"], list)]
    _check_places([places for _, places in blocks], len(columns))
    return set_marks(_frame_of(blocks, index, columns), part, decoder)


def encode_series(series: Any, encoder: Encoder) -> dict[str, Any]:
    return {
        "values": encode_column(series._values, encoder),
        "index": encode_index(series.index, encoder),
        "name": encoder.encode(series.name),
        **encode_marks(series, encoder),
    }


def decode_series(part: Any, decoder: Decoder) -> Any:
    if set(expect(part, dict)) != {"values", "index", "name", *KEYS}:
        raise MalformedValue("A series has exactly the keys 'values', 'index', 'name', 'attrs' and 'unique'.")
    values = flat(decode_column(part["values"], decoder))
    index, name = decode_index(part["index"], decoder), decoder.decode(part["name"])
    series = sys.modules["pandas"].Series(values, index=index, dtype=values.dtype, name=name, copy=False)
    if series.dtype != values.dtype:
        raise MalformedValue("pandas has no series of dtype '%s'." % values.dtype)
    return set_marks(series, part, decoder)


def _blocks_of(manager: Any) -> list[tuple[list[int], Any]]:
    """Places and values of columns that share memory; such with zones and the like one by one, as old versions do."""
    blocks = getattr(manager, "blocks", None)
    if blocks is None:  # its option `mode.data_manager`, before pandas 3
        return [([place], values) for place, values in enumerate(manager.arrays)]
    found: list[tuple[list[int], Any]] = []
    for block in blocks:
        values, places = block.values, block.mgr_locs.as_array.tolist()
        if values.ndim == 2 and not _is_of_numpy(values):
            found += [([place], row) for place, row in zip(places, values)]
        elif places:
            found.append((places, values))
    return found if len(found) < _MANY_BLOCKS else _joined(found)


def _joined(blocks: list[tuple[list[int], Any]]) -> list[tuple[list[int], Any]]:
    """The same with one block for all small ones of each simple dtype of NumPy."""
    rest: list[tuple[list[int], Any]] = []
    groups: dict[tuple[str, str], list[tuple[list[int], Any]]] = {}
    for places, values in blocks:
        if _is_joinable(values):
            groups.setdefault((values.dtype.str, values.dtype.char), []).append((places, values))
        else:
            rest.append((places, values))
    for group in groups.values():
        at = [place for places, _ in group for place in places]
        rest.append((at, sys.modules["numpy"].concatenate([values for _, values in group])))
    return rest


def _is_joinable(values: Any) -> bool:
    """Whether it is small, and a text tells its dtype."""
    if type(values) is not sys.modules["numpy"].ndarray or values.nbytes >= SHARED_FROM_BYTES:
        return False
    return values.dtype.kind in _SIMPLE and not values.dtype.metadata


def _is_of_numpy(values: Any) -> bool:
    return isinstance(values.dtype, sys.modules["numpy"].dtype)


def _describe_places(places: list[int]) -> Any:
    first = places[0]
    return first if places == list(range(first, first + len(places))) else places


def _decode_block(block: Any, count: int, decoder: Decoder) -> tuple[Any, Any]:
    """The values of a block and the places of its columns, which are checked for their length only."""
    places, column = expect(block, list)
    values = decode_column(column, decoder)
    if values.ndim == 1 and _is_of_numpy(values):
        values = values.reshape(1, -1)
    width = values.shape[0] if values.ndim == 2 else 1
    if type(places) is int:
        places = range(places, places + width)
    elif any(type(place) is not int for place in expect(places, list)):
        raise MalformedValue("Places of columns are integers.")
    if not width or len(places) != width or values.shape[-1] != count:
        raise MalformedValue("A block has columns, a place for each, and as many rows as the index.")
    return values, places


def _check_places(places: list[Any], width: int) -> None:
    """Makes sure that each column is there once."""
    if sum(map(len, places)) != width or sorted(place for each in places for place in each) != list(range(width)):
        raise MalformedValue("The blocks of a frame have each of its columns once.")


def _frame_of(blocks: list[tuple[Any, Any]], index: Any, columns: Any) -> Any:
    pandas, numpy = sys.modules["pandas"], sys.modules["numpy"]
    arrays = [(values, numpy.array(places, "intp")) for values, places in blocks]
    public = getattr(pandas.api, "internals", None)
    if public is not None:  # from 3.0 on
        return public.create_dataframe_from_blocks(arrays, index=index, columns=columns)
    internals = sys.modules["pandas.core.internals.api"]
    made = [internals.make_block(values, placement=places) for values, places in arrays]
    manager = sys.modules["pandas.core.internals.managers"].BlockManager(made, [columns, index])
    if hasattr(pandas.DataFrame, "_constructor_from_mgr"):  # from 2.1 on
        return pandas.DataFrame._from_mgr(manager, manager.axes)
    return pandas.DataFrame(manager)

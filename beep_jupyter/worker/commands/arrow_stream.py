"""Tables as Arrow IPC streams, for clients that know Arrow and nothing of ours. Runs in the worker.

A table of pandas goes as `pyarrow.Table.from_pandas` makes it: unlike the codec's form, that is Arrow's idea of it.
Loaded when asked for.
"""

from __future__ import annotations

import sys

from ..values.libraries import needed
from ..values.registry import Unreceivable
from .request import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def stream_of(value: Any) -> memoryview:
    """The stream of a table of pyarrow, pandas or polars.

    Raises:
        Refusal: it is none, or Arrow cannot hold it; or pyarrow is missing.
    """
    arrow = _arrow()
    table = _table_of(value, arrow)
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write(table)
    return memoryview(sink.getvalue())


def table_of(stream: Any) -> Any:
    """The `pyarrow.Table` of a stream.

    Raises:
        Refusal: it is no stream, or pyarrow is missing.
    """
    arrow = _arrow()
    try:
        table = arrow.ipc.open_stream(arrow.py_buffer(stream)).read_all()
        table.validate(full=True)
    except (arrow.ArrowException, OSError) as error:
        raise Refusal("transfer", "the body is no Arrow stream: %.200s" % error) from None
    return table


def _table_of(value: Any, arrow: Any) -> Any:
    kind = type(value)
    if kind in (arrow.Table, arrow.RecordBatch):
        return value
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    try:
        if pandas is not None and kind is pandas.DataFrame:
            return arrow.Table.from_pandas(value)
        if polars is not None and kind is polars.DataFrame:
            return value.to_arrow()
    except (arrow.ArrowException, TypeError, ValueError) as error:
        raise Refusal("not_acceptable", "Arrow cannot hold it: %.200s" % error) from None
    raise Refusal("not_acceptable", "the variable is no table of pyarrow, pandas or polars")


def _arrow() -> Any:
    try:
        arrow = needed("pyarrow", "pyarrow.Table")
        needed("pyarrow.ipc", "pyarrow.Table")
    except Unreceivable as error:
        raise Refusal("transfer", str(error), error.cure) from None
    return arrow

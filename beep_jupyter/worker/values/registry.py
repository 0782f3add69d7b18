"""Which types can travel: codecs, and how one is found by a value's type or by a NAME. Runs in worker and host.

A codec turns values of one kind into a part of a JSON tree and back. To teach the format a further type, write a
`Codec` and `register` it; the walk in `coding.py` does the rest. Types of modules that may not be there are named by
a dotted path and looked up only once their module is in `sys.modules`: before that no such value can exist, and
nothing is imported for it. The codecs of whole libraries are in modules of their own, which are loaded when the first
such value or NAME is met (`FAMILIES`). Imports `sys` and `late` only.
"""

from __future__ import annotations

import sys

from .. import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    T = TypeVar("T")


class Untransferable(Exception):
    """A value cannot travel. `str()` is one sentence; the cure is apart from it.

    Args:
        type_name: the type that is in the way, with its module unless that is builtins.
        reason: half a sentence, such as `it contains itself`.
        cure: one sentence that says what to do instead.
    """

    __slots__ = ("cure", "reason", "type_name")

    def __init__(self, type_name: str, reason: str, cure: str) -> None:
        super().__init__(type_name, reason, cure)
        self.type_name = type_name
        self.reason = reason
        self.cure = cure

    def __str__(self) -> str:
        return f"A value of type '{self.type_name}' cannot travel: {self.reason}."


class MalformedValue(Exception):
    """A tree is not one that `encode` writes, or its buffers are not those that belong to it."""

    __slots__ = ()


class Unreceivable(Untransferable, MalformedValue):
    """A well-formed tree whose value this side cannot hold: its Python or its machine lacks something."""

    __slots__ = ()


class Codec:
    """How the values of one NAME travel.

    Args:
        name: what stands behind `$type`; unique.
        needs: the library that the receiver must have installed; empty where Python itself suffices.
        types: the exact types that it encodes; a type, or the dotted path of one, such as `decimal.Decimal`.
        encode: (value, Encoder) → JSON; parts of the value go through the encoder, raw memory to its `add_buffer`.
        decode: (that JSON, Decoder) → value. The JSON comes from outside: it may have any shape. What a constructor
            raises for an argument it refuses (ValueError, TypeError, ArithmeticError) may pass through.
    """

    __slots__ = ("decode", "encode", "name", "needs", "types")

    def __init__(
        self,
        name: str,
        types: tuple[type | str, ...],
        encode: Callable[[Any, Any], Any],
        decode: Callable[[Any, Any], Any],
        needs: str = "",
    ) -> None:
        self.name = name
        self.needs = needs
        self.types = types
        self.encode = encode
        self.decode = decode


# Top-level module of a value's type -> the module here with its codecs, and the NAMEs that those have.
FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "numpy": (
        "numpy_codecs",
        ("ndarray", "matrix", "recarray", "MaskedArray", "numpy_masked", "numpy_scalar", "numpy_dtype"),
    ),
    "pandas": (
        "pandas_codecs",
        (
            *("DataFrame", "Series", "Index", "pandas_array", "pandas_dtype", "pandas_offset"),
            *("Timestamp", "Timedelta", "Period", "Interval", "NaT", "NA"),
        ),
    ),
    "pickle": ("pickle_codec", ("pickle",)),
    "polars": ("polars_codecs", ("polars_frame", "polars_series")),
    "pyarrow": (
        "arrow_codecs",
        (
            "arrow_table",
            "arrow_batch",
            "arrow_chunked_array",
            "arrow_array",
            "arrow_scalar",
            "arrow_schema",
            "arrow_field",
            "arrow_type",
        ),
    ),
}

by_name: dict[str, Codec] = {}
_by_type: dict[type, Codec] = {}
_loaded: set[str] = set()  # modules of families
_by_path: dict[str, Codec] = {}  # types not met yet; each moves to `_by_type` when its module is there


def register(codecs: Iterable[Codec]) -> None:
    """Adds codecs to those that both directions know."""
    for codec in codecs:
        by_name[codec.name] = codec
        for kind in codec.types:
            if isinstance(kind, str):
                _by_path[kind] = codec
            else:
                _by_type[kind] = codec


def codec_of(kind: type) -> Codec | None:
    """The codec of exactly this type, or None. A subclass is another type: it would lose itself on the way."""
    try:
        return _by_type.get(kind) or (_by_type.get(kind) if _has_more(kind) else None)
    except TypeError:  # its metaclass makes the type itself unhashable
        return None


def codec_named(name: str) -> Codec | None:
    """The codec of a NAME, or None."""
    if name not in by_name:
        for module, known in FAMILIES.values():
            if name in known:
                _load(module)
    return by_name.get(name)


def names() -> list[str]:
    """Every NAME that may stand behind `$type`, sorted."""
    return sorted({*by_name, *(name for _, known in FAMILIES.values() for name in known)})


def _has_more(kind: type) -> bool:
    """Looks for codecs that were not needed so far; answers whether there were any."""
    home = kind.__module__
    family = FAMILIES.get(home.partition(".")[0]) if type(home) is str else None
    is_new = family is not None and _load(family[0])
    return _find_types() or is_new


def _load(module: str) -> bool:
    """Registers a family's codecs; answers whether they are new."""
    if module in _loaded:
        return False
    register(late.load("values." + module).CODECS)
    _loaded.add(module)
    return True


def _find_types() -> bool:
    """Looks up the types whose modules were imported since; answers whether there were any."""
    found = False
    for path, codec in list(_by_path.items()):
        module, _, attribute = path.rpartition(".")
        kind = getattr(sys.modules.get(module), attribute, None)
        if kind is not None:  # else not imported, or its import is still under way in another thread
            _by_type[kind] = codec
            _by_path.pop(path, None)  # another thread may have been here
            found = True
    return found


def no_codec(kind: type) -> Untransferable:
    """The refusal of a type without a codec; says so where a base of it would have one."""
    for base in kind.__mro__[1:]:
        if base is list or codec_of(base) is not None:
            plain = name_of(base)
            return Untransferable(
                name_of(kind),
                f"it is a subclass of '{plain}' and would arrive as a plain one",
                f"Convert it to a plain '{plain}' first, or keep it where it is and use it through a handle.",
            )
    return Untransferable(
        name_of(kind),
        "no codec is known for it",
        "Send its parts as plain values, or keep it where it is and use it through a handle.",
    )


def name_of(kind: type) -> str:
    """`Decimal` with its module; builtins without."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def expect(part: Any, kind: type[T]) -> T:
    """`part` itself if it is exactly of that type.

    Raises:
        MalformedValue: it is not.
    """
    if type(part) is not kind:
        raise MalformedValue(f"{kind.__name__} was expected, not {type(part).__name__}.")
    return part

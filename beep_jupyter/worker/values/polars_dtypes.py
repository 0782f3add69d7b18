"""polars' dtypes as parts of a JSON tree: a receiver sees what its polars made of them. Runs in worker and host.

    "Int64"                                          a dtype without parameters
    ["Datetime", "us", "UTC"]  ["Duration", "ms"]    and so on, with its parameters
    ["List", dtype]  ["Array", dtype, 3]  ["Struct", [["a", dtype]]]
    ["Enum", ["low", "high"]]
    ["Categorical", "lexical"]                       its order; `physical` before polars 1.32 only
    ["Categorical", "name", "namespace", "UInt8"]    with `Categories` of its own

polars is taken from `sys.modules`: whoever calls has imported it.
"""

from __future__ import annotations

import sys

from .registry import MalformedValue, Unreceivable, Untransferable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_CURE = "Convert that column first, for example with `.cast(…)`, or leave it out."
_MOST_DIGITS = 38  # what a Decimal without precision has
_SIMPLE = frozenset(
    ["Boolean", "String", "Binary", "Null", "Date", "Time", "Float16", "Float32", "Float64"]
    + [sign + "Int" + bits for sign in ("", "U") for bits in ("8", "16", "32", "64", "128")]
)
_NEAREST = {"Float16": "Float32"}  # what an older polars reads, and what holds every value


def describe(kind: Any) -> Any:
    """The tree of a dtype.

    Raises:
        Untransferable: polars' IPC cannot hold its values.
    """
    name = _name_of(kind)
    if name in _SIMPLE:
        return name
    if name not in _DESCRIBERS:
        raise _refused(name)
    return [name, *_DESCRIBERS[name](kind() if isinstance(kind, type) else kind)]


def restore(tree: Any) -> Any:
    """The dtype of a tree, or the nearest one that this polars has.

    Raises:
        Unreceivable: there is none.
    """
    polars = sys.modules["polars"]
    if type(tree) is str and tree in _SIMPLE:
        name = tree if hasattr(polars, tree) else _NEAREST.get(tree, tree)
        if not hasattr(polars, name):
            raise Unreceivable(
                "polars.%s" % name, "its receiver's polars %s has no such dtype" % polars.__version__, _CURE
            )
        return getattr(polars, name)
    if type(tree) is list and tree and type(tree[0]) is str and tree[0] in _RESTORERS:
        return _RESTORERS[tree[0]](polars, *tree[1:])
    raise MalformedValue("%.60r is no dtype of polars." % (tree,))


def outline(tree: Any) -> Any:
    """What different versions read alike: all that is made of categories is the same in it."""
    if type(tree) is not list:
        return _NEAREST.get(tree, tree) if type(tree) is str else tree
    return "categories" if tree[:1] in (["Enum"], ["Categorical"]) else list(map(outline, tree))


def differences(sent: Any, found: Any) -> Iterator[str]:
    """What a dtype has become, in words; of two with the same outline."""
    if type(sent) is list and type(found) is list and sent[:1] not in (["Enum"], ["Categorical"]):
        for one, other in zip(sent, found):
            yield from differences(one, other)
    elif sent != found:
        yield "polars %s → %s" % (_in_words(sent), _in_words(found))


def _name_of(kind: Any) -> str:
    """polars takes a class for a dtype with default parameters."""
    name: str = kind.__name__ if isinstance(kind, type) else type(kind).__name__
    return name


def _refused(name: str) -> Untransferable:
    return Untransferable("polars.%s" % name, "polars does not write and read values of this dtype", _CURE)


def _in_words(tree: Any) -> str:
    if type(tree) is str:
        return tree
    if tree[0] == "Enum":
        return "Enum"
    return "Categorical in %s order" % tree[1] if len(tree) == 2 else "Categorical of Categories %r" % tree[1]


def _describe_array(kind: Any) -> list[Any]:
    if not kind.size:
        raise _refused("Array")
    return [describe(kind.inner), kind.size]


def _describe_categorical(kind: Any) -> list[Any]:
    categories = getattr(kind, "categories", None)
    if categories is None:
        return [kind.ordering]
    if not categories.name():
        return ["lexical"]
    return [categories.name(), categories.namespace(), _name_of(categories.physical())]


def _restore_categorical(polars: Any, name: Any, *rest: Any) -> Any:
    if not hasattr(polars, "Categories"):
        return polars.Categorical("lexical" if rest else name)
    if not rest:
        return polars.Categorical()
    namespace, physical = rest
    return polars.Categorical(polars.Categories(name, namespace, restore(physical)))


_DESCRIBERS: dict[str, Any] = {
    "Datetime": lambda kind: [kind.time_unit, kind.time_zone],
    "Duration": lambda kind: [kind.time_unit],
    "Decimal": lambda kind: [_MOST_DIGITS if kind.precision is None else kind.precision, kind.scale],
    "List": lambda kind: [describe(kind.inner)],
    "Array": _describe_array,
    "Struct": lambda kind: [[[field.name, describe(field.dtype)] for field in kind.fields]],
    "Enum": lambda kind: [kind.categories.to_list()],
    "Categorical": _describe_categorical,
}
_RESTORERS: dict[str, Any] = {
    "Datetime": lambda polars, unit, zone: polars.Datetime(unit, zone),
    "Duration": lambda polars, unit: polars.Duration(unit),
    "Decimal": lambda polars, precision, scale: polars.Decimal(precision, scale),
    "List": lambda polars, inner: polars.List(restore(inner)),
    "Array": lambda polars, inner, size: polars.Array(restore(inner), size),
    "Struct": lambda polars, fields: polars.Struct([polars.Field(name, restore(kind)) for name, kind in fields]),
    "Enum": lambda polars, categories: polars.Enum(categories),
    "Categorical": _restore_categorical,
}

"""The object that an expression means, found without running anything. Runs in the worker.

No property, no `__getattr__`, no call: to complete or inspect must not change the session. What cannot be known so is
Unknown. Imported when first asked for.
"""

from __future__ import annotations

import _ast
import builtins
import inspect
from types import (
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BOUND_IN_C = (  # whose `__get__` runs nothing of the user's
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST
_SUBSCRIPTED = (dict, list, str, tuple)  # whose own `__getitem__` runs nothing of the user's
_DISPLAYS = {_ast.List: list, _ast.Dict: dict, _ast.Set: set, _ast.Tuple: tuple, _ast.JoinedStr: str}
_LONGEST = 400  # characters of an expression; each level of one takes two frames of the stack


class Unknown(Exception):
    """Nothing is known of the expression without running it."""


def parse(source: str) -> Any:
    """The syntax tree of an expression.

    Raises:
        Unknown: it is none.
    """
    if len(source) > _LONGEST:
        raise Unknown
    try:
        return compile(source, "<completion>", "eval", _ONLY_AST, True).body
    except (SyntaxError, ValueError):
        raise Unknown from None


def evaluate(node: Any, namespace: dict[str, Any]) -> Any:
    """The object that a tree means.

    Raises:
        Unknown: it cannot be told.
    """
    found = described(node, namespace)
    if isinstance(node, _ast.Attribute) and is_computed(found):
        raise Unknown
    return found


def described(node: Any, namespace: dict[str, Any]) -> Any:
    """As `evaluate`; of an attribute that is computed, what computes it: a property, a descriptor."""
    if isinstance(node, _ast.Constant):
        return node.value
    if isinstance(node, _ast.Name):
        return _named(node.id, namespace)
    if isinstance(node, _ast.Attribute):
        return attribute(evaluate(node.value, namespace), node.attr)
    if isinstance(node, _ast.Subscript):
        return _item(evaluate(node.value, namespace), node.slice)
    raise Unknown


def names_in(node: Any, namespace: dict[str, Any]) -> list[str]:
    """The attributes of what a tree means, of a call those of the class that is called.

    Raises:
        Unknown: it cannot be told.
    """
    if type(node) in _DISPLAYS:
        return dir(_DISPLAYS[type(node)])
    if isinstance(node, _ast.Call):
        kind = evaluate(node.func, namespace)
        if not is_a(kind, type):
            raise Unknown
        return dir(kind)
    return _names_of(evaluate(node, namespace))


def attribute(value: Any, name: str) -> Any:
    """What `getattr` would find, without running what it would run."""
    try:
        found = inspect.getattr_static(value, name)
    except AttributeError:
        raise Unknown from None
    kind = type(found)
    if kind is staticmethod:
        return found.__func__
    if kind is classmethod:
        return MethodType(found.__func__, value if is_a(value, type) else type(value))
    if is_a(value, type) or is_a(value, ModuleType):
        return found
    if kind is FunctionType:
        return found if _is_own(value, name) else MethodType(found, value)
    if kind in _BOUND_IN_C:
        try:
            return found.__get__(value, type(value))
        except (AttributeError, TypeError):  # an empty slot; an object that is no instance of its class
            raise Unknown from None
    return found


def is_a(value: Any, kind: type) -> bool:
    """`isinstance` that does not ask for `__class__`, which may be a property."""
    return issubclass(type(value), kind)


def is_computed(found: Any) -> bool:
    """Whether an attribute found on a class is what computes the value, and not the value."""
    kind = type(found)
    return (hasattr(kind, "__get__") and not callable(found)) or hasattr(kind, "__set__")


def _named(name: str, namespace: dict[str, Any]) -> Any:
    for names in (namespace, vars(builtins)):
        if name in names:
            return names[name]
    raise Unknown


def _item(value: Any, index: Any) -> Any:
    if type(index).__name__ == "Index":  # before 3.9 it is wrapped
        index = index.value
    if type(value) not in _SUBSCRIPTED or not isinstance(index, _ast.Constant):
        raise Unknown
    try:
        return value[index.value]
    except (LookupError, TypeError):
        raise Unknown from None


def _names_of(value: Any) -> list[str]:
    """`dir`, or where a `__dir__` of the user's fails, that of the class."""
    try:
        return [name for name in dir(value) if type(name) is str]
    except Exception:  # noqa: BLE001  the user's own code
        return dir(type(value))


def _is_own(value: Any, name: str) -> bool:
    """Whether an object holds the attribute itself, so that a function there is not bound to it."""
    try:
        return name in object.__getattribute__(value, "__dict__")
    except AttributeError:
        return False

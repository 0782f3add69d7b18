"""`-i auto` and `-o auto`: which variables code needs, and which it makes. Reads the code, runs nothing of it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from ..errors import UsageError

_STAY = (BuiltinFunctionType, FunctionType, ModuleType, type)  # what a backend has, or gets, by itself
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class Names:
    """The names of one text.

    Attributes:
        needed: read before the text itself binds them.
        bound: bound by the text at its top level, in their order; not those of imports, functions and classes.
    """

    needed: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()


def of(code: str) -> Names:
    """The names of plain Python.

    Raises:
        UsageError: this Python cannot read it.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise UsageError(
            f"`auto` cannot find the variables of this cell: {error.msg} in line {error.lineno}.",
            "Name them, or mend the line.",
        ) from None
    reading = _Reading()
    for statement in tree.body:
        reading.visit(statement)
    return Names(tuple(dict.fromkeys(reading.needed)), tuple(dict.fromkeys(reading.bound)))


def sent(names: Names, namespace: Mapping[str, Any]) -> tuple[str, ...]:
    """What the notebook has of the names that the text needs, and can be data."""
    return tuple(name for name in names.needed if name in namespace and not isinstance(namespace[name], _STAY))


@dataclass(slots=True)
class _Reading(ast.NodeVisitor):
    """Goes through a text in the order in which Python would."""

    needed: list[str] = field(default_factory=list)
    bound: list[str] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, _SCOPES):
            self._read_scope(node)
        elif isinstance(node, ast.Name):
            self._meet(node)
        elif isinstance(node, ast.ClassDef):
            self._read_scope(node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._known.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            for child in _in_order(node):
                self.visit(child)

    def _meet(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            if node.id not in self._known:
                self.needed.append(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._known.add(node.id)
            self.bound.append(node.id)

    def _read_scope(self, node: ast.AST) -> None:
        """What a function, class or comprehension reads from outside; what it binds is its own."""
        name = getattr(node, "name", None)
        if name:
            self._known.add(name)
        inner = _Reading(_known=set(self._known) | _own_names(node))
        for child in ast.iter_child_nodes(node):
            inner.visit(child)
        self.needed += inner.needed


def _own_names(node: ast.AST) -> set[str]:
    """What is bound within a scope: parameters, and whatever is assigned to."""
    found = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    return found | {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _in_order(node: ast.AST) -> list[ast.AST]:
    """The parts of a node as they are carried out: what is assigned comes before what it is assigned to."""
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return [ast.Name(node.target.id, ast.Load()), node.value, node.target]
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [*([node.value] if node.value is not None else []), *targets]
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return [node.iter, node.target, *node.body, *node.orelse]
    return list(ast.iter_child_nodes(node))

"""`-i auto` and `-o auto`: which variables code needs, and which it makes. Reads the code, runs nothing of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from ..errors import UsageError

_STAY = (BuiltinFunctionType, FunctionType, ModuleType, type)  # what a backend has, or gets, by itself
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPES = (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)


@dataclass(slots=True)
class Names:
    """The names of one text.

    Attributes:
        needed: read before the text itself binds them.
        bound: bound by the text at its top level, in their order; not those of imports, functions and classes, nor `_`.
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
    return Names(_each_once(reading.needed), _each_once(reading.bound))


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    """`_`, `__` and `___` are last results, and what nobody wants."""
    return tuple(dict.fromkeys(name for name in names if name.strip("_")))


def sent(names: Names, namespace: Mapping[str, Any], hidden: Mapping[str, Any]) -> tuple[str, ...]:
    """What the notebook has of the names that the text needs, and can be data.

    Args:
        hidden: what the shell itself has put into the namespace, such as `get_ipython`; a backend has its own.
    """
    return tuple(
        name
        for name in names.needed
        if name in namespace
        and not isinstance(namespace[name], _STAY)
        and not (name in hidden and hidden[name] is namespace[name])
    )


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
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._known.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            if isinstance(node, ast.ExceptHandler) and node.name:
                self._known.add(node.name)  # and not bound: it is gone behind its block
            self._bind(_captured(node))
            for child in _in_order(node):
                self.visit(child)

    def _meet(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            if node.id not in self._known:
                self.needed.append(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._bind([node.id])

    def _bind(self, names: Iterable[str]) -> None:
        for name in names:
            self._known.add(name)
            self.bound.append(name)

    def _read_scope(self, node: ast.AST) -> None:
        """What a function, class or comprehension reads from outside; what it binds is its own."""
        for part in _outer_parts(node):
            self.visit(part)
        if name := getattr(node, "name", None):
            self._known.add(name)
        inner = _Reading(_known=self._known | _own_names(node))
        for child in ast.iter_child_nodes(node):
            inner.visit(child)
        self.needed += inner.needed
        if isinstance(node, _COMPREHENSIONS):
            self._bind(_names_in(each.target for each in ast.walk(node) if isinstance(each, ast.NamedExpr)))


def _outer_parts(node: Any) -> Iterator[ast.AST]:
    """What of a scope is read before it is entered: default values, and what a comprehension goes through first."""
    if isinstance(node, _FUNCTIONS):
        yield from [default for default in (*node.args.defaults, *node.args.kw_defaults) if default is not None]
    elif isinstance(node, _COMPREHENSIONS):
        yield node.generators[0].iter


def _own_names(node: ast.AST) -> set[str]:
    """What is bound within a scope as a whole: parameters, and whatever is assigned to; a class binds line by line."""
    if isinstance(node, ast.ClassDef):
        return set()
    found = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    outer = {name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names}
    return (found | set(_names_in(ast.walk(node)))) - outer


def _names_in(nodes: Iterable[ast.AST]) -> list[str]:
    """The names among them that are assigned to."""
    return [each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]


def _captured(node: ast.AST) -> list[str]:
    """The names that a part of a pattern captures, which are texts and no `ast.Name`."""
    if isinstance(node, (ast.MatchAs, ast.MatchStar)):
        return [node.name] if node.name else []
    return [node.rest] if isinstance(node, ast.MatchMapping) and node.rest else []


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

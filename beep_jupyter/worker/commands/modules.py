"""Modules of the environment: importing them, and finding out whether they could be. Runs in the worker.

Imported when first asked for.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

from ..notebook.import_hooks import StandIns
from .request import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    from .outward import Answer, Outward
    from .request import Request

_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST
_CURE = "The name that an import statement has is meant, such as `sklearn` for the package scikit-learn."


class ModuleCommands:
    """`import` and `module_available`."""

    def __init__(self, namespace: dict[str, Any], outward: Outward) -> None:
        self._handles = outward.handles

    def do_import(self, request: Request) -> Answer:
        """{moduleName} → a handle of the module."""
        return self._handles.add(imported(module_name(request))), []

    def do_module_available(self, request: Request) -> Answer:
        """{moduleName} → {available}, without importing it or the packages that it is in."""
        return {"available": is_available(module_name(request))}, []


def module_name(request: Request) -> str:
    """The field `moduleName`.

    Raises:
        Refusal: it cannot name a module.
    """
    name = request.text("moduleName")
    if not all(part.isidentifier() for part in name.split(".")):
        raise Refusal("bad_request", "field 'moduleName' must be the name of a module, not %.80r" % name, _CURE)
    return name


def imported(name: str) -> ModuleType:
    """The module, imported where it is not yet."""
    __import__(name)
    return sys.modules[name]


def is_available(name: str) -> bool:
    """Whether an import would find the module. What a package makes only as it is imported is not seen before that."""
    return _locate(name)[0]


def names_in(package: str) -> list[str]:
    """The modules in a package, which is not imported for it; without a name, all that can be imported first."""
    from pkgutil import iter_modules

    if not package:
        return [module.name for module in iter_modules()] + list(sys.builtin_module_names)
    path = _locate(package)[1]
    return [module.name for module in iter_modules(path)] if path is not None else []


def names_defined_in(name: str) -> list[str]:
    """What the source of a module that is not imported defines."""
    parent, _, _ = name.rpartition(".")
    is_there, path = _locate(parent) if parent else (True, None)
    spec = find_spec(name, path) if is_there and (path is not None or not parent) else None
    if spec is None or spec.loader is None or not hasattr(spec.loader, "get_source"):
        return []
    try:
        tree = compile(spec.loader.get_source(name) or "", name, "exec", _ONLY_AST, True)
    except (ImportError, SyntaxError, ValueError):
        return []
    names: list[str] = []
    for node in tree.body:
        names += [target.id for target in getattr(node, "targets", ()) if hasattr(target, "id")]
        names += [
            (alias.asname or alias.name).partition(".")[0]
            for alias in getattr(node, "names", ())
            if hasattr(alias, "name")
        ]
        names += [node.name] if hasattr(node, "name") else []
    return names


def _locate(name: str) -> tuple[bool, list[str] | None]:
    """Whether a module is there, and where it looks for those in it; None where it is no package."""
    path: list[str] | None = None
    full = ""
    for part in name.split("."):
        parent, full = full, full + "." + part if full else part
        if full in sys.modules:
            module = sys.modules[full]
            if module is None:
                return False, None  # somebody forbade its import
            path = _listed(getattr(module, "__path__", None))
            continue
        spec = find_spec(full, path) if path is not None or not parent else None
        if spec is None:
            return False, None
        path = _listed(spec.submodule_search_locations)
    return True, path


def find_spec(full: str, path: list[str] | None) -> ModuleSpec | None:
    """What `importlib.util.find_spec` finds, which would import the packages that the module is in.

    Args:
        path: of the package that it is in; None for a module in none.
    """
    for finder in sys.meta_path:
        if type(finder) is StandIns:  # what stands in for a library is not the library
            continue
        if finder is PathFinder:
            spec = _find_on_path(full, sys.path if path is None else path)
        else:
            spec = finder.find_spec(full, path)
        if spec is not None:
            return spec
    return None


def _find_on_path(full: str, path: Iterable[str]) -> ModuleSpec | None:
    """As PathFinder does it, which asks `sys.modules` for the parent of a namespace package."""
    from importlib.machinery import ModuleSpec
    from pkgutil import get_importer

    portions: list[str] = []
    for entry in path:
        importer: Any = get_importer(entry or os.getcwd())
        spec: ModuleSpec | None = importer.find_spec(full) if importer is not None else None
        if spec is not None and spec.loader is not None:
            return spec
        if spec is not None:
            portions += spec.submodule_search_locations or ()
    if not portions:
        return None
    package = ModuleSpec(full, None)
    package.submodule_search_locations = portions
    return package


def _listed(path: Any) -> list[str] | None:
    return None if path is None else list(path)

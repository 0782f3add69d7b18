"""Hears of the imports of a few libraries that have to know that they run in a notebook. Runs in the worker.

Two finders: one goes first and runs something of ours around an import that succeeds; the other goes last and offers
`IPython.display` and its like where IPython is not installed. Installed at start, so nothing is imported here; the
import of anything else costs a look into a dictionary.
"""

from __future__ import annotations

import sys

from .. import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

# Module → (module of ours, function that is called before, function that is called with the module after).
HOOKS: dict[str, tuple[str, str | None, str | None]] = {
    "IPython.core.interactiveshell": ("ipython.bridge", None, "join"),
    "getpass": ("standard_input", None, "replace_getpass"),
    "matplotlib": ("display.inline_settings", None, "choose_backend"),
    "matplotlib.pyplot": ("display.inline_settings", "prepare", None),
    "matplotlib_inline.backend_inline": ("display.inline_settings", None, "join"),
}
STAND_INS = (
    "IPython",
    "IPython.core",
    "IPython.core.display",
    "IPython.core.getipython",
    "IPython.core.magic",
    "IPython.core.pylabtools",
    "IPython.display",
    "IPython.utils",
    "IPython.utils.capture",
    "matplotlib_inline",
    "matplotlib_inline.backend_inline",
)


class Hooks:
    """Finds what the others find, and adds the hooks."""

    def __init__(self) -> None:
        self._is_looking = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in HOOKS or self._is_looking:
            return None
        self._is_looking = True
        try:
            spec = _found(name, path, target)
        finally:
            self._is_looking = False
        if spec is not None and hasattr(spec.loader, "exec_module") and not _is_ours(spec.loader):
            spec.loader = _Around(spec.loader, *HOOKS[name])  # type: ignore[assignment]  # a loader in all that is asked
        return spec


class StandIns:
    """Offers modules of ours under IPython's names. What asks whether IPython is installed leaves it out."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in STAND_INS or not _is_offered(name):
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, StandInLoader(), is_package=True)  # type: ignore[arg-type]  # as above


class StandInLoader:
    """Fills a module that stands in for another."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Python's own kind of module will do."""

    def exec_module(self, module: ModuleType) -> None:
        late.load("ipython.stand_ins").fill(module)


class _Around:
    """A loader that calls something before and after; everything else is the loader's own."""

    def __init__(self, loader: Any, ours: str, before: str | None, after: str | None) -> None:
        self._loader = loader
        self._ours = ours
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        found: ModuleType | None = self._loader.create_module(spec)
        return found

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = module.__loader__ = self._loader
        if self._before is not None:
            self._hook(self._before)()
        self._loader.exec_module(module)
        if self._after is not None:
            self._hook(self._after)(module)

    def _hook(self, name: str) -> Callable[..., object]:
        function: Callable[..., object] = getattr(late.load(self._ours), name)
        return function


def _found(name: str, path: Any, target: Any) -> ModuleSpec | None:
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path, target) if hasattr(finder, "find_spec") else None
        if spec is not None:
            return spec
    return None


def _is_offered(name: str) -> bool:
    """Whether the package that the module is in is one of ours too, or in none."""
    package = sys.modules.get(name.partition(".")[0])
    return package is None or _is_ours(getattr(package.__spec__, "loader", None))


def _is_ours(loader: object) -> bool:
    return type(loader) is StandInLoader


def install() -> None:
    """Before user code can import anything."""
    sys.meta_path.insert(0, Hooks())
    sys.meta_path.append(StandIns())

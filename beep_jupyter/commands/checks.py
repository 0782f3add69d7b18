"""What a check is, how checks are shown, and the checks of the set-up."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .. import resources
from ..config import SETTINGS
from ..errors import BeepError
from .show import Table, show_json
from .surface import Surface

_NEEDS = {
    "http": ("fastapi", "uvicorn", "httpx"),
    "grpc": ("grpc", "grpc_health", "grpc_reflection", "google.protobuf"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """What one look found.

    Attributes:
        name: what was looked at.
        is_ok: whether it works.
        found: what is there, or what is wrong.
        cure: what to do where it does not work, or would work better.
    """

    name: str
    is_ok: bool
    found: str
    cure: str = ""


def show_checks(surface: Surface, checks: Iterable[Check], as_json: bool) -> int:
    """Shows checks, one line each; returns how many failed."""
    done = list(checks)
    failed = sum(not check.is_ok for check in done)
    if as_json:
        show_json(surface.show, done)
        return failed
    rows = [("ok" if check.is_ok else "FAILED", check.name, f"{check.found} {check.cure}".strip()) for check in done]
    surface.show.table(Table(("", "check", "found"), rows))
    surface.show.say(f"{failed} of {len(done)} checks failed." if failed else "All checks passed.")
    return failed


def attempt(name: str, look: Callable[[], str]) -> Check:
    """A check that works where `look` answers, and fails with the sentence and cure that it raises."""
    try:
        return Check(name, True, look())
    except BeepError as error:
        return Check(name, False, error.what, error.cure)


def check_setup(surface: Surface) -> Iterator[Check]:
    """Home, settings, uv, default runtime, admin environment and transports."""
    home = attempt("home", lambda: f"{surface.beep.home}.")
    yield home
    if home.is_ok:
        yield attempt("settings", lambda: _settings(surface))
        yield attempt("uv", lambda: f"{surface.beep.environments.uv_version()}.")
        yield _default_runtime(surface)
        yield _admin(surface)
    yield _pipe()
    yield from (_transport(kind, modules) for kind, modules in _NEEDS.items())


def _settings(surface: Surface) -> str:
    config = surface.beep.config
    changed = [key for key in SETTINGS if config.get(key) is not None and config.source(key) != "default"]
    return f"{', '.join(changed)} set." if changed else "all at their defaults."


def _default_runtime(surface: Surface) -> Check:
    default = surface.beep.runtimes.default
    if default is not None:
        return Check("default runtime", not default.problem, f"Python {default.version} at {default.path}.")
    if any(not runtime.problem for runtime in surface.beep.runtimes.list()):
        return Check("default runtime", True, "none set; the first start takes the newest found.")
    return Check("default runtime", False, "no usable Python was found.", f"`{surface.program} init` downloads one.")


def _admin(surface: Surface) -> Check:
    found = [item for item in surface.beep.environments.list() if item.name == "admin"]
    rebuild = f"`{surface.program} venv admin` builds it."
    if not found:
        return Check("admin environment", True, "not built yet;", rebuild)
    is_ok = found[0].state in ("ready", "modified")
    return Check("admin environment", is_ok, f"{found[0].state}.", "" if is_ok else rebuild)


def _pipe() -> Check:
    if not hasattr(socket, "AF_UNIX"):
        return Check("pipe transport", False, "this system has no Unix sockets.", "Use http or grpc backends.")
    return attempt("pipe transport", lambda: f"{resources.find_folder('servers')}.")


def _transport(kind: str, modules: tuple[str, ...]) -> Check:
    missing = [module for module in modules if not _is_importable(module)]
    if missing:
        cure = "Install this package again: `pip install --force-reinstall beep-jupyter`."
        return Check(f"{kind} transport", False, f"{', '.join(missing)} cannot be imported.", cure)
    return Check(f"{kind} transport", True, f"{', '.join(modules)} are installed.")


def _is_importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of the parent package
        return False

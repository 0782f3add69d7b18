from __future__ import annotations

import subprocess
import sys
from typing import Any

from beep_jupyter import load_ipython_extension, unload_ipython_extension


def state_of(shell: Any) -> dict[str, Any]:
    """Everything of a shell that the extension may touch."""
    manager = shell.magics_manager
    return {
        "magics": {kind: dict(magics) for kind, magics in manager.magics.items()},
        "registry": dict(manager.registry),
        "user magics": dict(vars(manager.user_magics)),
        "configurables": list(shell.configurables),
        "matchers": list(shell.Completer.custom_matchers),
        "cleanup": list(shell.input_transformers_cleanup),
        "line transforms": list(shell.input_transformer_manager.line_transforms),
        "post": list(shell.input_transformers_post),
        "ast": list(shell.ast_transformers),
        "events": {name: list(callbacks) for name, callbacks in shell.events.callbacks.items()},
        "exceptions": shell.custom_exceptions,
        "attributes": set(vars(shell)),
        "names": set(shell.user_ns),
    }


def test_loading_adds_both_magics_and_the_matcher(bare_shell) -> None:
    before = state_of(bare_shell)
    load_ipython_extension(bare_shell)
    assert "beep" in bare_shell.magics_manager.magics["line"]
    assert "beep_eval" in bare_shell.magics_manager.magics["cell"]
    assert len(bare_shell.Completer.custom_matchers) == len(before["matchers"]) + 1
    unload_ipython_extension(bare_shell)


def test_loading_twice_is_loading_once(bare_shell) -> None:
    load_ipython_extension(bare_shell)
    once = state_of(bare_shell)
    load_ipython_extension(bare_shell)
    assert state_of(bare_shell) == once
    unload_ipython_extension(bare_shell)


def test_unloading_leaves_no_trace_even_of_use_and_of_a_caught_syntax_error(bare_shell) -> None:
    before = state_of(bare_shell)
    for _ in range(2):
        load_ipython_extension(bare_shell)
        extension = bare_shell.magics_manager.magics["line"]["beep"].__self__
        extension.surface.routing.switch_to("legacy")
        _leave_a_handler(bare_shell)
        assert state_of(bare_shell) != before
        unload_ipython_extension(bare_shell)
        assert state_of(bare_shell) == before


def _leave_a_handler(shell: Any) -> None:
    from beep_jupyter.magics.syntax_errors import show_next

    show_next(shell, SyntaxError, ["remote lines"])


def test_unloading_what_is_not_loaded_is_harmless(bare_shell) -> None:
    before = state_of(bare_shell)
    unload_ipython_extension(bare_shell)
    assert state_of(bare_shell) == before


def test_loading_is_quick_and_imports_nothing_heavy(tmp_path) -> None:
    code = """
import sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
started = time.perf_counter()
shell.run_line_magic("load_ext", "beep_jupyter")
took_s = time.perf_counter() - started
new = set(sys.modules) - before
assert "beep_jupyter.magics.extension" in new
heavy = new & {"grpc", "fastapi", "httpx", "ipywidgets", "uv", "click", "rich", "platformdirs"}
assert not heavy, heavy
assert took_s < 0.1, took_s
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

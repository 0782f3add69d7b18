"""What is left of a kernel's `do_inspect` when the extension is unloaded."""

from __future__ import annotations

from typing import Any

from beep_jupyter.magics.inspecting import Inspecting
from beep_jupyter.magics.routing import Router


class Kernel:
    """As much of one as is wrapped."""

    def do_inspect(self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()) -> str:
        return "the kernel's"


class Looking:
    """Nobody may be asked any more."""

    def inspect(self, place: Any) -> Any:
        raise AssertionError(place)


def test_a_wrapper_that_was_there_before_is_put_back(bare_shell) -> None:
    kernel = Kernel()
    kernel.do_inspect = another = lambda *_: "another's"  # type: ignore[method-assign]
    inspecting = Inspecting(kernel, Looking(), Router(bare_shell))  # type: ignore[arg-type]
    inspecting.add()
    assert kernel.do_inspect("x", 1) == "another's"
    inspecting.remove()
    assert kernel.do_inspect is another


def test_a_wrapper_that_came_later_stays_and_gets_the_kernels_answers(bare_shell) -> None:
    kernel = Kernel()
    inspecting = Inspecting(kernel, Looking(), Router(bare_shell))  # type: ignore[arg-type]
    inspecting.add()
    ours = kernel.do_inspect
    kernel.do_inspect = lambda *given: f"wrapped {ours(*given)}"  # type: ignore[method-assign]
    inspecting.remove()
    assert kernel.do_inspect("%%beep_eval legacy\nx", 20) == "wrapped the kernel's"


def test_nothing_is_left_where_nobody_else_was(bare_shell) -> None:
    kernel = Kernel()
    inspecting = Inspecting(kernel, Looking(), Router(bare_shell))  # type: ignore[arg-type]
    inspecting.add()
    inspecting.remove()
    assert vars(kernel) == {}

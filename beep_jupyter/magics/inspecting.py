"""Shift-Tab in routed cells: wraps the kernel's `do_inspect`, which has no hook for this. Runs in the kernel."""

from __future__ import annotations

from typing import Any

from .looking import Looking, place_in
from .routing import Router


class Inspecting:
    """Answers for routed cells, and hands on what is not for them.

    Args:
        kernel: whose `do_inspect` is wrapped; None in a shell without one.
    """

    def __init__(self, kernel: Any, looking: Looking, router: Router) -> None:
        self._kernel = kernel
        self._looking = looking
        self._router = router
        self._before: Any = None
        self._is_there = False

    def add(self) -> None:
        """From here on routed cells are inspected where they run."""
        if self._kernel is not None:
            self._before = self._kernel.do_inspect
            self._kernel.do_inspect = self._do_inspect
            self._is_there = True

    def remove(self) -> None:
        """Puts back what was there; where somebody else has wrapped this meanwhile, it hands on everything."""
        self._is_there = False
        if self._kernel is None or vars(self._kernel).get("do_inspect") != self._do_inspect:
            return
        del self._kernel.do_inspect
        if self._kernel.do_inspect != self._before:  # another's, which was there first
            self._kernel.do_inspect = self._before

    def _do_inspect(self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()) -> Any:
        place = place_in(code, cursor_pos, self._router.name) if self._is_there else None
        found = self._looking.inspect(place) if place is not None else None
        if found is None:
            return self._before(code, cursor_pos, detail_level, omit_sections)
        return {"status": "ok", "found": found.found, "data": found.data, "metadata": {}}

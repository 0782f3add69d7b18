"""Publishes a backend's outputs as if the notebook's own kernel had made them."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core import page

from ..models import Output


class Publisher:
    """Shows the outputs of one run of code in the cell that runs now.

    A result's value is known only when the code has ended: `keep_result`. Errors are left to whoever raises them.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._has_result = False
        self._held: list[Output] | None = None
        self._stream = ""

    def publish(self, output: Output) -> None:
        """Shows one output, at once."""
        kind = output["output_type"]
        if self._held is not None:
            self._held.append(output)
        elif kind == "error":
            self._hold()
        elif kind == "stream":
            self._write(output["name"], output["text"])
        elif kind in ("display_data", "update_display_data"):
            self._display(output, is_update=kind == "update_display_data")
        elif kind == "clear_output":
            self._shell.display_pub.clear_output(output.get("wait", False))
        elif kind == "execute_result":
            self._has_result = True
            self._show_result(output)

    def publish_beside(self, output: Output) -> None:
        """Shows one output of code that no cell waits for: its result is a display, and no cell's `Out`."""
        is_result = output["output_type"] == "execute_result"
        if output["output_type"] != "error":
            self.publish({**output, "output_type": "display_data"} if is_result else output)

    def publish_error(self, lines: list[str]) -> None:
        """Shows how code failed that no cell waits for."""
        sys.stderr.write("\n".join(lines) + "\n")

    def _write(self, name: str, text: str) -> None:
        if self._stream not in ("", name):  # the kernel gathers each stream by itself, which would lose their order
            getattr(sys, self._stream).flush()
        self._stream = name
        getattr(sys, name).write(text)

    def _hold(self) -> None:
        """Keeps what comes behind the error that ends the cell until the notebook has shown that."""
        self._held = []
        self._shell.events.register("post_execute", self._show_held)

    def _show_held(self) -> None:
        self._shell.events.unregister("post_execute", self._show_held)
        held, self._held = self._held or [], None
        for output in held:
            self.publish(output)

    def _display(self, output: Output, is_update: bool) -> None:
        ours = output.get("metadata", {}).get("beep", {})
        if ours.get("page"):
            page.page(output["data"])
            return
        if ours.get("error"):
            self._show_error(ours["error"])
            return
        self._shell.display_pub.publish(
            output["data"], output.get("metadata", {}), transient=output.get("transient", {}), update=is_update
        )

    def _show_error(self, error: dict[str, Any]) -> None:
        """Shows an exception that did not end the cell."""
        raised = type(error["ename"], (Exception,), {})
        self._shell._showtraceback(raised, raised(error["evalue"]), error["traceback"])

    def _show_result(self, output: Output) -> None:
        """Shows the last expression's value as the cell's `Out`, with the backend's representations."""
        # What DisplayHook.__call__ does, but with representations that were made in the backend.
        hook = self._shell.displayhook
        hook.start_displayhook()
        hook.write_output_prompt()
        hook.write_format_data(output["data"], output.get("metadata", {}))
        hook.log_output(output["data"])
        hook.finish_displayhook()

    def keep_result(self, value: Any) -> None:
        """Has the value that was shown, or its handle, become `_` and `Out[n]`."""
        if self._has_result:
            self._shell.displayhook.update_user_ns(value)
            self._shell.displayhook.fill_exec_result(value)

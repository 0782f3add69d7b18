"""Publishes a backend's outputs as if the notebook's own kernel had made them."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core import page

from ..models import Output


class Publisher:
    """Shows the outputs of one run of code in the cell that runs now.

    A result is kept until `show_result`, when its value is known too. Errors are left to whoever raises them.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._result: Output | None = None

    def publish(self, output: Output) -> None:
        """Shows one output, at once."""
        kind = output["output_type"]
        if kind == "stream":
            (sys.stdout if output["name"] == "stdout" else sys.stderr).write(output["text"])
        elif kind in ("display_data", "update_display_data"):
            self._display(output, is_update=kind == "update_display_data")
        elif kind == "clear_output":
            self._shell.display_pub.clear_output(output.get("wait", False))
        elif kind == "execute_result":
            self._result = output

    def _display(self, output: Output, is_update: bool) -> None:
        if output.get("metadata", {}).get("beep", {}).get("page"):
            page.page(output["data"])
            return
        self._shell.display_pub.publish(
            output["data"], output.get("metadata", {}), transient=output.get("transient", {}), update=is_update
        )

    def show_result(self, value: Any) -> None:
        """Shows the last expression's value as the cell's `Out`, with the backend's representations.

        Args:
            value: the value itself, or its handle; becomes `_` and `Out[n]`.
        """
        if self._result is None:
            return
        # What DisplayHook.__call__ does, but with representations that were made in the backend.
        hook = self._shell.displayhook
        hook.start_displayhook()
        hook.write_output_prompt()
        hook.update_user_ns(value)
        hook.fill_exec_result(value)
        hook.write_format_data(self._result["data"], self._result.get("metadata", {}))
        hook.log_output(self._result["data"])
        hook.finish_displayhook()

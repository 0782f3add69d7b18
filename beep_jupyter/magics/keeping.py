"""Outputs that are kept instead of shown, as a notebook keeps those of a cell. Runs in the kernel."""

from __future__ import annotations

from ..models import Output


class Kept:
    """Gathers the outputs of one run of code; `clear_output` and updates of displays are carried out on them.

    Attributes:
        outputs: what is left so far, in order.
    """

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self._is_to_be_emptied = False

    def add(self, output: Output) -> None:
        """Takes the next one."""
        kind = output["output_type"]
        if kind == "clear_output":
            self._is_to_be_emptied = True
        if self._is_to_be_emptied and not (kind == "clear_output" and output.get("wait")):
            self.outputs.clear()
            self._is_to_be_emptied = False
        if kind == "update_display_data":
            self._update(output)
        elif kind != "clear_output":
            self.outputs.append(output)

    def _update(self, update: Output) -> None:
        fresh = {part: update[part] for part in ("data", "metadata") if part in update}
        for index, output in enumerate(self.outputs):
            if output["output_type"] == "display_data" and _display_id(output) == _display_id(update):
                self.outputs[index] = output | fresh


def _display_id(output: Output) -> object:
    return output.get("transient", {}).get("display_id")

"""`{expression}` and `$name` in lines of magics and commands. Runs in the worker; imported with `get_ipython`."""

from __future__ import annotations

import re
from string import Formatter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DOLLAR = re.compile(r"\$(?:(\$)(?=\w)|([A-Za-z_][\w.]*))")


class _Evaluating(Formatter):
    """Takes what stands in braces for an expression, and `$name` outside of them for a variable."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        return eval(field_name, self._names), field_name

    def parse(self, format_string: Any) -> Any:
        for literal, field, spec, conversion in super().parse(format_string):
            yield _DOLLAR.sub(self._replaced, literal), field, spec, conversion

    def _replaced(self, match: re.Match[str]) -> str:
        if match[1]:
            return "$"
        expression = match[2].rstrip(".")
        try:
            return str(eval(expression, self._names)) + match[2][len(expression) :]
        except Exception:  # noqa: BLE001  the shell's variable, then
            return match[0]


def expand(text: str, names: dict[str, Any]) -> str:
    """The text with expressions replaced; as it is where one of them cannot be evaluated, since braces are common in
    shells too."""
    if "{" not in text and "$" not in text:
        return text
    try:
        return _Evaluating(names).vformat(text, (), {})
    except Exception:  # noqa: BLE001  as above
        return text

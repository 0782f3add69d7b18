"""The one place that runs uv. Any process of the host; must not import the `uv` package before it is needed."""

from .causes import cause_and_hint, is_unreachable
from .runner import Uv, UvResult

__all__ = ["Uv", "UvResult", "cause_and_hint", "is_unreachable"]

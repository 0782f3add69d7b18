"""Colours of code in tracebacks, as IPython 9 has them for cells. Runs in the worker, with `tracebacks.py`.

One pattern, and not `tokenize`: what a traceback shows of a file is cut anywhere, and need not be whole.
"""

from __future__ import annotations

import keyword
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Match

_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n]* )
    | (?P<string> [bfrtuBFRTU]{0,2} (?:
        \"{3} (?: \\. | [^\\] )*? (?: \"{3} | \Z ) | '{3} (?: \\. | [^\\] )*? (?: '{3} | \Z )
        | " (?: \\. | [^"\\\n] )* "? | ' (?: \\. | [^'\\\n] )* '? ) )
    | (?P<number> (?: 0[xXoObB][\da-fA-F_]+ | (?: \d[\d_]* \.? [\d_]* | \.\d[\d_]* ) (?: [eE][+-]?\d[\d_]* )? ) [jJ]? )
    | (?P<name> [^\W\d]\w* )
    """,
    re.VERBOSE | re.DOTALL,
)
_BEGIN = {"comment": "\x1b[38;5;66;03m", "keyword": "\x1b[38;5;28;01m", "number": "\x1b[32m", "string": "\x1b[33m"}
_END = "\x1b[0m"


def colored(code: str) -> str:
    """A piece of Python, of as many lines, with colours in it; strings of several lines have none."""
    return _TOKEN.sub(_painted, code)


def _painted(match: Match[str]) -> str:
    text, kind = match.group(), match.lastgroup
    if kind == "name":
        kind = "keyword" if keyword.iskeyword(text) else None
    return text if kind is None or "\n" in text else _BEGIN[kind] + text + _END

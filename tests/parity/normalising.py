"""What two runs of one cell cannot have in common is replaced here, and nowhere else, before outputs are compared.

| in an output | becomes | because |
|---|---|---|
| colours and other ANSI sequences | nothing | a terminal's, in the notebook's colours natively, in ours routed |
| addresses of objects, `0x7f…` | `0xADDRESS` | each process has its own |
| the file of a cell's text | `CELL` | natively a temporary file with the kernel's number in its name |
| the folder to work in, the environment | `FOLDER`, `ENVIRONMENT` | each way has its own |
| other temporary files | `TEMPORARY` | random names |
| line numbers in IPython's own files | `NUMBER` | the notebook's IPython may be of another version |
| the remark that runs differed in their time | nothing | measured |
| numbers before units of time in `%time`, `%timeit`, and rates and times of progress bars | `TIME` | measured |
| dates in SVG, random ids of tables and of clip paths | `DATE`, `ID` | of the moment, or random |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_DURATION = r"\d[\d.,e+-]*\s*(?:ns|us|µs|μs|ms|s|min|h)\b"
_PATTERNS = (
    (r"\x1b\[[0-9;?]*[A-Za-z]", ""),
    (r"\b0x[0-9a-fA-F]{6,}", "0xADDRESS"),
    (r"/\S*?/ipykernel_\d+/\d+\.py|<cell \d+>|(?<=\()\d+\.py(?=, line)", "CELL"),
    (r"/tmp/tmp[\w/]+", "TEMPORARY"),
    (r"(/IPython/core/\w+\.py)(:|\", line )\d+", r"\1\2NUMBER"),
    (rf"((?:CPU times|Wall time|user|sys|total)[: ] *){_DURATION}", r"\1TIME"),
    (rf"(?:{_DURATION}\s*)+ ± (?:{_DURATION}\s*)+ per loop", "TIME ± TIME per loop"),
    (r"The slowest run took .*\n", ""),
    (r"\[\d\d:\d\d<[^\]\n]*\]", "[TIME]"),
    (r"<dc:date>[^<]*</dc:date>", "<dc:date>DATE</dc:date>"),
    (r"\b([TL])_[0-9a-f]{5}(?=[_\" ])", r"\1_ID"),
    (r"(?<=[\"#])[pm][0-9a-f]{10}\b", "ID"),
)
_RULES = tuple((re.compile(pattern), replacement) for pattern, replacement in _PATTERNS)


class Normalising:
    """Replaces in the texts of one way.

    Args:
        folders: paths as this way has them, and the word for each; the first that fits is taken.
    """

    def __init__(self, folders: Sequence[tuple[Path, str]]) -> None:
        self._folders = [(str(path), word) for path, word in folders]

    def __call__(self, text: str) -> str:
        for path, word in self._folders:
            text = text.replace(path, word)
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
        return text

"""The cells that are not equal, with the reason; docs/explanation/parity.md tells of them in more words."""

from __future__ import annotations

EXPECTED_DIFFERENCES = {
    "displays:Code": "without IPython there may be no pygments: the code has no colours",
    "displays:an IFrame": "without IPython the HTML is the latest IPython's",
    "displays:a representation of the wrong type": "the warning names a file of IPython's natively",
    "errors:an exception group": "natively it is printed, and is no error of the cell's",
    "errors:except star": "as above",
    "errors:a syntax warning": "IPython compiles a cell three times and warns each time",
    "errors:input is refused": "the refusal says how a value gets into a routed cell",
    "errors:getpass is refused": "as above",
    "magics:run of what is not there": "a sentence instead of two chained tracebacks through IPython",
    "matplotlib:a missing glyph warns": "the warning names the file that draws the figure, which is ours",
}

"""Reduces what uv wrote on stderr to one sentence and a cure. Any process of the host; reads text, runs nothing.

    error: Failed to download `six==1.16.0`          the headline
      cause: Hash mismatch for `six==1.16.0`         causes, the deepest last ("Caused by:" before uv 0.10)
    hint: …                                          uv's own advice, sometimes

Resolver errors of older versions are drawn as a tree (`╰─▶ Because …`), their headline behind a multiplication sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADLINE = re.compile(r"\s*(?:error: |\u00d7 )(.*)")
_CAUSE = re.compile(r"\s*(?:cause: |Caused by: |[├╰]─▶ )(.*)")
_HINT = re.compile(r"\s*hint: (.*)")
_SECTION = re.compile(r"\s*\[(?:stdout|stderr)\]")
_PACKAGE = re.compile(r"`([^`\s]+)`")
_URL = re.compile(r"https?://([^/\s)]+)[^\s)`]*")
_TRANSPORT = (
    "error sending request",
    "client error (",
    "tcp connect error",
    "error resolving DNS",
    "dns error",
    "response body",
    "timed out",
)


@dataclass(frozen=True, slots=True)
class _Report:
    """stderr, taken apart: headline, causes from the outside in, uv's hint, and a build log's last line."""

    headline: str
    causes: tuple[str, ...]
    hint: str
    last_words: str

    @property
    def text(self) -> str:
        return "\n".join((self.headline, *self.causes))


def cause_and_hint(stderr: str) -> tuple[str, str]:
    """Why uv failed, and what would help.

    Args:
        stderr: all that uv wrote there.

    Returns:
        A sentence with its full stop, and another or `""` where there is nothing to advise.
    """
    report = _take_apart(stderr)
    for rule in (_no_space, _mismatch, _offline, _network, _build, _unresolved):
        if found := rule(report):
            return found
    innermost = report.causes[-1] if report.causes else ""
    outer = report.headline or "The reason is unknown: uv wrote none"
    return _sentence(f"{outer}: {innermost}" if innermost else outer), report.hint


def is_unreachable(stderr: str) -> bool:
    """Whether uv failed because what it needs could not be fetched, so that another source or none may do."""
    report = _take_apart(stderr)
    return not (_no_space(report) or _mismatch(report)) and bool(_offline(report) or _network(report))


def _no_space(report: _Report) -> tuple[str, str] | None:
    if "No space left on device" not in report.text and "Disk quota exceeded" not in report.text:
        return None
    where = re.search(r"(?:`|to )(/[^`\s]+?)`?: (?:No space|Disk quota)", report.text)
    place = f" for {where[1]}" if where else ""
    return f"No space is left on the disk{place}.", "Free some, or set BEEP_HOME and UV_CACHE_DIR to a larger disk."


def _mismatch(report: _Report) -> tuple[str, str] | None:
    if not re.search(r"[Hh]ash mismatch", report.text):
        return None
    what = _PACKAGE.search(report.text)
    return (
        f"The checksum of {what[1] if what else 'the download'} is not the expected one.",
        "Try again; if it stays so, the source serves another file than the one that was recorded.",
    )


def _offline(report: _Report) -> tuple[str, str] | None:
    if python := re.search(r"offline Python installation was requested, but `([^`]+)`", report.text):
        cause = f"{python[1]} would have to be downloaded"
    elif "network was disabled" in report.hint:
        cause = report.causes[-1] if report.causes else report.headline
    else:
        return None
    return _sentence(cause), "uv may not ask the network now: `beep config uv.offline false`, or unset UV_OFFLINE."


def _network(report: _Report) -> tuple[str, str] | None:
    url = _URL.search(report.text)
    host = url[1].rpartition("@")[2] if url else "The source"  # never the user's password
    if status := re.search(r"HTTP status [\w ]*error \((\d+ [^)]*)\)", report.text):
        return f"{host} answered {status[1]}.", "Check the mirror or index that is set, or try again later."
    if not any(sign in report.text for sign in _TRANSPORT):
        return None
    innermost = _without_urls(report.causes[-1] if report.causes else report.headline)
    how = "broke off" if "response body" in report.text else "could not be reached"
    return (
        f"{host} {how}: {innermost.rstrip('.')}.",
        "Check the network and the proxy, or set a mirror that can be reached.",
    )


def _build(report: _Report) -> tuple[str, str] | None:
    if "Failed to build" not in report.text and "build backend" not in report.text:
        return None
    what = _PACKAGE.search(report.headline)
    name = what[1] if what else "A package"
    reason = report.last_words or (report.causes[-1] if report.causes else report.headline)
    return (
        _sentence(f"{name} could not be built: {reason}"),
        "Choose a version that has a wheel for this Python, or install what its build needs.",
    )


def _unresolved(report: _Report) -> tuple[str, str] | None:
    if "No solution found" not in report.headline or not report.causes:
        return None
    cause = report.causes[-1]
    if "was not found in the package registry" in cause:
        return _sentence(cause), "Check how the package is spelled, and which index uv is set to use."
    return _sentence(cause), report.hint or "Loosen the versions, or choose another Python."


def _take_apart(stderr: str) -> _Report:
    headline, hint, last_words = "", "", ""
    causes: list[str] = []
    in_log = False
    for line in stderr.splitlines():
        if match := _HINT.match(line):
            hint, in_log = hint or match[1], False
        elif _SECTION.match(line):
            in_log = True
        elif in_log:
            last_words = line.strip() or last_words
        elif match := _CAUSE.match(line):
            causes.append(match[1])
        elif match := _HEADLINE.match(line):
            headline, causes = match[1].rstrip(":"), []
        elif causes and line.startswith("      ") and line.strip():
            causes[-1] += " " + line.strip()
    return _Report(headline, tuple(causes), _sentence(hint) if hint else "", last_words)


def _without_urls(text: str) -> str:
    return re.sub(r"\s*(?:for url )?\(?https?://[^\s)]+\)?", "", text)


def _sentence(text: str) -> str:
    """One sentence of at most 300 letters, with a capital and a full stop."""
    text = " ".join(text.split())
    text = text if len(text) <= 300 else text[:299] + "…"
    return text[:1].upper() + text[1:].rstrip(".") + "."

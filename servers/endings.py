"""How a relayed request ended: its reply judged, or why there is none. Runs in a server that relays.

It knows no transport.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from calls import Call, died
from control import Refused
from supervisor import SessionMissingError, Supervisor

TAIL_CHARACTERS = 4000
WITHDRAWN = "it waited for other code of its session and was not begun"

Frame = tuple[dict[str, Any], Sequence[Any]]


def tail_with(tail: str, output: dict[str, Any]) -> str:
    """The latest of what code wrote to stderr, with one more output."""
    if output.get("name") != "stderr":
        return tail
    latest: str = (tail + output["text"])[-TAIL_CHARACTERS:]
    return latest


def judge(frame: Frame, call: Call, timeout_s: float | None) -> Frame:
    """A worker's reply.

    Raises:
        Refused: it is an error.
    """
    header, _ = frame
    if "error" in header:
        raise raised(header["error"], call, timeout_s)
    return frame


def raised(error: dict[str, Any], call: Call, timeout_s: float | None) -> Refused:
    """A worker's error; `timeout` where it was interrupted at its time limit."""
    facts = dict(error)
    code, message = facts.pop("code", "raised"), facts.pop("message", "")
    if call.is_late and facts.get("status") == "interrupted":
        return Refused("timeout", f"it did not end within {timeout_s:g} s and was interrupted", facts)
    return Refused(code, message, facts)


def reason(supervisor: Supervisor, call: Call, incarnation: str, timeout_s: float | None, tail: str) -> Refused:
    """Why a conversation ended without a reply; waits a moment for the worker's obituary.

    Args:
        tail: the latest of what the code wrote to stderr.
    """
    try:
        obituary = supervisor.obituary(call.session, incarnation)
    except SessionMissingError:
        obituary = {"reason": "stop"}
    if obituary is not None:
        last_words = (tail or obituary.get("stderr_tail", ""))[-TAIL_CHARACTERS:]
        refused = died(obituary | {"stderr_tail": last_words})
        refused.facts["outputs"] = list(obituary.get("outputs", ()))
        return refused
    if call.is_withdrawn:
        traceback = [f"KeyboardInterrupt: {WITHDRAWN}"]
        error = {"ename": "KeyboardInterrupt", "evalue": WITHDRAWN, "traceback": traceback, "status": "interrupted"}
        return raised(error | {"message": traceback[0]}, call, timeout_s)
    return Refused("internal", "the worker ended the conversation")

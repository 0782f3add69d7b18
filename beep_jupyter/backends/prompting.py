"""What a client does when code that it runs asks for input. Runs in clients, on the thread that calls."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import UsageError
from .interrupting import InterruptedCall
from .transport import OnInput


def prompt(
    text: str,
    is_password: bool,
    on_input: OnInput | None,
    sigint: InterruptedCall,
    interrupt: Callable[[], None],
    send: Callable[[str | None], None],
) -> None:
    """Has a question answered; Ctrl-C ends the prompt as it would have ended it before the call.

    Args:
        on_input: answers; EOFError out of it, and None in its place, end the input.
        sigint: of the call; SIGINT means meanwhile what it meant before.
        interrupt: interrupts the code that asks, where the answer is KeyboardInterrupt.
        send: takes what was typed, or None where there is no more.

    Raises:
        UsageError: what came is no text.
    """
    typed: str | None = None
    sigint.pause()
    try:
        if on_input is not None:
            typed = on_input(text, is_password)
    except EOFError:
        pass  # None says so
    except KeyboardInterrupt:
        sigint.resume()
        interrupt()
        return
    finally:
        sigint.resume()
    if typed is not None and not isinstance(typed, str):
        raise UsageError(f"`stdin` must return a text, not a value of type '{type(typed).__name__}'.")
    send(typed)

"""Libraries that codecs need, imported when a value needs them and not before. Runs in worker and host."""

from __future__ import annotations

import sys

from .registry import Unreceivable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def needed(library: str, type_name: str) -> ModuleType:
    """A library, imported.

    Args:
        type_name: of the value that needs it, for the refusal.

    Raises:
        Unreceivable: it is not installed here, or cannot be imported.
    """
    if library not in sys.modules:
        try:
            __import__(library)
        except ImportError:
            cure = "Install it there, for example with `pip install %s`." % library.partition(".")[0]
            raise Unreceivable(type_name, "its receiver has no %s" % library, cure) from None
        except Exception as error:  # noqa: BLE001  a library that does not fit its neighbours raises anything
            reason = "the %s of its receiver cannot be imported: %s: %.200s" % (library, type(error).__name__, error)
            raise Unreceivable(type_name, reason, "Repair it there; `beep doctor` may say how.") from None
    return sys.modules[library]

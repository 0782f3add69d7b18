"""What management commands take: their fields, checked before a process is started. Runs in a server; standard library.

The names are those of the original's `VenvService`.
"""

from __future__ import annotations

from control import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TEXT, TEXTS, FLAG = "a text", "a list of texts", "true or false"
_REQUIRED = {"providerName", "name", "target"}

FIELDS: dict[str, dict[str, str]] = {
    "admin": {},
    "clone": {"name": TEXT, "target": TEXT},
    "create": {
        "providerName": TEXT,
        "modelId": TEXT,
        "python": TEXT,
        "packages": TEXTS,
        "requirements": TEXT,  # the content of a file, and so is the lock
        "lock": TEXT,
        "set": TEXT,
        "dotnet": FLAG,
        "replace": FLAG,
    },
    "delete": {"name": TEXT, "force": FLAG},
    "install": {"name": TEXT, "packages": TEXTS, "dryRun": FLAG},
    "list": {},
    "lock": {"name": TEXT},
    "status": {"name": TEXT},
    "uninstall": {"name": TEXT, "packages": TEXTS, "dryRun": FLAG},
}


def checked(command: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a command without those that are null.

    Raises:
        Refused: bad_request, naming the field; unknown_command.
    """
    known = FIELDS.get(command)
    if known is None:
        raise Refused("unknown_command", f"there is no management command '{command}'")
    given = {name: value for name, value in fields.items() if value is not None}
    for name in given:
        if name not in known:
            raise Refused("bad_request", f"field '{name:.80}' is not one of {', '.join(known) or 'none'}")
        if not _fits(given[name], known[name]):
            raise Refused("bad_request", f"field '{name}' must be {known[name]}")
        if not all(map(_is_encodable, _texts(given[name]))):
            raise Refused("bad_request", f"field '{name}' holds lone surrogates, which no file can")
    for name in known:
        if name in _REQUIRED and not given.get(name):  # gRPC has an empty text where nothing was given
            raise Refused("bad_request", f"field '{name}' is missing")
    return given


def _fits(value: object, kind: str) -> bool:
    if kind == TEXTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, str if kind == TEXT else bool)


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []


def _is_encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)

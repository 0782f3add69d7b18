"""Settings: one table of defaults, overlaid by `config.toml`, then by `BEEP_*` variables. Any process of the host."""

from __future__ import annotations

import json
import math
import os
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from .errors import ConfigurationError, UsageError, nearest_match
from .home import Home, write_atomically


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. Its variable is `BEEP_` and the key in capitals with `_` for `.`."""

    default: str | int | float | bool
    meaning: str


SETTINGS: dict[str, Setting] = {
    "runtime.default": Setting("", "id of the runtime that is used when none is named"),
    "download.mirror": Setting("", "where runtimes are downloaded from instead of uv's own source (http or file)"),
    "download.list": Setting("", "list of downloads (JSON, path or URL) instead of uv's own"),
    "download.stall_timeout_s": Setting(30.0, "a download that brings nothing for so long is given up"),
    "uv.path": Setting("", "the uv to use instead of the one that was installed with this package"),
    "uv.offline": Setting(False, "never ask a network; use what uv's cache holds"),
    "backend.idle_timeout_s": Setting(3600.0, "a detached backend that nobody uses ends after so long; 0 never"),
    "backend.start_notice_s": Setting(5.0, "a start that takes longer says that it is still waited for"),
    "transfer.max_bytes": Setting(1 << 30, "larger values are refused"),
    "transfer.shared_memory_bytes": Setting(
        1 << 32,
        "lent at most at a time to backends on this machine, and by each; a quarter of its memory, if that is less",
    ),
}


_TRUE_OR_FALSE = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Config:
    """The settings of one home, read from disk at every look so that all processes agree."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def get(self, key: str) -> Any:
        """The value of a key: from its variable, else from `config.toml`, else the default.

        Raises:
            UsageError: there is no such key.
            ConfigurationError: what the file or the variable says is unusable.
        """
        setting = _setting(key)
        variable = variable_of(key)
        if variable in os.environ:
            try:
                return _parse(key, os.environ[variable], variable)
            except UsageError as error:  # nobody typed it just now: the set-up is wrong, not the command
                raise ConfigurationError(error.what, error.cure) from None
        values = self._read()
        return _checked(key, values[key], self._home.config_file.name) if key in values else setting.default

    def set(self, key: str, value: str) -> Any:
        """Parses `value` as the key's type, writes it to `config.toml` and returns it.

        Raises:
            UsageError: there is no such key, or the value is not of its type.
        """
        _setting(key)
        parsed = _parse(key, value, key)
        with self._home.lock("config"):
            values = {**self._read(), key: parsed}
            write_atomically(self._home.config_file, _to_toml(values).encode())
        return parsed

    def source(self, key: str) -> str:
        """Where the key's value comes from: its variable's name, `config.toml` or `default`."""
        if variable_of(key) in os.environ:
            return variable_of(key)
        return "config.toml" if key in self._read() else "default"

    def _read(self) -> dict[str, Any]:
        path = self._home.config_file
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{path} cannot be read: {error}.", "Mend or delete that file.") from error
        return _flatten(tables)


def variable_of(key: str) -> str:
    """`runtime.default` → `BEEP_RUNTIME_DEFAULT`."""
    return "BEEP_" + key.replace(".", "_").upper()


def _setting(key: str) -> Setting:
    if key in SETTINGS:
        return SETTINGS[key]
    nearest = nearest_match(key, SETTINGS)
    cure = f"Did you mean '{nearest}'?" if nearest else f"There are: {', '.join(SETTINGS)}."
    raise UsageError(f"There is no setting '{key}'.", cure)


def _parse(key: str, text: str, source: str) -> Any:
    default = SETTINGS[key].default
    if isinstance(default, str):
        return _as_text(text, source)
    if isinstance(default, bool):
        if text.lower() in _TRUE_OR_FALSE:
            return _TRUE_OR_FALSE[text.lower()]
        raise UsageError(f"{source} is {text!r}, but '{key}' is true or false.", "Say `true` or `false`.")
    try:
        number = type(default)(text)
        if not 0 <= number < math.inf:
            raise ValueError
    except ValueError:
        raise UsageError(
            f"{source} is {text!r}, but '{key}' is a number from 0.", f"Its default is {default}."
        ) from None
    return number


def _as_text(text: str, source: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # bytes of an argument that are not UTF-8 arrive as lone surrogates
        raise UsageError(f"{source} is {text!r}, which is not UTF-8.", "Give it in UTF-8.") from None
    return text


def _checked(key: str, value: Any, source: str) -> Any:
    default = SETTINGS[key].default
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf
    if type(value) is type(default) and (is_number or isinstance(value, (bool, str))):
        return value
    if isinstance(default, float) and is_number:
        return float(value)
    wanted = {str: "a text", bool: "true or false"}.get(type(default), "a number from 0")
    raise ConfigurationError(
        f"'{key}' in {source} is {value!r}, which is not {wanted}.", f"Mend it with `beep config {key} VALUE`."
    )


def _flatten(tables: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        flat.update(_flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return flat


def _to_toml(values: dict[str, Any]) -> str:
    """Flat dotted keys are TOML as they stand. Keys of newer versions are written as they were read."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in sorted(values.items()))


def _key(key: str) -> str:
    return ".".join(part if _BARE_KEY.fullmatch(part) else _string(part) for part in key.split("."))


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_string(key)} = {_value(item)}' for key, item in value.items())}}}"
    return str(value)  # numbers (inf and nan too), dates and times read in TOML as Python writes them


def _string(text: str) -> str:
    """JSON's string, but that TOML knows no escaped surrogate pairs and wants the control character 127 escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

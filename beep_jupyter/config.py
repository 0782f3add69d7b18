"""Settings: one table of defaults, overlaid by `config.toml`, then by `BEEP_*` variables. Any process of the host."""

from __future__ import annotations

import json
import os
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
}


_TRUE_OR_FALSE = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


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
            return _parse(key, os.environ[variable], variable)
        return self._read().get(key, setting.default)

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
        return {key: _checked(key, value, path.name) for key, value in _flatten(tables).items()}


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
        return text
    if isinstance(default, bool):
        if text.lower() in _TRUE_OR_FALSE:
            return _TRUE_OR_FALSE[text.lower()]
        raise UsageError(f"{source} is {text!r}, but '{key}' is true or false.", "Say `true` or `false`.")
    try:
        return type(default)(text)
    except ValueError:
        raise UsageError(f"{source} is {text!r}, but '{key}' is a number.", f"Its default is {default}.") from None


def _checked(key: str, value: Any, source: str) -> Any:
    setting = SETTINGS.get(key)
    if setting is None:  # a newer version's key: kept, so that going back and forth loses nothing
        return value
    wanted = (int, float) if isinstance(setting.default, float) else type(setting.default)
    if not isinstance(value, wanted):
        raise ConfigurationError(
            f"'{key}' in {source} is {value!r}, which is not a {type(setting.default).__name__}.",
            f"Mend it with `beep config {key} VALUE`.",
        )
    return value


def _flatten(tables: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        flat.update(_flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return flat


def _to_toml(values: dict[str, Any]) -> str:
    """Flat dotted keys are TOML as they stand; a JSON string, number or boolean is a TOML value."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in sorted(values.items()))

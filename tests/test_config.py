from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beep_jupyter.config import SETTINGS, Config, variable_of
from beep_jupyter.errors import ConfigurationError, UsageError
from beep_jupyter.home import Home

SET_MANY = """
import sys
from beep_jupyter.config import Config
from beep_jupyter.home import Home

config, key = Config(Home()), sys.argv[1]
for number in range(10):
    config.set(key, f"{key} {number}" if key.count("mirror") else str(number))
"""


@pytest.fixture
def config(home: Home, monkeypatch: pytest.MonkeyPatch) -> Config:
    for key in SETTINGS:
        monkeypatch.delenv(variable_of(key), raising=False)
    return Config(home)


def test_the_variable_comes_before_the_file_before_the_default(
    config: Config, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "backend.idle_timeout_s"
    assert (config.get(key), config.source(key)) == (3600.0, "default")
    config.set(key, "60")
    assert (config.get(key), config.source(key)) == (60.0, "config.toml")
    assert home.config_file.read_text() == "backend.idle_timeout_s = 60.0\n"
    monkeypatch.setenv("BEEP_BACKEND_IDLE_TIMEOUT_S", "7.5")
    assert (config.get(key), config.source(key)) == (7.5, "BEEP_BACKEND_IDLE_TIMEOUT_S")


def test_a_change_is_seen_by_those_who_looked_before(config: Config, home: Home) -> None:
    assert config.get("uv.offline") is False
    Config(home).set("uv.offline", "yes")
    assert config.get("uv.offline") is True


def test_every_setting_has_a_default_of_its_type_and_a_meaning(config: Config) -> None:
    for key, setting in SETTINGS.items():
        assert config.get(key) == setting.default
        assert setting.meaning


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("uv.offline", "TRUE", True),
        ("uv.offline", "on", True),
        ("uv.offline", "0", False),
        ("uv.offline", "no", False),
        ("transfer.max_bytes", "12", 12),
        ("download.stall_timeout_s", "1e2", 100.0),
        ("download.mirror", "", ""),
        ("download.mirror", 'file:///tmp/a "b"\\c', 'file:///tmp/a "b"\\c'),
    ],
)
def test_what_is_set_is_parsed_and_read_again(config: Config, key: str, text: str, value: object) -> None:
    for got in (config.set(key, text), config.get(key)):
        assert got == value
        assert type(got) is type(value)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text())
def test_every_text_comes_back_from_the_file(config: Config, text: str) -> None:
    config.set("uv.path", text)
    assert config.get("uv.path") == text


@pytest.mark.parametrize(
    ("key", "what", "cure"),
    [
        ("uv.offlin", "There is no setting 'uv.offlin'.", "Did you mean 'uv.offline'?"),
        ("zzz", "There is no setting 'zzz'.", f"There are: {', '.join(SETTINGS)}."),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest(
    config: Config, home: Home, key: str, what: str, cure: str
) -> None:
    for refused in (lambda: config.get(key), lambda: config.set(key, "1")):
        with pytest.raises(UsageError) as caught:
            refused()
        assert (caught.value.what, caught.value.cure) == (what, cure)
    assert not home.config_file.exists()


WRONG_TEXTS = [
    ("uv.offline", "perhaps", "'perhaps', but 'uv.offline' is true or false.", "Say `true` or `false`."),
    ("transfer.max_bytes", "1.5", "'1.5', but 'transfer.max_bytes' is a number from 0.", "Its default is 1073741824."),
    ("backend.start_notice_s", "-1", "'-1', but 'backend.start_notice_s' is a number from 0.", "Its default is 5.0."),
    ("backend.start_notice_s", "nan", "'nan', but 'backend.start_notice_s' is a number from 0.", "Its default is 5.0."),
    ("backend.start_notice_s", "inf", "'inf', but 'backend.start_notice_s' is a number from 0.", "Its default is 5.0."),
    ("uv.path", "/a\udcff", r"'/a\udcff', which is not UTF-8.", "Give it in UTF-8."),
]


@pytest.mark.parametrize(("key", "text", "what", "cure"), WRONG_TEXTS)
def test_a_value_of_another_type_is_not_set(
    config: Config, home: Home, key: str, text: str, what: str, cure: str
) -> None:
    with pytest.raises(UsageError) as caught:
        config.set(key, text)
    assert (caught.value.what, caught.value.cure) == (f"{key} is {what}", cure)
    assert not home.config_file.exists()


@pytest.mark.parametrize(("key", "text", "what", "cure"), WRONG_TEXTS)
def test_a_variable_of_another_type_is_named(
    config: Config, monkeypatch: pytest.MonkeyPatch, key: str, text: str, what: str, cure: str
) -> None:
    monkeypatch.setenv(variable_of(key), text)
    with pytest.raises(ConfigurationError) as caught:
        config.get(key)
    assert (caught.value.what, caught.value.cure) == (f"{variable_of(key)} is {what}", cure)


@pytest.mark.parametrize(
    ("key", "toml", "what", "mended"),
    [
        ("uv.offline", "1", "1, which is not true or false.", "true"),
        ("uv.path", "1", "1, which is not a text.", "/uv"),
        ("transfer.max_bytes", "true", "True, which is not a number from 0.", "1"),
        ("transfer.max_bytes", "1.5", "1.5, which is not a number from 0.", "1"),
        ("backend.start_notice_s", "'5'", "'5', which is not a number from 0.", "5"),
        ("backend.start_notice_s", "true", "True, which is not a number from 0.", "5"),
        ("backend.start_notice_s", "nan", "nan, which is not a number from 0.", "5"),
        ("backend.start_notice_s", "-1", "-1, which is not a number from 0.", "5"),
    ],
)
def test_a_value_of_another_type_in_the_file_is_named_and_its_cure_cures(
    config: Config, home: Home, key: str, toml: str, what: str, mended: str
) -> None:
    home.config_file.write_text(f"{key} = {toml}\n")
    with pytest.raises(ConfigurationError) as caught:
        config.get(key)
    assert caught.value.what == f"'{key}' in config.toml is {what}"
    assert caught.value.cure == f"Mend it with `beep config {key} VALUE`."
    assert config.get("runtime.default") == ""
    config.set(key, mended)
    assert str(config.get(key)).lower() in (mended, mended + ".0")


def test_a_whole_number_in_the_file_is_a_float_where_one_is_meant(config: Config, home: Home) -> None:
    home.config_file.write_text("[backend]\nidle_timeout_s = 60\n")
    value = config.get("backend.idle_timeout_s")
    assert (value, type(value)) == (60.0, float)


@pytest.mark.parametrize("content", [b"uv.offline = ", b"[uv\n", b"\xff\xfe"])
def test_a_broken_file_is_named_and_left_as_it_is(config: Config, home: Home, content: bytes) -> None:
    home.config_file.write_bytes(content)
    for refused in (lambda: config.get("uv.offline"), lambda: config.set("uv.offline", "true")):
        with pytest.raises(ConfigurationError) as caught:
            refused()
        assert caught.value.what.startswith(f"{home.config_file} cannot be read: ")
        assert caught.value.cure == "Mend or delete that file."
    assert home.config_file.read_bytes() == content


def test_keys_of_a_newer_version_are_kept(config: Config, home: Home) -> None:
    newer = """
        top = "an é and a \\u007f and a \\U0001f600"
        [later]
        numbers = [1, 2.5, inf]
        when = 2026-11-21T05:30:00Z
        day = 2026-11-21
        "odd key" = true
        [[later.list]]
        name = "a"
        "b c" = { d = [{ e = 1 }] }
    """
    home.config_file.write_text(newer)
    config.set("uv.offline", "true")
    config.set("uv.path", "/uv")
    kept = tomllib.loads(home.config_file.read_text())
    assert kept.pop("uv") == {"offline": True, "path": "/uv"}
    assert kept == tomllib.loads(newer)


def test_eight_processes_that_set_at_once_lose_nothing(config: Config, home: Home) -> None:
    keys = [key for key, setting in SETTINGS.items() if not isinstance(setting.default, bool)][:8]
    assert len(keys) == 8
    processes = [subprocess.Popen([sys.executable, "-c", SET_MANY, key]) for key in keys]
    assert [process.wait() for process in processes] == [0] * 8
    assert {key: str(config.get(key))[-3:] for key in keys if config.source(key) == "config.toml"}.keys() == set(keys)
    assert all(str(config.get(key)).removesuffix(".0").endswith("9") for key in keys)
    assert [path.name for path in home.root.glob(".config*")] == []

"""`venv ...`, `list`, `config` and `doctor`, on real environments."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from beep_jupyter import Beep

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
VERSION = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A package that installs without a network: `tiny` 1.0."""
    project = tmp_path / "tiny"
    project.mkdir()
    (project / "tiny.py").write_text("")
    record = "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\ntiny-1.0.dist-info/WHEEL,,\ntiny-1.0.dist-info/RECORD,,\n"
    files = {
        "tiny.py": "",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "tiny-1.0.dist-info/RECORD": record,
    }
    from zipfile import ZipFile

    path = tmp_path / "tiny-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_create_says_what_was_built_and_again_is_instant(beep, wheel: Path) -> None:
    done = beep("venv", "create", "tools", str(wheel), "--python", sys.executable)
    assert (done.status, done.out) == (0, f"Environment 'tools' is ready: Python {VERSION}, 1 package.\n")
    again = beep("venv", "create", "tools", str(wheel), "--python", sys.executable)
    assert (again.out, again.err) == (done.out, "")


def test_another_spec_is_refused_and_replace_rebuilds(beep, wheel: Path, legacy) -> None:
    done = beep("venv", "create", "legacy", str(wheel), "--python", sys.executable)
    assert done.status == 1
    assert "--replace" in done.err
    done = beep("venv", "create", "legacy", str(wheel), "--python", sys.executable, "--replace")
    assert done.out == f"Environment 'legacy' is ready: Python {VERSION}, 1 package.\n"


def test_a_model_s_environment_is_named_by_provider_and_model(beep) -> None:
    done = beep("venv", "create", "Hugging Face", "--model", "BERT/base", "--python", sys.executable)
    assert done.out == f"Environment 'hugging-face-bert-base' is ready: Python {VERSION}, no packages.\n"


def test_a_python_that_does_not_exist_is_1_with_what_there_is(beep) -> None:
    done = beep("venv", "create", "a", "--python", "3.99")
    assert done.status == 1
    assert "3.99" in done.err
    assert "\nHint: " in done.err


def test_list_shows_each_environment_and_its_backends(beep, legacy) -> None:
    Beep().start("pipe", "legacy", name="one", detach=True)
    header, row = beep("venv", "list").out.splitlines()
    assert header.split() == ["name", "python", "state", "packages", "size", "locked", "backends"]
    assert row.split()[:4] == ["legacy", VERSION, "ready", "0"]
    assert row.split()[-1] == "one"


def test_list_of_none_says_how_to_begin(beep) -> None:
    assert beep("venv", "list").out == "There is no environment yet; `beep venv create NAME` builds one.\n"
    assert beep("venv", "list", "--json").out == "[]\n"


def test_list_json_has_the_fields_of_the_dataclass_and_what_was_looked_up(beep, legacy) -> None:
    (found,) = json.loads(beep("venv", "list", "--json").out)
    assert (found["name"], found["version"], found["packages"]) == ("legacy", VERSION, [])
    assert found["size_bytes"] > 0
    assert found["backends"] == []


def test_status_shows_all_about_one(beep, legacy) -> None:
    facts = dict(line.split(maxsplit=1) for line in beep("venv", "status", "legacy").out.splitlines()[1:])
    assert facts["state"] == "ready"
    assert facts["python"].startswith(f"{VERSION} at ")
    assert (facts["locked"], facts["backends"], facts["packages"]) == ("no", "none", "none")
    assert json.loads(beep("venv", "status", "legacy", "--json").out)[0]["name"] == "legacy"


def test_install_previews_and_then_does_and_uninstall_too(beep, legacy, wheel: Path) -> None:
    assert beep("venv", "install", "legacy", str(wheel), "--dry-run").out.startswith("Would add tiny")
    assert Beep().environments.get("legacy").packages == ()
    assert beep("venv", "install", "legacy", str(wheel)).out.startswith("Added tiny")
    assert beep("venv", "uninstall", "legacy", "tiny", "--dry-run").out.startswith("Would remove tiny")
    assert beep("venv", "uninstall", "legacy", "tiny").out.startswith("Removed tiny")


def test_lock_export_and_clone_say_where(beep, legacy, tmp_path: Path) -> None:
    done = beep("venv", "lock", "legacy")
    assert done.out.startswith("Environment 'legacy' is locked in ")
    assert done.out.endswith("pylock.toml.\n")
    exported = tmp_path / "pylock.legacy.toml"
    assert beep("venv", "export", "legacy", str(exported)).out == f"The lock of 'legacy' is written to {exported}.\n"
    assert exported.is_file()
    assert beep("venv", "clone", "legacy", "copy").out.startswith("Environment 'copy' is ready: ")


def test_delete_is_refused_while_a_backend_runs_unless_forced(beep, legacy) -> None:
    beep("start", "--venv", "legacy", "--name", "one", "--detach")
    done = beep("venv", "delete", "legacy")
    assert done.status == 1
    assert "one" in done.err
    assert beep("venv", "delete", "legacy", "--force").out == "Environment 'legacy' is deleted.\n"
    assert Beep().backends() == []


def test_runtimes_are_listed_under_both_names(beep) -> None:
    listed = beep("list").out
    assert beep("runtimes").out == listed
    assert listed.splitlines()[0].split() == ["runtime", "version", "kind", "path", "note"]
    assert VERSION in listed
    assert VERSION in {runtime["version"] for runtime in json.loads(beep("list", "--json").out)}


def test_init_adopts_a_path_and_makes_it_the_default(beep) -> None:
    done = beep("init", "--from", sys.executable, "--default")
    assert done.status == 0, done.err
    assert VERSION in done.out.splitlines()[-1]
    assert Beep().runtimes.default is not None


def test_removing_what_is_not_managed_is_1(beep) -> None:
    runtime = Beep().runtimes.find(sys.executable)
    done = beep("remove", runtime.id)
    assert done.status in (1, 2)
    assert "\nHint: " in done.err


def test_config_sets_reads_and_explains(beep) -> None:
    assert beep("config", "backend.idle_timeout_s", "60").out == "60.0\n"
    assert beep("config", "backend.idle_timeout_s").out == "60.0\n"
    assert json.loads(beep("config", "backend.idle_timeout_s", "--json").out) == [
        {"key": "backend.idle_timeout_s", "value": 60.0, "source": "config.toml"}
    ]
    done = beep("config", "uv.offline", "perhaps")
    assert (done.status, done.err) == (
        2,
        "Error: uv.offline is 'perhaps', but 'uv.offline' is true or false.\nHint: Say `true` or `false`.\n",
    )


def test_config_without_a_key_checks_the_set_up_and_lists_the_settings(beep, home) -> None:
    done = beep("config")
    assert done.status == 0
    checks = [line[8:27].strip() for line in done.out.splitlines()[1:9]]
    assert (
        checks
        == [
            *("home", "settings", "uv", "default runtime", "admin environment"),
            *("pipe transport", "http transport", "grpc transport"),
        ]
        or "ok  home" in done.out
    )
    assert str(home.root) in done.out
    assert "All checks passed." in done.out
    assert "download.mirror" in done.out


def test_config_json_is_an_array_of_checks(beep) -> None:
    checks = json.loads(beep("config", "--json").out)
    assert [check["name"] for check in checks] == [
        *("home", "settings", "uv", "default runtime", "admin environment"),
        *("pipe transport", "http transport", "grpc transport"),
    ]


def test_config_says_which_uv_does_not_work_and_the_cure(beep) -> None:
    beep("config", "uv.path", "/nowhere/uv")
    (check,) = [check for check in json.loads(beep("config", "--json").out) if check["name"] == "uv"]
    assert not check["is_ok"]
    assert check["cure"]
    done = beep("config")
    assert done.status == 1
    assert "1 of 8 checks failed." in done.out


def test_config_says_that_the_home_is_unusable_and_goes_on(beep, monkeypatch) -> None:
    monkeypatch.setenv("BEEP_HOME", "/dev/null/home")
    checks = json.loads(beep("config", "--json").out)
    assert [check["name"] for check in checks if not check["is_ok"]] == ["home"]
    assert checks[0]["cure"] == "Set BEEP_HOME to a folder of your own."


def test_doctor_finds_nothing_where_all_is_well(beep, legacy) -> None:
    Beep().start("pipe", "legacy", name="one", detach=True)
    checks = json.loads(beep("doctor", "--json").out)
    assert all(check["is_ok"] for check in checks), checks
    assert {"environment legacy", "interpreter of legacy", "backend one"} <= {check["name"] for check in checks}
    assert beep("doctor").status == 0


def test_doctor_names_the_interpreter_that_does_not_start_and_the_cure(beep, legacy) -> None:
    python = Beep().environments.get("legacy").python
    python.unlink()
    python.write_text("#!/bin/sh\necho broken libc >&2\nexit 3\n")
    python.chmod(0o755)
    done = beep("doctor", "legacy")
    assert done.status == 1
    assert f"{python} fails: broken libc." in done.out
    assert "`beep venv create legacy --replace`" in done.out


def test_doctor_names_an_environment_whose_python_is_gone(beep, legacy) -> None:
    environment = Beep().environments.get("legacy")
    configuration = environment.path / "pyvenv.cfg"
    configuration.write_text(configuration.read_text().replace("home = ", "home = /gone"))
    environment.python.unlink()
    environment.python.symlink_to("/gone/python")
    done = beep("doctor", "legacy")
    assert done.status == 1
    assert "FAILED" in done.out
    assert "--replace" in done.out


def test_doctor_of_a_name_that_means_nothing_is_1_with_the_nearest(beep, legacy) -> None:
    done = beep("doctor", "legcy")
    assert done.status == 1
    assert done.err == (
        "Error: No backend or environment is called 'legcy'.\nHint: Did you mean 'legacy'? `beep status` shows all.\n"
    )

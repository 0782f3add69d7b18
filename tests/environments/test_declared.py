"""What a notebook declares is locked beside it, built from that lock everywhere, and not touched while it holds."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from beep_jupyter.config import Config
from beep_jupyter.environments.declared import parse_declaration
from beep_jupyter.environments.declared_building import Declared
from beep_jupyter.environments.manager import EnvironmentManager
from beep_jupyter.environments.request import finish_lock, read_origin
from beep_jupyter.errors import (
    BeepError,
    EnvironmentBusyError,
    EnvironmentExistsError,
    InstallError,
    RuntimeNotFoundError,
    UsageError,
)
from beep_jupyter.home import Home
from beep_jupyter.runtimes.manager import RuntimeManager

from .conftest import HOST_PYTHON, UvLog, break_interpreter, make_wheel, manager_with

Declare = Callable[..., Declared]
PYTHON = f"python = {HOST_PYTHON!r}\n"
EMPTY = b'lock-version = "1.0"\ncreated-by = "uv"\npackages = []\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The notebook's."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    return folder


@pytest.fixture
def declare(environments: EnvironmentManager, folder: Path) -> Declare:
    """Declares `one` with what is given below its Python."""

    def declare(text: str = 'dependencies = ["alpha"]', name: str = "one", **options: object) -> Declared:
        return environments.declare(name, PYTHON + text, folder, **options)

    return declare


@pytest.fixture
def source_of_alphas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package source that holds alpha 1.0, until a test adds another."""
    source = tmp_path / "alphas"
    source.mkdir()
    make_wheel(source, "alpha", "1.0")
    monkeypatch.setenv("UV_FIND_LINKS", str(source))
    return source


@pytest.fixture
def elsewhere(tmp_path: Path) -> EnvironmentManager:
    """The same notebook on another machine: a home that nobody has used."""
    home = Home(tmp_path / "elsewhere")
    return EnvironmentManager(home, Config(home), RuntimeManager(home, Config(home)))


def test_it_is_built_and_locked_beside_the_notebook(declare: Declare, folder: Path) -> None:
    made = declare('dependencies = ["beta", "alpha<2"]')
    assert made.environment.packages == ("alpha==1.0", "beta==1.0")
    assert (made.environment.state, made.environment.is_locked) == ("ready", True)
    assert made.lock == folder / "pylock.one.toml"
    lock = tomllib.loads(made.lock.read_text())
    assert [package["version"] for package in lock["packages"]] == ["1.0", "1.0"]
    assert lock["tool"]["beep-jupyter"]["environment"] == "one"
    assert made.lock.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in folder.iterdir()] == ["pylock.one.toml"]


def test_dots_of_the_name_are_underscores_in_the_lock_s(declare: Declare, folder: Path) -> None:
    assert declare(name="one.of-two_3").lock == folder / "pylock.one_of-two_3.toml"


def test_unchanged_is_instant_and_asks_uv_for_nothing(declare: Declare, uv_log: UvLog) -> None:
    made = declare()
    uv_log.clear()
    started = time.perf_counter()
    assert declare() == made
    assert time.perf_counter() - started < 0.05
    assert declare('dependencies  =  [ " alpha" ]  # the same in other words') == made
    assert uv_log.commands() == []


def test_a_changed_declaration_is_locked_anew_and_rebuilt(declare: Declare) -> None:
    assert declare('dependencies = ["alpha<2"]').environment.packages == ("alpha==1.0",)
    made = declare('dependencies = ["alpha"]')
    assert made.environment.packages == ("alpha==2.0",)
    assert b'version = "2.0"' in made.lock.read_bytes()


def test_another_home_builds_what_the_lock_says_though_there_is_something_newer(
    declare: Declare, elsewhere: EnvironmentManager, folder: Path, source_of_alphas: Path
) -> None:
    first = declare()
    assert first.environment.packages == ("alpha==1.0",)
    data = first.lock.read_bytes()
    make_wheel(source_of_alphas, "alpha", "2.0")
    again = elsewhere.declare("one", PYTHON + 'dependencies = ["alpha"]', folder)
    assert again.environment.packages == ("alpha==1.0",)
    assert again.environment.path != first.environment.path
    assert again.lock.read_bytes() == data


def test_replace_locks_anew(declare: Declare, source_of_alphas: Path) -> None:
    declare()
    make_wheel(source_of_alphas, "alpha", "2.0")
    assert declare().environment.packages == ("alpha==1.0",)
    assert declare(replace=True).environment.packages == ("alpha==2.0",)


def test_the_lock_counts_where_it_was_updated_by_somebody_else(
    declare: Declare, elsewhere: EnvironmentManager, folder: Path, source_of_alphas: Path
) -> None:
    declare()
    make_wheel(source_of_alphas, "alpha", "2.0")
    elsewhere.declare("one", PYTHON + 'dependencies = ["alpha"]', folder, replace=True)
    assert declare().environment.packages == ("alpha==2.0",)


def test_two_notebooks_that_declare_the_same_share_lock_and_environment(
    declare: Declare, environments: EnvironmentManager, tmp_path: Path, source_of_alphas: Path, uv_log: UvLog
) -> None:
    made = declare()
    make_wheel(source_of_alphas, "alpha", "2.0")
    uv_log.clear()
    (tmp_path / "other").mkdir()
    same = environments.declare("one", PYTHON + 'dependencies = ["alpha"]', tmp_path / "other")
    assert same.environment == made.environment
    assert same.lock.read_bytes() == made.lock.read_bytes()
    assert uv_log.commands() == []


def test_a_file_in_the_lock_s_place_that_was_tampered_with_is_refused(
    declare: Declare, elsewhere: EnvironmentManager, folder: Path
) -> None:
    lock = declare().lock
    digest = tomllib.loads(lock.read_text())["packages"][0]["wheels"][0]["hashes"]["sha256"]
    lock.write_text(lock.read_text().replace(digest, "0" * 64))
    with pytest.raises(InstallError, match=r"Environment 'one' was not built: The checksum of .*alpha.* is not the ex"):
        elsewhere.declare("one", PYTHON + 'dependencies = ["alpha"]', folder)
    assert elsewhere.list() == []


def test_a_lock_that_cannot_be_read_is_refused_with_a_cure(declare: Declare, environments: EnvironmentManager) -> None:
    lock = declare().lock
    lock.write_text("<<<<<<< HEAD\n" + lock.read_text())
    with pytest.raises(UsageError, match=r"cannot be read: .*Delete it, and running the cell again makes a new one\."):
        declare()
    lock.unlink()
    assert declare().environment == environments.get("one")


def test_what_is_not_its_lock_is_left_alone(declare: Declare, environments: EnvironmentManager, folder: Path) -> None:
    declare(name="a.b")
    with pytest.raises(UsageError, match=r"pylock\.a_b\.toml is the lock of environment 'a\.b', not of 'a_b'\."):
        declare(name="a_b")
    environments.create("one", python=HOST_PYTHON)
    environments.export("one", folder / "pylock.one.toml")
    with pytest.raises(UsageError, match=r"pylock\.one\.toml is not the lock of a declared environment"):
        declare(replace=True)


def test_an_environment_that_was_not_declared_is_replaced_only_when_asked(
    declare: Declare, environments: EnvironmentManager, folder: Path
) -> None:
    environments.create("one", python=HOST_PYTHON)
    with pytest.raises(EnvironmentExistsError, match=r"'one' exists, and was not made by a declaration\..*--replace"):
        declare()
    assert list(folder.iterdir()) == []
    assert environments.get("one").packages == ()
    assert declare(replace=True).environment.packages == ("alpha==2.0",)


def test_what_was_changed_by_hand_is_as_declared_again(declare: Declare, environments: EnvironmentManager) -> None:
    made = declare()
    environments.install("one", ["bulk"])
    assert declare().environment.packages == made.environment.packages
    break_interpreter(environments.get("one").path)
    assert environments.get("one").state == "broken"
    assert declare().environment.state == "ready"


def test_a_rebuild_waits_for_nobody_but_backends(home: Home, runtimes: RuntimeManager, folder: Path) -> None:
    running: list[str] = []
    environments = manager_with(home, runtimes, running)
    environments.declare("one", PYTHON, folder)
    data = (folder / "pylock.one.toml").read_bytes()
    running.append("legacy")
    environments.declare("one", PYTHON, folder)
    with pytest.raises(EnvironmentBusyError, match=r"'one' cannot be rebuilt while backends run in it: legacy\."):
        environments.declare("one", PYTHON + 'dependencies = ["alpha"]', folder)
    assert (folder / "pylock.one.toml").read_bytes() == data


def test_a_build_that_fails_leaves_lock_and_environment_as_they_were(declare: Declare) -> None:
    made = declare()
    data = made.lock.read_bytes()
    with pytest.raises(InstallError, match=r"Environment 'one' was not locked: .*gamma"):
        declare('dependencies = ["gamma"]')
    assert made.lock.read_bytes() == data
    assert declare() == made


def test_requirements_and_sets_and_paths_count_from_the_notebook_s_folder(
    declare: Declare, home: Home, folder: Path, wheels: Path, uv_log: UvLog
) -> None:
    (folder / "needs.txt").write_text("alpha<2\n")
    home.sets.mkdir()
    (home.sets / "mine.toml").write_text('packages = ["beta"]')
    (folder / "wheel").symlink_to(wheels)
    text = 'requirements = "needs.txt"\nset = "mine"\ndependencies = ["./wheel/bulk-1.0-py3-none-any.whl"]'
    assert declare(text).environment.packages == ("alpha==1.0", "beta==1.0", "bulk==1.0")
    uv_log.clear()
    declare(text)
    assert uv_log.commands() == []
    (folder / "needs.txt").write_text("alpha\n")
    assert declare(text).environment.packages == ("alpha==2.0", "beta==1.0", "bulk==1.0")


def test_a_relative_path_in_a_requirements_file_is_locked_in_full(
    declare: Declare, elsewhere: EnvironmentManager, folder: Path, wheels: Path
) -> None:
    (folder / "wheel").symlink_to(wheels)
    (folder / "needs.txt").write_text("./wheel/alpha-1.0-py3-none-any.whl\n")
    text = 'requirements = "needs.txt"'
    assert declare(text).environment.packages == ("alpha==1.0",)
    assert elsewhere.declare("one", PYTHON + text, folder).environment.packages == ("alpha==1.0",)


def test_without_a_python_it_is_the_lock_s_and_first_the_default(
    environments: EnvironmentManager, elsewhere: EnvironmentManager, folder: Path
) -> None:
    made = environments.declare("one", "", folder)
    pair = ".".join(made.environment.version.split(".")[:2])
    assert read_origin(made.lock.read_bytes())["python"] == pair
    assert elsewhere.declare("one", "", folder).environment.version.startswith(pair + ".")


def test_a_range_of_pythons_is_the_one_that_was_locked(
    environments: EnvironmentManager, elsewhere: EnvironmentManager, runtimes: RuntimeManager, folder: Path
) -> None:
    oldest, newest = runtimes.oldest_and_newest()
    if oldest.version.split(".")[:2] == newest.version.split(".")[:2]:
        pytest.skip("only one minor version of Python is installed here")
    pair = ".".join(oldest.version.split(".")[:2])
    text = 'python = ">=3.8"'
    lock = environments.declare("one", text, folder).lock
    lock.write_bytes(finish_lock(EMPTY, "one", pair, parse_declaration("one", text, folder).hash))
    assert elsewhere.declare("one", text, folder).environment.version == oldest.version


def test_a_lock_does_not_ask_for_the_patch_level_it_was_made_with(declare: Declare) -> None:
    pair = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert tomllib.loads(declare().lock.read_text())["requires-python"] == f">={pair}"


def test_a_python_that_is_neither_here_nor_to_be_had_is_refused(environments: EnvironmentManager, folder: Path) -> None:
    with pytest.raises(RuntimeNotFoundError):
        environments.declare("one", 'python = "cpython-3.8.99-9"', folder)
    with pytest.raises(BeepError, match=r"3\.99 can be downloaded"):
        environments.declare("one", 'python = "3.99"', folder)
    assert environments.list() == []


@pytest.mark.parametrize(
    ("name", "text", "what", "cure"),
    [
        ("One", "", "'One' cannot name an environment.", "such as 'one'."),
        ("one", "python = '3.9", "The declaration of environment 'one' is not TOML: ", "Write lines such as `python"),
        ("one", "python = 3.9", "In the declaration of environment 'one', 'python' cannot be 3.9.", "quotation marks"),
        ("one", "dependencies = 'six'", "'dependencies' cannot be 'six'.", "Write a list of texts"),
        ("one", "dependencies = [1]", "'dependencies' cannot be [1].", "Write a list of texts"),
        ("one", "dotnet = 1", "'dotnet' cannot be 1.", "Write `dotnet = true`, or leave it out."),
        ("one", "packages = []", "has the unknown key 'packages'.", "Did you mean 'dependencies'?"),
        ("one", "pyton = '3.9'", "has the unknown key 'pyton'.", "Did you mean 'python'?"),
        ("one", "[x]", "has the unknown key 'x'.", "There are: python, dependencies, requirements, set, dotnet."),
        ("one", "dependencies = ['-r x']", "'-r x' is an option, not a requirement.", "Write it as"),
        ("one", "requirements = 'no.txt'", "There is no requirements file ", "Give the path of one that exists."),
        ("one", "set = 'nlpp'", "No set of packages is called 'nlpp'.", "Did you mean 'nlp'?"),
        ("admin", "", "'admin' is the environment of beep-jupyter itself.", "Choose another name."),
    ],
)
def test_a_declaration_that_cannot_be_meant_gets_a_sentence_and_a_cure(
    environments: EnvironmentManager, folder: Path, name: str, text: str, what: str, cure: str
) -> None:
    with pytest.raises(UsageError) as refused:
        environments.declare(name, text, folder)
    assert what in refused.value.what
    assert cure in refused.value.cure
    assert environments.list() == []
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_refused_before_anything_is_built(
    environments: EnvironmentManager,
) -> None:
    with pytest.raises(UsageError, match=r"The lock /proc/pylock\.one\.toml cannot be written"):
        environments.declare("one", PYTHON, "/proc")


def test_two_processes_that_declare_at_once_build_once(home: Home, folder: Path, uv_log: UvLog) -> None:
    program = (
        "import sys; from beep_jupyter import Beep; "
        "print(Beep().environments.declare('one', sys.argv[1], sys.argv[2]).environment.packages)"
    )
    command = [sys.executable, "-c", program, PYTHON + 'dependencies = ["alpha"]', str(folder)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0] for process in both] == ["('alpha==2.0',)\n"] * 2
    assert len(uv_log.commands("venv")) == 1

"""What may be asked for, and what is refused before anything runs."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beep_jupyter.environments.requirements import parse_names, parse_packages, read_requirements
from beep_jupyter.errors import UsageError

CURE = "Write it as 'name', 'name==1.2', 'name>=1,<2', 'name @ URL' or the path of a wheel."


def test_packages_are_normalised_sorted_and_each_there_once() -> None:
    assert parse_packages(["NumPy <2,>=1", "six", "numpy>=1,<2", "A_b[Y,x]"]) == ("a-b[x,y]", "numpy<2,>=1", "six")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("--index-url=http://x", "'--index-url=http://x' is an option, not a requirement."),
        (" -r file", "' -r file' is an option, not a requirement."),
        ("six\n--index-url=x", r"'six\n--index-url=x' is not a requirement."),
        ("six\r-r x", r"'six\r-r x' is not a requirement."),
        ("six\u2028-r x", r"'six\u2028-r x' is not a requirement."),
        ("six -r file", "'six -r file' is not a requirement."),
        ("https://host/six.whl", "'https://host/six.whl' is not a requirement."),
        ("six==", "'six==' is not a requirement."),
        ("", "'' is not a requirement."),
        ("../nothing.whl", "'../nothing.whl' is no wheel, source archive or project folder."),
        ("nothing.whl", "'nothing.whl' is no wheel, source archive or project folder."),
        ("/etc/passwd", "'/etc/passwd' is no wheel, source archive or project folder."),
        ("/etc", "'/etc' is no wheel, source archive or project folder."),
    ],
)
def test_what_is_no_package_is_refused_by_name(text: str, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_packages(["six", text])
    assert (caught.value.what, caught.value.cure) == (what, CURE)


def test_a_file_url_must_exist() -> None:
    with pytest.raises(UsageError) as caught:
        parse_packages(["six @ file:///nowhere/six.whl"])
    assert caught.value.what == "'six @ file:///nowhere/six.whl' names a file that does not exist."
    assert caught.value.cure == "Give the full path of one."


def test_one_text_instead_of_a_list_is_refused() -> None:
    with pytest.raises(UsageError, match=r"Packages are a list, not the text 'six'\. Write \['six'\]\."):
        parse_packages("six")


@example("~0")  # nobody's home
@given(st.text(max_size=30))
def test_nothing_that_passes_can_be_an_option_or_a_second_line(text: str) -> None:
    try:
        parsed = parse_packages([text])
    except UsageError:
        return
    assert all(not item.startswith("-") and item.isprintable() for item in parsed)


def test_a_local_wheel_is_asked_for_with_its_hash(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = wheels / "alpha-1.0-py3-none-any.whl"
    monkeypatch.chdir(wheels)
    wanted = f"alpha @ {wheel.as_uri()}#sha256={hashlib.sha256(wheel.read_bytes()).hexdigest()}"
    assert parse_packages([str(wheel)]) == parse_packages([wheel.name]) == (wanted,)


def test_a_wheel_with_an_impossible_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.whl").touch()
    with pytest.raises(UsageError, match=r"x\.whl is not named as packages are: "):
        parse_packages([str(tmp_path / "x.whl")])


def test_a_project_folder_is_asked_for_by_its_full_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert parse_packages(["."]) == (str(tmp_path),)


def test_a_requirements_file_counts_with_what_it_includes(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "all.txt").write_text("--index-url https://x\n-r more/a.txt\nsix\n-c https://x/c.txt\n")
    (tmp_path / "more" / "a.txt").write_text("--constraint=b.txt\nidna\n")
    (tmp_path / "more" / "b.txt").write_text("idna<4\n-r ../all.txt\n")
    assert read_requirements(tmp_path / "all.txt").text.count("idna<4") == 1


def test_a_requirements_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"There is no requirements file .*gone\.txt\. Give the path of one that exists"
    ):
        read_requirements(tmp_path / "gone.txt")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"The requirements file .*b\.txt cannot be read: .*\. Give a text file\."):
        read_requirements(tmp_path / "b.txt")


def test_names_are_only_names() -> None:
    assert parse_names(["Six", "a_b", "six"]) == ("a-b", "six")
    with pytest.raises(UsageError, match=r"'six==1' is not the name of a package\. Give its name alone"):
        parse_names(["six==1"])

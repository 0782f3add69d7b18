"""Two wishes are the same environment exactly where their hashes are equal."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from beep_jupyter.environments.spec import Spec, normalised_name, requirement_name

BASE = Spec("cpython-3.9.18", ("idna<4", "six"), "attrs\n", "", "web", ("httpx",))


@pytest.mark.parametrize(
    "change",
    [
        {"python": "cpython-3.9.19"},
        {"packages": ("six",)},
        {"requirements": "attrs \n"},
        {"lock": "ab"},
        {"set": "nlp"},
        {"set_packages": ("httpx", "lxml")},
        {"without": ("six",)},
        {"dotnet": True},
        {"host": ("/x",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_part_counts_for_the_hash(change: dict[str, object]) -> None:
    assert replace(BASE, **change).hash != BASE.hash  # type: ignore[arg-type]


def test_a_spec_survives_json() -> None:
    again = Spec.from_json(json.loads(json.dumps(asdict(BASE))))
    assert again == BASE
    assert again.hash == BASE.hash


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"python": "cpython-3.11.7"}, ["it has cpython-3.9.18, not cpython-3.11.7"]),
        ({"packages": ("attrs", "six")}, ["it was made without attrs", "it was made with idna<4"]),
        ({"set": ""}, ["it was made from the set 'web', not from no set"]),
        ({"set_packages": ("lxml",)}, ["the set 'web' has changed since"]),
        ({"requirements": "attrs<9\n"}, ["its requirements file had other contents"]),
        ({"requirements": ""}, ["it was made from a requirements file"]),
        ({"lock": "ab"}, ["it was made without the lock"]),
        ({"without": ("attrs",)}, ["attrs was uninstalled"]),
        ({"dotnet": True}, ["it was made without .NET"]),
        ({"host": ("/x",)}, ["it belongs to another installation of beep-jupyter"]),
    ],
)
def test_differences_name_each_part(change: dict[str, object], said: list[str]) -> None:
    assert BASE.differences(replace(BASE, **change)) == said  # type: ignore[arg-type]


def test_a_long_list_of_differences_is_cut() -> None:
    many = replace(BASE, packages=tuple(f"p{i}" for i in range(9)))
    assert many.differences(replace(BASE, packages=())) == ["it was made with p0, p1, p2, p3, p4 and 4 more"]


def test_installing_replaces_what_was_asked_of_that_name() -> None:
    spec = BASE.with_uninstalled(["attrs"]).with_installed(["six>=1.16", "attrs"])
    assert spec.packages == ("attrs", "idna<4", "six>=1.16")
    assert spec.without == ()


def test_uninstalling_is_remembered_only_where_another_part_asked_for_it() -> None:
    spec = BASE.with_uninstalled(["six", "attrs"])
    assert spec.packages == ("idna<4",)
    assert spec.without == ("attrs",)


def test_uninstalling_is_remembered_too_where_the_packages_and_another_part_ask_for_it() -> None:
    asked_twice = replace(BASE, packages=("httpx<1", "pythonnet==3.0.1"), dotnet=True)
    spec = asked_twice.with_uninstalled(["httpx", "pythonnet"])
    assert (spec.packages, spec.without) == ((), ("httpx", "pythonnet"))


@pytest.mark.parametrize(
    ("text", "name"),
    [("Foo_Bar[x]>=1", "foo-bar"), ("a.b @ file:///x", "a-b"), ("six; python_version<'3'", "six"), ("/a/b", "/a/b")],
)
def test_requirement_name(text: str, name: str) -> None:
    assert requirement_name(text) == name


def test_names_are_normalised_as_the_index_does() -> None:
    assert normalised_name("Foo__Bar.-baz") == "foo-bar-baz"

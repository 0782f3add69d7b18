"""The value format under every Python that a worker may have: nothing installed, values of this one there and back."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sample_values import EXAMPLES, format_names, is_same, values
from test_coding import json_trees

import beep_jupyter.worker
from beep_jupyter.worker.values.coding import decode, encode
from tests.drawing import drawn

DRIVER = Path(__file__).with_name("value_driver.py")
FOLDER = Path(beep_jupyter.worker.__file__).parent
MINORS = range(8, 16)


def _find(minor: int) -> list[Path]:
    installed = (Path.home() / ".pyenv" / "versions").glob(f"3.{minor}.*/bin/python")
    on_path = (Path(folder) / f"python3.{minor}" for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"))
    return [path for path in (*sorted(installed), *on_path) if path.exists()][:1]


PYTHONS = [pytest.param(path, id=f"3.{minor}") for minor in MINORS for path in _find(minor)]


def draw(strategy: Any, count: int) -> list[Any]:
    """Values of a strategy, the same in every run."""
    return drawn(strategy, count, 4)


def ask(python: Path, requests: list[Any]) -> list[Any]:
    """What the driver answers under that Python: first about itself, then to each (tree, buffers)."""
    lines = [
        json.dumps({"tree": tree, "buffers": [base64.b64encode(data).decode() for data in buffers]})
        for tree, buffers in requests
    ]
    run = subprocess.run(
        [python, "-I", "-S", DRIVER, FOLDER], input="\n".join(lines), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def check_there_and_back(python: Path, samples: list[Any]) -> None:
    _, *answers = ask(python, [encode(sample) for sample in samples])
    assert len(answers) == len(samples)
    for sample, answer in zip(samples, answers, strict=True):
        if "error" in answer:
            assert answer["error"] == "Unreceivable", answer
            assert "zoneinfo" in answer["text"], answer
            assert "3.8" in str(python), answer
        else:
            arrived = decode(answer["tree"], [base64.b64decode(text) for text in answer["buffers"]])
            assert is_same(arrived, sample), (sample, arrived)


@pytest.fixture(scope="module")
def samples() -> list[Any]:
    return [*EXAMPLES.values(), *draw(values, 300)]


@pytest.fixture(scope="module")
def many_samples() -> list[Any]:
    return draw(values, 20_000)


@pytest.mark.parametrize("python", PYTHONS)
def test_values_go_to_another_python_and_back(python: Path, samples: list[Any]) -> None:
    check_there_and_back(python, samples)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("python", PYTHONS)
def test_many_values_go_to_another_python_and_back(python: Path, many_samples: list[Any]) -> None:
    check_there_and_back(python, many_samples)


@pytest.mark.parametrize("python", PYTHONS)
def test_format_costs_no_import_and_knows_the_same_names(python: Path) -> None:
    about = ask(python, [])[0]
    codecs = {"coding", "account", "plain", "receiver", "registry", "builtin_codecs", "stdlib_codecs"}
    own = {"", ".late", ".values", *(".values." + name for name in codecs)}
    assert set(about["imported"]) - {"_private" + name for name in own} <= {"__future__"}
    assert about["names"] == format_names()


@pytest.mark.parametrize("python", PYTHONS)
def test_any_json_decodes_or_is_malformed_in_another_python(python: Path) -> None:
    _, *answers = ask(python, [(tree, [b"some", b"memory"]) for tree in draw(json_trees, 300)])
    assert {answer.get("error") for answer in answers} <= {None, "MalformedValue", "Unreceivable"}


@pytest.mark.parametrize("python", [param for param in PYTHONS if param.id == "3.8"])
def test_named_zone_is_refused_where_there_is_no_zoneinfo(python: Path) -> None:
    _, answer = ask(python, [encode(EXAMPLES["datetime"])])
    assert answer == {
        "error": "Unreceivable",
        "text": "A value of type 'zoneinfo.ZoneInfo' cannot travel: "
        "its receiver's Python has no zoneinfo, which came with 3.9.",
        "cure": "Convert the time first, for example with `.astimezone(datetime.timezone.utc)`.",
    }

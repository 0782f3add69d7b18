"""Which cells of a notebook file declare environments, and what is said of those that would not be obeyed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beep_jupyter.environments.declared_notebook import declaring_cells
from beep_jupyter.errors import UsageError


def notebook(folder: Path, *sources: str | list[str], language: str = "python", kind: str = "code") -> Path:
    """Writes a notebook of these cells."""
    cells = [{"cell_type": kind, "metadata": {}, "source": source} for source in sources]
    metadata = {"language_info": {"name": language}}
    path = folder / "story.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("%%beep_env one\nset = 'web'\n", "one", "set = 'web'\n"),
        (["%%beep_env one --replace\n", "set = 'web'"], "one --replace", "set = 'web'"),
        ("\n \n%%beep_env one  \n\n# what it needs\n", "one", "\n# what it needs\n"),
        ("  %%beep_env one\n  set = 'web'\n", "one", "set = 'web'\n"),
        ("%%beep_env\n# text", "", "# text"),
        ("%%time\n%%beep_env one\n# text", "one", "# text"),
        ("%%capture out\n\n%%beep_env one\n\n", "one", "\n"),
    ],
)
def test_a_cell_that_begins_with_it_declares(tmp_path: Path, source: str | list[str], line: str, text: str) -> None:
    (found,) = declaring_cells(notebook(tmp_path, "1 + 1", source))
    assert (found.place, found.line.strip(), found.text) == ("Cell 2 of story.ipynb", line, text)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "# only a comment",
        "%%beep_eval one\n1",
        "%%beep_envy one",
        "text = '''\n%%beep_env one\n'''",
        "%%writefile notes.md\nIt begins with:\n%%beep_env one",
        "print('%%beep_env')",
    ],
)
def test_what_only_looks_like_one_does_not(tmp_path: Path, source: str) -> None:
    assert declaring_cells(notebook(tmp_path, source)) == []


def test_text_cells_declare_nothing(tmp_path: Path) -> None:
    assert declaring_cells(notebook(tmp_path, "%%beep_env one\n", kind="markdown")) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (
            "%%bash\n%%beep_env one",
            "Cell 1 of story.ipynb begins with `%%bash`, to which its `%%beep_env` is mere text.",
        ),
        ("%%html\n\n# x\n%%beep_env one", "begins with `%%html`, to which"),
        ("x = 1\n%%beep_env one\n", "does not begin with its `%%beep_env`, so IPython would not obey it."),
        ("# it needs\n%%beep_env one\nset = 'web'", "does not begin with its `%%beep_env`"),
        ("%%time\n# it needs\n%%beep_env one\n", "does not begin with its `%%beep_env`"),
        ("  %%beep_env one\nset = 'web'", "does not begin with its `%%beep_env`"),
        ("%%beep_env one", "has nothing below `%%beep_env`, which IPython refuses."),
        ("%%beep_env one --replace\n", "has nothing below `%%beep_env`, which IPython refuses."),
    ],
)
def test_one_that_would_not_be_obeyed_is_refused(tmp_path: Path, source: str, what: str) -> None:
    with pytest.raises(UsageError) as refused:
        declaring_cells(notebook(tmp_path, source))
    assert what in refused.value.what
    assert refused.value.cure in (
        "Give `%%beep_env` a cell of its own, which begins with it.",
        "Say there what it needs, or write a comment, such as `# nothing`.",
    )


def test_a_notebook_for_another_language_is_refused_only_if_it_declares(tmp_path: Path) -> None:
    assert declaring_cells(notebook(tmp_path, "x <- 1", language="R")) == []
    with pytest.raises(UsageError, match="is a notebook for R, whose kernel knows no `%%beep_env`"):
        declaring_cells(notebook(tmp_path, "%%beep_env one\n#", language="R"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# %% not JSON", "it is not JSON"),
        ("[]", "it has no list of cells"),
        ('{"cells": [1]}', "it has no list of cells"),
        ('{"worksheets": []}', "it has no list of cells"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "story.ipynb"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        declaring_cells(path)
    assert f"{path} is no notebook: {reason}" in refused.value.what
    assert refused.value.cure == "Open it in Jupyter and save it again (nbformat 4)."


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no notebook .*\. Give the path of an \.ipynb file\."):
        declaring_cells(tmp_path / "no.ipynb")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        declaring_cells(tmp_path)


def test_odd_metadata_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "story.ipynb"
    cells = [{"cell_type": "code", "source": "%%beep_env one\n#"}, {"cell_type": "raw"}, {}]
    for metadata in (None, [], {}, {"language_info": None}, {"kernelspec": {"language": 1}}):
        path.write_text(json.dumps({"cells": cells, "metadata": metadata}))
        assert [cell.line for cell in declaring_cells(path)] == ["one"]
